import assert from "node:assert/strict";
import { test } from "node:test";
import { pipelines as shipped } from "../../pipelines";
import type { PipelineEntry } from "../../src/model/define";
import { policies } from "../../policy/policies";
import { settingsFor, type Resource, type Setting } from "../../policy/policy";
import { pipelines as ofEveryKind } from "../manifests/fixtures";
import { configOf, recordStack } from "../support/stack";
import { answers } from "../support/stack-prod";
import { seen } from "./support";

/**
 * The files of settings that are shipped: what providers answer to their stacks, and pipelines of
 * every kind for them.
 */
const SHIPPED = [
  { file: "Pulumi.dev.yaml", providers: {}, ofEveryKind },
  // A role of its own adds a ServiceAccount, a role and its permissions.
  {
    file: "Pulumi.prod.yaml",
    providers: answers,
    ofEveryKind: ofEveryKind.map((entry): PipelineEntry => ({ ...entry, role: "own" })),
  },
] as const;

function findings(resources: readonly Resource[]): readonly string[] {
  return policies.flatMap((policy) => {
    if (policy.scope === "stack")
      return policy
        .check(resources, settingsFor(policy))
        .map(({ message }) => `${policy.name}: ${message}`);
    return resources.flatMap((one) =>
      policy
        .check(one, settingsFor(policy))
        .map((message) => `${policy.name}: ${one.name}: ${message}`),
    );
  });
}

for (const { file, providers, ofEveryKind: entries } of SHIPPED) {
  for (const preview of [true, false]) {
    const stackOf = async (array: readonly PipelineEntry[]) =>
      (await recordStack(array, configOf(file), { ...providers, preview })).map(seen);
    const when = `${file}, ${preview ? "a preview" : "an update"}`;

    test(`policies: the stack of this repository passes: ${when}`, async () => {
      assert.deepEqual(findings(await stackOf(shipped)), []);
    });

    test(`policies: of all kinds of pipelines, only user images by tag are rejected: ${when}`, async () => {
      assert.deepEqual(
        findings(await stackOf(entries)).map((text) => text.replace(/ has no digest.*/, "")),
        [
          'images-by-digest: clean-up: argument "jobImage": image "ghcr.io/acme/clean:1"',
          'images-by-digest: orders: argument "followUps", "dbt": image "ghcr.io/acme/dbt:1"',
          'images-by-digest: orders: argument "followUps", "check": image "ghcr.io/acme/check:1"',
          'images-by-digest: tidy: argument "jobImage": image "ghcr.io/acme/tidy:1"',
        ],
      );
    });
  }
}

test("policies: on AWS, a bucket without its public access block is rejected", async () => {
  const stack = (await recordStack(shipped, configOf("Pulumi.prod.yaml"), answers)).map(seen);
  const found = findings(
    stack.filter(({ type }) => type !== "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"),
  );
  assert.match(
    found.join("\n"),
    /^buckets-guarded: bucket "[\w-]+" has no BucketPublicAccessBlock$/,
  );
});

test("policies: names are unique, and defaults match their settings", () => {
  assert.equal(new Set(policies.map(({ name }) => name)).size, policies.length);
  for (const { name, settings } of policies) {
    for (const [setting, { type, default: value, pattern }] of Object.entries(
      settings as { readonly [name: string]: Setting },
    )) {
      assert.equal(
        Array.isArray(value) ? "array" : typeof value === "number" ? "integer" : typeof value,
        type,
        `${name}.${setting}`,
      );
      if (pattern !== undefined) assert.match(String(value), new RegExp(pattern));
    }
  }
});
