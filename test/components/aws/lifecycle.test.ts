import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { repositoryRules } from "../../../components/aws/ecr-images";
import { lifecycleRules } from "../../../components/aws/lifecycle";
import {
  clusterMarkerKey,
  configKey,
  failingKey,
  historyKey,
  outputPrefix,
  overlayKey,
  requestKey,
  runFileKey,
  stateKey,
} from "../../../src/store/keys";

const RUN = "20261123T081502Z-4f2a9c";

interface Rule {
  readonly filter: { readonly prefix: string };
  readonly expiration?: { readonly days: number };
  readonly noncurrentVersionExpiration?: { readonly noncurrentDays: number };
  readonly abortIncompleteMultipartUpload?: { readonly daysAfterInitiation: number };
}

const rulesFor = (key: string, days = 90) =>
  (lifecycleRules(days) as readonly Rule[]).filter(({ filter }) => key.startsWith(filter.prefix));
const expiries = (key: string, days?: number) =>
  rulesFor(key, days).flatMap(({ expiration, noncurrentVersionExpiration }) => [
    ...(expiration ? [expiration.days] : []),
    ...(noncurrentVersionExpiration ? [noncurrentVersionExpiration.noncurrentDays] : []),
  ]);

describe("lifecycle rules of a bucket", () => {
  for (const key of [
    stateKey("runs"),
    historyKey("orders", RUN),
    overlayKey("orders"),
    failingKey("orders"),
    configKey("orders", "tap-config.json"),
    clusterMarkerKey,
  ]) {
    test(`bucket lifecycle: ${key} and its older versions are never deleted`, () =>
      assert.deepEqual(expiries(key), []));
  }

  for (const key of [
    runFileKey("orders", RUN, "extract-0.jsonl"),
    `${outputPrefix("orders", RUN)}a.csv`,
    requestKey("orders", RUN),
    "smoke-test/x.txt",
    "artifacts/2026/11/23/x/y",
  ]) {
    test(`bucket lifecycle: ${key} is deleted after the configured days, its older versions after seven`, () => {
      assert.deepEqual(expiries(key), [90, 7]);
      assert.deepEqual(expiries(key, 30), [30, 7]);
      assert.deepEqual(expiries(key, 0), []);
    });
  }

  test("bucket lifecycle: incomplete uploads are aborted everywhere", () => {
    for (const key of [
      stateKey("orders"),
      runFileKey("orders", RUN, "extract.jsonl"),
      "anything",
    ]) {
      assert.deepEqual(
        rulesFor(key, 0).map((rule) => rule.abortIncompleteMultipartUpload?.daysAfterInitiation),
        [3],
      );
    }
  });
});

test("repository lifecycle: rules apply only to untagged images", () => {
  assert.deepEqual(repositoryRules(14), {
    rules: [
      {
        rulePriority: 1,
        description: "images that no tag names any more",
        selection: {
          tagStatus: "untagged",
          countType: "sinceImagePushed",
          countUnit: "days",
          countNumber: 14,
        },
        action: { type: "expire" },
      },
    ],
  });
});
