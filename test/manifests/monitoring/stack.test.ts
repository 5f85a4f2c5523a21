import assert from "node:assert/strict";
import { test } from "node:test";
import type { PipelineEntry } from "../../../src/model/define";
import { loadSettings } from "../../../src/settings/load-settings";
import { deploy } from "../../../components/stack";
import { pipelines } from "../fixtures";
import { only, record, type Registration } from "../../support/record";

const S3 = JSON.stringify({ kind: "s3", bucket: "etl", credentials: "ambient" });

/** Registrations of a stack of the pipelines without secrets. */
function recordStack(
  config: { readonly [key: string]: string },
  entries: readonly PipelineEntry[] = pipelines.slice(4),
): Promise<readonly Registration[]> {
  return record(() => deploy(loadSettings(), entries), {
    config,
    outputs: ({ type }) =>
      type === "docker-build:index:Image" ? { digest: `sha256:${"0".repeat(64)}` } : {},
  });
}

const monitoringOf = (registrations: readonly Registration[]) =>
  registrations.filter(({ urn }) => urn.includes("tapctl:index:Monitoring"));
const namesOf = (registrations: readonly Registration[]) =>
  monitoringOf(registrations)
    .map(({ type, name }) => `${type.split(/[/:]/).at(-1)} ${name}`)
    .sort();

test("monitoring: it adds a ServiceMonitor each for Argo and MinIO, the rules and the dashboard", async () => {
  const names = [
    "ConfigMap monitoring",
    "Monitoring monitoring",
    "PrometheusRule monitoring",
    "ServiceMonitor monitoring-minio",
    "ServiceMonitor monitoring-workflow-controller",
  ];
  assert.deepEqual(namesOf(await recordStack({ "tapctl:monitoring": "true" })), names);
});

test("monitoring: only what the stack runs is scraped", async () => {
  const names = ["ConfigMap monitoring", "Monitoring monitoring", "PrometheusRule monitoring"];
  const stack = await recordStack({
    "tapctl:monitoring": "true",
    "tapctl:objectStore": S3,
    "tapctl:argo": JSON.stringify({ install: false }),
  });
  assert.deepEqual(namesOf(stack), names);
  assert.doesNotMatch(JSON.stringify(monitoringOf(stack)), /minio/i);
});

test("monitoring: without the setting, nothing is added", async () => {
  assert.deepEqual(monitoringOf(await recordStack({})), []);
});

test("monitoring: the network policy admits Prometheus to MinIO", async () => {
  const namespaces = async (monitoring: string) =>
    JSON.stringify(
      only(
        await recordStack({ "tapctl:monitoring": monitoring }),
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        "minio",
      ).inputs["spec"],
    );
  assert.match(
    await namespaces(JSON.stringify({ prometheusNamespace: "prom" })),
    /"kubernetes.io\/metadata.name":"prom"/,
  );
  assert.doesNotMatch(await namespaces("false"), /prom|monitoring/);
});

test("monitoring: another pipeline does not change it", async () => {
  const config = { "tapctl:monitoring": "true" };
  const [first] = pipelines.slice(4);
  const more = Array.from(
    { length: 5 },
    (_, index) =>
      ({ ...first, name: `more-${index}`, schedule: `${index} * * * *` }) as PipelineEntry,
  );
  assert.deepEqual(
    monitoringOf(await recordStack(config, more)),
    monitoringOf(await recordStack(config)),
  );
});
