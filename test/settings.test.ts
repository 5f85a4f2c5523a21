import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { checkSettings } from "../settings";
import { settingKeys, settingsSchema } from "../settings/schema";

/** The problems of a configuration, one a line. */
function problems(values: { readonly [key: string]: unknown }, secrets?: unknown): readonly string[] {
  try {
    checkSettings(values, secrets);
  } catch (error) {
    return (error as Error).message.split("\n").slice(1);
  }
  return [];
}

const cases: readonly (readonly [string, { readonly [key: string]: unknown }, unknown, readonly string[]])[] = [
  ["a name with capitals", { namespace: "Data" }, undefined, ['tapctl:namespace: only lower-case letters, digits and "-" are allowed, at most 63, beginning and ending with a letter or digit']],
  ["an unknown setting", { argo: { chart: { verison: "1" } } }, undefined, ["tapctl:argo.chart.verison: there is no such setting"]],
  ["a number for a text", { argo: { chart: { version: 1 } } }, undefined, ["tapctl:argo.chart.version: Invalid input: expected string, received number"]],
  ["text for a truth value", { monitoring: "on" }, undefined, ["tapctl:monitoring: Invalid input: expected boolean, received string"]],
  ["an unknown setting of monitoring", { monitoring: { failures: 3 } }, undefined, ["tapctl:monitoring.failures: there is no such setting"]],
  ["no number of failures", { monitoring: { failuresInARow: 0 } }, undefined, ["tapctl:monitoring.failuresInARow: Too small: expected number to be >=1"]],
  ["no percentage", { monitoring: { freeSpacePercent: 99 } }, undefined, ["tapctl:monitoring.freeSpacePercent: Too big: expected number to be <=90"]],
  ["an unknown kind of store", { objectStore: { kind: "gcs" } }, undefined, ["tapctl:objectStore.kind: Invalid discriminator value. Expected 'minio' | 's3'"]],
  ["a size in decimal units", { objectStore: { kind: "minio", size: "20GB" } }, undefined, ['tapctl:objectStore.size: must be a number and a unit of Ki, Mi, Gi or Ti, such as "512Mi"']],
  ["an endpoint with a protocol", { objectStore: { kind: "s3", bucket: "etl", endpoint: "https://s3", credentials: "ambient" } }, undefined, ['tapctl:objectStore.endpoint: must be a host, with a port where it is not the usual one, such as "minio.example.com:9000"']],
  ["a user without password", { registry: { username: "bot" } }, undefined, ["tapctl:registry: username and password must be given together"]],
  ["an unknown platform", { images: { platforms: ["amd64"] } }, undefined, ['tapctl:images.platforms[0]: must be a platform such as "linux/amd64"']],
  ["too many tries", { defaults: { retries: { limit: 11 } } }, undefined, ["tapctl:defaults.retries.limit: Too big: expected number to be <=10"]],
  ["a duration without a unit", { defaults: { deadline: "90" } }, undefined, ['tapctl:defaults.deadline: must be a number above 0 and a unit of s, m, h or d, such as "90m"']],
  ["a secret that is not set", { notifications: { webhook: "channel" } }, {}, [`tapctl:notifications.webhook: secret "channel" is not set; set it with: pulumi config set --secret --path 'secrets["channel"]'`]],
  ["a secret that is a number", {}, { pin: 1234 }, ['tapctl:secrets["pin"]: must be text; quote a number that is a password']],
  ["secrets that are text", {}, "pw", [`tapctl:secrets: must be an object of texts, set one by one with: pulumi config set --secret --path 'secrets["NAME"]'`]],
];

for (const [name, values, secrets, expected] of cases) {
  test(`${name} is refused`, () => assert.deepEqual(problems(values, secrets), expected));
}

test("all problems are told at once", () => {
  assert.equal(problems({ namespace: "A", argo: { bla: 1 }, monitoring: 1 }, { pin: 1 }).length, 4);
});

test("nothing needs to be set", () => {
  const settings = checkSettings({}, undefined);
  assert.equal(settings.namespace, "pipelines");
  assert.equal(settings.objectStore.kind, "minio");
  assert.deepEqual(checkSettings({ objectStore: {}, argo: {} }, undefined), settings);
});

test("monitoring is off, on with its defaults, or as it is set", () => {
  const monitoring = (value: unknown) => checkSettings({ monitoring: value }, undefined).monitoring;
  assert.equal(monitoring(undefined), false);
  assert.deepEqual(monitoring(true), { labels: {}, prometheusNamespace: "monitoring", alertLabels: {}, failuresInARow: 3, freeSpacePercent: 10, runbook: "docs/runbook.md" });
  assert.deepEqual(monitoring({}), monitoring(true));
});

test("Pulumi.yaml describes the same keys, with the same defaults", () => {
  const { config } = parse(readFileSync(join(__dirname, "..", "Pulumi.yaml"), "utf8")) as { readonly config: { readonly [key: string]: { readonly description?: string; readonly default: unknown } } };
  assert.deepEqual(Object.keys(config).sort(), [...settingKeys].sort());
  const defaults = Object.fromEntries(Object.entries(config).map(([key, { default: value }]) => [key, value]));
  assert.deepEqual(checkSettings(defaults, undefined), settingsSchema.parse({}));
  for (const [key, { description }] of Object.entries(config)) assert.ok(description, `${key} has no description`);
});
