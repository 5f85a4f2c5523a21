import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { pipelines as shipped } from "../../pipelines";
import type { PipelineEntry } from "../../pipelines/define";
import { policies } from "../../policy/policies";
import { settingsFor, type Resource, type Setting } from "../../policy/policy";
import { loadSettings } from "../../settings";
import { deploy } from "../../stack";
import { pipelines as ofEveryKind } from "../components/fixtures";
import { record } from "../support/record";
import { DIGEST, seen } from "./support";

const SECRETS = ["orders-channel", "shop-password", "table-token", "warehouse-password", "warehouse-url", "clean-token"];

async function stackOf(entries: readonly PipelineEntry[], preview: boolean): Promise<readonly Resource[]> {
  const { config } = parse(readFileSync(join(__dirname, "..", "..", "Pulumi.dev.yaml"), "utf8")) as { readonly config: { readonly [key: string]: unknown } };
  const secrets = Object.fromEntries(SECRETS.map((name) => [name, `value-of-${name}`]));
  const registrations = await record(() => deploy(loadSettings(), entries), {
    config: Object.fromEntries(Object.entries({ ...config, "tapctl:secrets": secrets }).map(([key, value]) => [key, JSON.stringify(value)])),
    secretKeys: ["tapctl:secrets"],
    preview,
    outputs: ({ type }) => ({ ...(type.startsWith("random:") && { result: "made-up" }), ...(type === "docker-build:index:Image" && { digest: DIGEST }) }),
  });
  return registrations.map(seen);
}

function findings(resources: readonly Resource[]): readonly string[] {
  return policies.flatMap((policy) => {
    if (policy.scope === "stack") return policy.check(resources, settingsFor(policy)).map(({ message }) => `${policy.name}: ${message}`);
    return resources.flatMap((one) => policy.check(one, settingsFor(policy)).map((message) => `${policy.name}: ${one.name}: ${message}`));
  });
}

for (const preview of [true, false]) {
  test(`the shipped stack keeps its own policies in ${preview ? "a preview" : "an update"}`, async () => {
    assert.deepEqual(findings(await stackOf(shipped, preview)), []);
  });

  test(`of pipelines of every kind, only the images that users bring by tag are refused in ${preview ? "a preview" : "an update"}`, async () => {
    assert.deepEqual(findings(await stackOf(ofEveryKind, preview)).map((text) => text.replace(/ has no digest.*/, "")), [
      'images-by-digest: clean-up: argument "jobImage": image "ghcr.io/acme/clean:1"',
      'images-by-digest: orders: argument "followUps", "dbt": image "ghcr.io/acme/dbt:1"',
      'images-by-digest: orders: argument "followUps", "check": image "ghcr.io/acme/check:1"',
      'images-by-digest: tidy: argument "jobImage": image "ghcr.io/acme/tidy:1"',
    ]);
  });
}

test("policies have names of their own and defaults that fit what they say of their settings", () => {
  assert.equal(new Set(policies.map(({ name }) => name)).size, policies.length);
  for (const { name, settings } of policies) {
    for (const [setting, { type, default: value, pattern }] of Object.entries(settings as { readonly [name: string]: Setting })) {
      assert.equal(Array.isArray(value) ? "array" : typeof value === "number" ? "integer" : typeof value, type, `${name}.${setting}`);
      if (pattern !== undefined) assert.match(String(value), new RegExp(pattern));
    }
  }
});
