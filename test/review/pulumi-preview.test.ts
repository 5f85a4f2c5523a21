import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { UserError } from "../../src/common/errors";
import { commentText } from "../../src/review/comment";
import { readPulumiPreview } from "../../src/review/pulumi-preview";
import { review } from "./support";

const step = (op: string, type: string, name: string, more: object = {}) => ({
  op,
  urn: `urn:pulumi:prod::etl::tapctl:index:Stack$${type}::${name}`,
  ...more,
});

const DIGEST = {
  config: { "etl:token": "[secret]" },
  steps: [
    step("same", "aws:s3/bucket:Bucket", "same"),
    step("create", "kubernetes:argoproj.io/v1alpha1:CronWorkflow", "orders"),
    step("create-replacement", "aws:s3/bucket:Bucket", "store::eu", {
      replaceReasons: ["bucket"],
      oldState: { inputs: { tag: "canary" } },
    }),
    step("replace", "aws:s3/bucket:Bucket", "store::eu", { replaceReasons: ["bucket"] }),
    step("delete-replaced", "aws:s3/bucket:Bucket", "store::eu"),
    step("delete", "kubernetes:core/v1:Secret", "old"),
  ],
  diagnostics: [{ severity: "warning", message: "canary" }],
  duration: 12,
  changeSummary: { create: 1, delete: 1, replace: 1, same: 1 },
};

suite("output of pulumi preview --json", () => {
  test("pulumi preview: deletions come first, and a replacement is listed once with its reasons", () => {
    assert.deepEqual(readPulumiPreview("p.json", JSON.stringify(DIGEST)), {
      losses: [
        { kind: "deleted", type: "kubernetes:core/v1:Secret", name: "old", reasons: [] },
        { kind: "replaced", type: "aws:s3/bucket:Bucket", name: "store::eu", reasons: ["bucket"] },
      ],
      counts: [
        ["create", 1],
        ["delete", 1],
        ["replace", 1],
      ],
      errors: 0,
    });
  });

  test("pulumi preview: deletions and replacements come first in the comment, without values", () => {
    const text = commentText(
      review([], [], readPulumiPreview("p.json", JSON.stringify(DIGEST))),
      60_000,
    );
    const [, , , ...lines] = text.split("\n");
    assert.deepEqual(lines.slice(0, 4), [
      "> [!CAUTION]",
      "> **1 resource is deleted, 1 resource is replaced**",
      "> - **deleted**: `kubernetes:core/v1:Secret` `old`",
      "> - **replaced**: `aws:s3/bucket:Bucket` `store::eu`, because of `bucket`",
    ]);
    assert.match(text, /Operations of `pulumi up`: `create` 1, `delete` 1, `replace` 1\./);
    assert.ok(!text.includes("canary"));
  });

  test("pulumi preview: one without changes and a failed one are described", () => {
    const nothing = readPulumiPreview("p.json", '{"duration": 1, "changeSummary": {"same": 3}}');
    assert.match(
      commentText(review([], [], nothing), 60_000),
      /`pulumi up` would change nothing\./,
    );
    const failed = readPulumiPreview(
      "p.json",
      JSON.stringify({ diagnostics: [{ severity: "error", message: "no credentials" }] }),
    );
    assert.match(
      commentText(review([], [], failed), 60_000),
      /The preview of the cluster has 1 error/,
    );
  });
});

const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  ["nothing", "", /it is empty/],
  [
    "a log above the JSON",
    `Previewing update\n${JSON.stringify(DIGEST)}`,
    /it is not one JSON object/,
  ],
  [
    "streamed events",
    '{"sequence":1,"preludeEvent":{}}\n{"sequence":2}',
    /it is not one JSON object/,
  ],
  [
    "one streamed event",
    '{"sequence":1,"preludeEvent":{}}',
    /it has no steps and no changeSummary/,
  ],
  ["a list", "[]", /it is not one JSON object/],
  ["steps of another shape", '{"steps": {"create": []}}', /it has no steps and no changeSummary/],
  ["a step without an operation", '{"steps": [{"urn": "x"}]}', /steps\[0\] has no op and urn/],
  [
    "an operation of another version",
    '{"steps": [{"op": "teleport", "urn": "x"}]}',
    /steps\[0\] has an unknown operation "teleport"/,
  ],
  [
    "an operation of another version in the summary",
    '{"changeSummary": {"teleport": 1}}',
    /changeSummary has an unknown operation "teleport"/,
  ],
];

suite("unsupported output of pulumi preview", () => {
  for (const [what, text, message] of REFUSED) {
    test(`pulumi preview: ${what} is rejected in two lines that name the version`, () => {
      assert.throws(
        () => readPulumiPreview("p.json", text),
        (error) =>
          error instanceof UserError &&
          message.test(error.message) &&
          /^--preview p\.json: .*\n.*Pulumi 3 \(written for 3\.248 and newer\)/.test(
            error.message,
          ) &&
          error.message.split("\n").length === 2,
      );
    });
  }
});
