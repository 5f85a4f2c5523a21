import { stringifyJson } from "../../common/json";
import { isSecretReference, type Json } from "../../model/connector-settings";
import { referencesIn } from "../../model/validation/secrets";
import { metadataOf } from "../stack/metadata";
import type { RequiredKey, RequiredSecret } from "./required-secrets";

/** A store of External Secrets Operator. */
export interface SecretStore {
  readonly kind: "ClusterSecretStore" | "SecretStore";
  readonly name: string;
}

/**
 * An ExternalSecret that creates a Secret. The store has each secret under its name.
 * Source: external-secrets v2.9.0, apis/externalsecrets/v1/externalsecret_types.go.
 */
export function externalSecret(
  { namespace, name, type, data }: RequiredSecret,
  store: SecretStore,
) {
  const keys = Object.entries(data);
  const names = [...new Set(keys.flatMap(([, key]) => secretOf(key)))];
  const plain = keys.every(([, key]) => "secret" in key);
  return {
    apiVersion: "external-secrets.io/v1" as const,
    kind: "ExternalSecret" as const,
    metadata: metadataOf(name, namespace),
    spec: {
      refreshInterval: "1h",
      secretStoreRef: { kind: store.kind, name: store.name },
      target: {
        name,
        ...((!plain || type !== "Opaque") && {
          template: {
            type,
            data: Object.fromEntries(keys.map(([key, content]) => [key, templateText(content)])),
          },
        }),
      },
      data: plain
        ? keys.map(([key, content]) => remote(key, secretOf(content)[0] ?? ""))
        : names.map((secret) => remote(secret, secret)),
    },
  };
}

function remote(secretKey: string, key: string) {
  return { secretKey, remoteRef: { key } };
}

function secretOf(key: RequiredKey): readonly string[] {
  if ("secret" in key) return [key.secret];
  if ("json" in key) return referencesIn(key.json, "").map(({ name }) => name);
  return "password" in key ? [key.password] : [];
}

/** JSON with an expression for each reference to a secret. */
function jsonTemplate(value: Json): string {
  if (isSecretReference(value)) return `{{ index . ${JSON.stringify(value.$secret)} | toJson }}`;
  if (Array.isArray(value)) return `[${value.map((item: Json) => jsonTemplate(item)).join()}]`;
  if (typeof value !== "object" || value === null) return stringifyJson(value);
  const fields = Object.entries(value).map(
    ([name, item]) => `${JSON.stringify(name)}:${jsonTemplate(item)}`,
  );
  return `{${fields.join()}}`;
}

/** The content of a key in the templates of External Secrets Operator, which are Go templates. */
function templateText(key: RequiredKey): string {
  if ("value" in key) return key.value;
  if ("secret" in key) return `{{ index . ${JSON.stringify(key.secret)} }}`;
  if ("json" in key) return jsonTemplate(key.json);
  const { host, username } = key.dockerLogin;
  const password = `(index . ${JSON.stringify(key.password)})`;
  return [
    `{"auths":{${JSON.stringify(host)}:{"username":${JSON.stringify(username)}`,
    `"password":{{ ${password} | toJson }}`,
    `"auth":"{{ printf "%s:%s" ${JSON.stringify(username)} ${password} | b64enc }}"}}}`,
  ].join(",");
}
