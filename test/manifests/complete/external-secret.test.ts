import assert from "node:assert/strict";
import { test } from "node:test";
import { externalSecret } from "../../../src/manifests/complete/external-secret";

const store = { kind: "ClusterSecretStore", name: "vault" } as const;
const secret = { namespace: "pipelines", name: "x", type: "Opaque", purpose: "" } as const;

test("external secret: plain values need no template", () =>
  assert.deepEqual(
    externalSecret({ ...secret, data: { apiKey: { secret: "marquez" } } }, store).spec,
    {
      refreshInterval: "1h",
      secretStoreRef: { kind: "ClusterSecretStore", name: "vault" },
      target: { name: "x" },
      data: [{ secretKey: "apiKey", remoteRef: { key: "marquez" } }],
    },
  ));

test("external secret: fixed texts, logins and JSON are templates", () => {
  const { target, data } = externalSecret(
    {
      ...secret,
      type: "kubernetes.io/dockerconfigjson",
      data: {
        user: { value: "root" },
        password: { secret: "root-password" },
        ".dockerconfigjson": {
          dockerLogin: { host: "registry.example.com", username: "bot" },
          password: "registry",
        },
        "headers.json": { json: { Authorization: { $secret: "token" }, "X-Scope": "etl" } },
      },
    },
    store,
  ).spec;
  assert.deepEqual(target.template, {
    type: "kubernetes.io/dockerconfigjson",
    data: {
      user: "root",
      password: `{{ index . "root-password" }}`,
      ".dockerconfigjson": `{"auths":{"registry.example.com":{"username":"bot","password":{{ (index . "registry") | toJson }},"auth":"{{ printf "%s:%s" "bot" (index . "registry") | b64enc }}"}}}`,
      "headers.json": `{"Authorization":{{ index . "token" | toJson }},"X-Scope":"etl"}`,
    },
  });
  assert.deepEqual(
    data.map(({ secretKey }) => secretKey),
    ["root-password", "registry", "token"],
  );
});
