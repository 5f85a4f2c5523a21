import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Replication } from "../../src/model/replication";
import { COMMENT_BYTES, commentText, MARKER, SUMMARY_BYTES } from "../../src/review/comment";
import type { ResourcePlan } from "../../src/review/pulumi-preview";
import { reviewOf, type Review } from "../../src/review/review";
import { assertGolden } from "../manifests/golden";
import { checkout, NOW, replication, review, shopTap, warehouse } from "./support";

const many = (
  number: number,
  fields: (index: number) => Partial<Replication>,
): readonly Replication[] =>
  Array.from({ length: number }, (_, index) =>
    replication({ name: `pipeline-${index}`, ...fields(index) }),
  );

/** Four bytes per character, the maximum. */
const LONG = "😀".repeat(300);

test("comment: one with every kind of change equals the golden file", () => {
  const before = [
    replication({
      streams: [
        { stream: "public-orders", replicationMethod: "INCREMENTAL", replicationKey: "updated_at" },
        "public-items",
      ],
      timezone: "Europe/Berlin",
    }),
    replication({ name: "rates", tap: shopTap({ base: "USD" }, "1.4.0") }),
    replication({ name: "legacy", target: warehouse({}, "target-files") }),
  ];
  const after = [
    replication({
      streams: [
        { stream: "public-orders", replicationMethod: "INCREMENTAL", replicationKey: "id" },
      ],
      timezone: "Europe/Berlin",
      schedule: "*/15 6-20 * * MON-FRI",
    }),
    replication({ name: "rates", tap: shopTap({ base: "EUR" }, "2.0.0") }),
    replication({
      name: "customers",
      description: "Customers of the shop",
      tap: shopTap({ host: "crm", password: "hunter2" }),
      schedule: "@hourly",
    }),
  ];
  const resources: ResourcePlan = {
    losses: [
      {
        kind: "deleted",
        type: "kubernetes:argoproj.io/v1alpha1:CronWorkflow",
        name: "legacy",
        reasons: [],
      },
    ],
    counts: [
      ["create", 3],
      ["update", 2],
      ["delete", 1],
    ],
    errors: 0,
  };
  const changed: Review = {
    ...review(before, after, resources),
    templates: "changes",
    rerendered: ["orders"],
  };
  const text = commentText(changed, COMMENT_BYTES);
  assertGolden("preview-comment.md", text);
  assert.equal(text.split("\n")[0], MARKER);
  assert.ok(!text.includes("hunter2"));
});

test("comment: without changes, it reports that", () => {
  const text = commentText(review([replication()], [replication()]), COMMENT_BYTES);
  assert.match(text, /## Pipelines: no changes \(1 after the merge\)/);
  assert.ok(!text.includes("###"));
});

test("comment: a base that does not render is one sentence, and all pipelines are new", () => {
  const text = commentText(
    reviewOf(
      { kind: "failed", problem: "it has no pipelines/index.ts" },
      checkout([replication()]),
      NOW,
    ),
    COMMENT_BYTES,
  );
  assert.match(
    text,
    /The base branch cannot be loaded: `it has no pipelines\/index\.ts`\. All pipelines are shown as new\./,
  );
  assert.match(text, /## Pipelines: 1 added/);
  assert.match(
    text,
    /### Images that will be built\n\n- `tap-shop:1\.4\.0`\n- `target-warehouse:2\.0\.0`/,
  );
});

/** The largest possible changes. */
const HUGE: readonly (readonly [string, Review])[] = [
  [
    "1,000 new pipelines",
    review(
      [],
      many(1000, () => ({})),
    ),
  ],
  [
    "1,000 changed pipelines that lose their states",
    review(
      many(1000, () => ({ streams: ["a", "b"] })),
      many(1000, () => ({ streams: ["a"] })),
    ),
  ],
  [
    "values of maximum length",
    review(
      [],
      many(300, () => ({
        description: LONG,
        tap: shopTap({ password: LONG }),
        streams: Array.from({ length: 30 }, (_, index) => `${index}${LONG}`),
      })),
    ),
  ],
  [
    "warnings of maximum length",
    review(
      many(300, () => ({ streams: Array.from({ length: 60 }, (_, index) => `${index}${LONG}`) })),
      many(300, () => ({ streams: ["a"] })),
    ),
  ],
  [
    "resources of maximum length",
    review([], [], {
      losses: Array.from({ length: 5000 }, (_, index) => ({
        kind: "replaced" as const,
        type: LONG,
        name: `${index}${LONG}`,
        reasons: Array.from({ length: 50 }, () => LONG),
      })),
      counts: [["replace", 5000]],
      errors: 3,
    }),
  ],
  [
    "5,000 changed manifests and 5,000 images",
    {
      ...review([], []),
      rerendered: Array.from({ length: 5000 }, () => LONG),
      images: Array.from({ length: 5000 }, () => LONG),
    },
  ],
];

suite("size of the comment", () => {
  for (const [what, huge] of HUGE) {
    for (const bytes of [COMMENT_BYTES, 20_000, 3_000]) {
      test(`comment: ${what} fit in ${bytes} bytes`, () => {
        const text = commentText(huge, bytes);
        assert.ok(Buffer.byteLength(text) <= bytes, `${Buffer.byteLength(text)} bytes`);
        assert.ok(text.startsWith(`${MARKER}\n## Pipelines: `));
        assert.ok(
          /more pipelines?\*\* (is|are) omitted|\*\*Truncated\*\*|: \d+ changes|and [\d,]+ more/.test(
            text,
          ),
          text.slice(-300),
        );
      });
    }
  }

  test("comment: the job summary has all of it if possible", () => {
    const huge = review(
      [],
      many(1000, () => ({})),
    );
    assert.ok(!/`pipeline-999`/.test(commentText(huge, 20_000)));
    assert.match(commentText(huge, SUMMARY_BYTES), /\*\*`pipeline-999`\*\*\n- from/);
  });

  test("comment: the first pipelines are shown in full, and all others are counted", () => {
    const text = commentText(
      review(
        [],
        many(1000, () => ({})),
      ),
      20_000,
    );
    const shown = [...text.matchAll(/`pipeline-(\d+)`/g)].map(([, index]) => Number(index));
    const left = Number(/\*\*([\d,]+) more pipelines\*\*/.exec(text)?.[1]?.replace(",", ""));
    assert.deepEqual(
      shown,
      Array.from({ length: shown.length }, (_, index) => index),
    );
    assert.equal(shown.length + left, 1000);
  });
});
