import assert from "node:assert/strict";
import { test } from "node:test";
import {
  defaultClusterSettings,
  type ClusterSettings,
} from "../../src/manifests/argo/cluster-settings";
import { proxyEnvironment } from "../../src/manifests/argo/proxy";
import { singerTemplates } from "../../src/manifests/argo/singer-template";
import type { Container, Template } from "../../src/manifests/argo/types";
import { settings } from "./fixtures";

const templatesOf = (given: ClusterSettings): readonly Template[] =>
  singerTemplates(given).flatMap(({ spec }) => spec.templates ?? []);
const containersOf = (one: Template): readonly Container[] =>
  [one.container, ...(one.containerSet?.containers ?? []), ...(one.initContainers ?? [])].filter(
    (found): found is Container => found !== undefined,
  );
const runsPod = (one: Template): boolean => containersOf(one).length > 0;
const variables = (container: Container): Readonly<Record<string, unknown>> =>
  Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value]));

test("proxy settings: every container has them", () => {
  const containers = templatesOf(settings).flatMap(containersOf);
  assert.ok(containers.length >= 11);
  for (const container of containers) {
    const { HTTP_PROXY, https_proxy, NO_PROXY, no_proxy } = variables(container);
    assert.deepEqual(
      [HTTP_PROXY, https_proxy, NO_PROXY],
      [
        "http://proxy.example.com:3128",
        "http://proxy.example.com:3129",
        "localhost,127.0.0.1,.svc,.cluster.local,.example.com,10.0.0.0/8",
      ],
    );
    assert.equal(no_proxy, NO_PROXY);
  }
});

test("proxy settings: without a proxy, no container has any", () => {
  assert.deepEqual(proxyEnvironment({ proxy: { none: [".example.com"] } }), []);
  assert.ok(!/proxy/i.test(JSON.stringify(templatesOf(defaultClusterSettings))));
  assert.deepEqual(
    proxyEnvironment({ proxy: { https: "http://p:1" } }).map(({ name }) => name),
    ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"],
  );
});

test("certificate authority: every container, including those with user images, trusts it through a volume", () => {
  const pods = templatesOf(settings).filter(runsPod);
  for (const name of [
    "extract-pod",
    "replicate-pod",
    "notify-failed",
    "follow-up-pod",
    "job-run-pod",
  ])
    assert.ok(
      pods.some((one) => one.name === name),
      name,
    );
  for (const one of pods) {
    assert.ok(
      one.volumes?.some(
        ({ configMap }) =>
          configMap?.name === "trusted" && configMap.items?.[0]?.key === "bundle.crt",
      ),
      one.name,
    );
    for (const container of containersOf(one)) {
      const mount = container.volumeMounts?.find(({ name }) => name === "certificate-authority");
      assert.ok(mount && mount.subPath === undefined, `${one.name} ${container.name}`);
      const found = variables(container);
      for (const name of ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
        assert.equal(found[name], `${mount.mountPath}/ca.pem`, `${one.name} ${container.name}`);
    }
  }
  assert.ok(!/CERT|certificate/.test(JSON.stringify(templatesOf(defaultClusterSettings))));
});

test("scratch space: it is the node's disk, or a volume of the storage class that is set", () => {
  const volume = (given: ClusterSettings, name: string) =>
    templatesOf(given)
      .find((one) => one.name === "extract-pod")
      ?.volumes?.find((one) => one.name === name);
  for (const name of ["work", "tmp"]) {
    assert.deepEqual(volume(defaultClusterSettings, name), {
      name,
      emptyDir: { sizeLimit: "20Gi" },
    });
    assert.deepEqual(volume(settings, name)?.ephemeral?.volumeClaimTemplate?.spec, {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "fast",
      resources: { requests: { storage: "50Gi" } },
    });
    assert.equal(volume(settings, name)?.emptyDir, undefined);
  }
  for (const name of ["commit-pod", "verdict", "notify-failed"])
    assert.ok(
      !JSON.stringify(templatesOf(settings).find((one) => one.name === name)).includes("ephemeral"),
      name,
    );
});
