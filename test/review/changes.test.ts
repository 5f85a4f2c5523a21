import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { VERSION } from "../../src/common/package";
import { tap } from "../../src/model/define-connector";
import { secret } from "../../src/model/connector-settings";
import type { PipelineEntry } from "../../src/model/define";
import type { Replication } from "../../src/model/replication";
import { factsOf, replication, review, shopImage, shopTap, warehouse } from "./support";

const incremental = (stream: string, replicationKey: string) => ({
  stream,
  replicationMethod: "INCREMENTAL" as const,
  replicationKey,
});

/** Changed thing, before, after, and the expected text of the review. */
const STATE_CASES: readonly (readonly [
  string,
  Partial<Replication>,
  Partial<Replication>,
  RegExp,
])[] = [
  [
    "another replication key",
    { streams: [incremental("a", "updated_at")] },
    { streams: [incremental("a", "id")] },
    /^state: `a`: replication key `updated_at` → `id`/,
  ],
  [
    "another key by a pattern",
    { streams: [incremental("a*", "updated_at")] },
    { streams: [incremental("a*", "id")] },
    /^state: `a\*`: replication key `updated_at` → `id`/,
  ],
  ["a removed stream", { streams: ["a", "b"] }, { streams: ["a"] }, /^state: streams removed: `b`/],
  [
    "a selection in place of all streams",
    {},
    { streams: ["a"] },
    /^state: streams are now selected: `a`/,
  ],
  [
    "another replication method",
    { streams: [incremental("a", "id")] },
    { streams: [{ stream: "a", replicationMethod: "LOG_BASED" }] },
    /^state: `a`: replication method `INCREMENTAL` → `LOG_BASED`/,
  ],
  [
    "a stream that the tap's settings declare",
    { tap: shopTap({ streams: [{ name: "a", replication_key: "day" }] }) },
    { tap: shopTap({ streams: [{ name: "b" }] }) },
    /^state: streams removed: `a`/,
  ],
  [
    "a key that the tap's settings declare",
    { tap: shopTap({ streams: [{ name: "a", replication_key: "day" }] }) },
    { tap: shopTap({ streams: [{ name: "a", replication_key: "id" }] }) },
    /^state: `a`: replication key `day` → `id`/,
  ],
  [
    "a tap's major version",
    { tap: shopTap({}, "1.4.0") },
    { tap: shopTap({}, "2.0.0") },
    /^state: tap `tap-shop`: `1\.4\.0` → `2\.0\.0`, a new major version/,
  ],
  [
    "a tap's minor version before 1.0",
    { tap: shopTap({}, "0.4.0") },
    { tap: shopTap({}, "0.5.0") },
    /a new major version/,
  ],
  [
    "another major version of a tap's image",
    { tap: shopImage("1.9.0") },
    { tap: shopImage("2.0.0") },
    /^state: tap `tap-shop`: .*`ghcr\.io\/acme\/tap-shop:2\.0\.0`, a new major version/,
  ],
  [
    "another target",
    {},
    { target: warehouse({}, "target-lake") },
    /^state: different target: `target-warehouse` `2\.0\.0` → `target-lake` `2\.0\.0`/,
  ],
  [
    "another source",
    { tap: shopTap({ database: "staging" }) },
    { tap: shopTap({ database: "prod" }) },
    /^state: different source; the next run fails/,
  ],
  [
    "another destination",
    {},
    { target: warehouse({ host: "dwh-2", database: "dwh" }) },
    /^state: different destination/,
  ],
];

suite("changes that no longer fit the saved state", () => {
  for (const [what, before, after, expected] of STATE_CASES) {
    test(`review: ${what} affects the saved state`, () => {
      const facts = factsOf(replication(before), replication(after));
      assert.match(facts[0] ?? "", expected);
    });
  }

  test("review: a rename without formerName is an added and a removed pipeline with a hint", () => {
    const [added, removed] = review(
      [replication()],
      [replication({ name: "orders-daily" })],
    ).changes;
    assert.deepEqual(
      [added?.change, added?.name, removed?.change, removed?.name],
      ["added", "orders-daily", "removed", "orders"],
    );
    assert.equal(added?.facts[0]?.weight, "state");
    assert.match(added.facts[0].text, /^matches `orders`, .*`formerName: "orders"`/);
  });

  test("review: a rename with formerName, or another new entry, has no such hint", () => {
    const [renamed, ...others] = review(
      [replication()],
      [replication({ name: "orders-daily", formerName: "orders" })],
    ).changes;
    assert.deepEqual(
      [renamed?.change, others.length, renamed?.facts[0]?.text],
      ["changed", 0, "renamed from `orders`: its saved state is carried over"],
    );
    const [added] = review(
      [replication()],
      [replication({ name: "other", tap: shopTap({ host: "elsewhere" }) })],
    ).changes;
    assert.ok(added?.facts.every(({ weight }) => weight === "plain"));
  });
});

/** Changes that do not affect the saved state. */
const HARMLESS: readonly (readonly [
  string,
  Partial<Replication>,
  Partial<Replication>,
  readonly string[],
])[] = [
  [
    "a tap's minor version",
    {},
    { tap: shopTap(undefined, "1.5.0") },
    ["tap `tap-shop`: `1.4.0` → `1.5.0`"],
  ],
  [
    "a stream that a pattern still matches",
    { streams: ["a", "b"] },
    { streams: ["a", "*"] },
    ["streams added: `*`; their first run replicates everything"],
  ],
  [
    "a full table that becomes incremental",
    { streams: [{ stream: "a", replicationMethod: "FULL_TABLE" }] },
    { streams: [incremental("a", "id")] },
    ["`a` now uses replication key `id`", "`a`: replication method `FULL_TABLE` → `INCREMENTAL`"],
  ],
  [
    "a change of excluded properties",
    { streams: [{ stream: "a", exclude: ["ssn"] }] },
    { streams: [{ stream: "a", exclude: ["card_*"] }] },
    ["`a`: exclude added `card_*`, removed `ssn`"],
  ],
  ["a setting", {}, { tap: shopTap({ host: "shop-db", page: 5 }) }, ["`tap.page` is set: `5`"]],
  [
    "a secret's name",
    { tap: shopTap({ password: secret("old") as never }) },
    { tap: shopTap({ password: secret("new") as never }) },
    ['`tap.password`: `secret("old")` → `secret("new")`'],
  ],
  [
    "fields of the entry",
    { deadline: "1h", owner: "data" },
    { deadline: "90m", retries: { limit: 5 } },
    ["`deadline`: `1h` → `90m`", "`owner` is removed, was `data`", "`retries.limit` is set: `5`"],
  ],
  [
    "follow-ups by their names",
    { followUps: [{ name: "dbt", image: "acme/dbt:1", command: ["dbt", "run"] }] },
    {
      followUps: [
        { name: "dbt", image: "acme/dbt:2", command: ["dbt", "build", "--token=hunter2"] },
      ],
    },
    [
      "`followUps.dbt.image`: `acme/dbt:1` → `acme/dbt:2`",
      "`followUps.dbt.command` changes (value not shown)",
    ],
  ],
];

suite("changes that do not affect the saved state", () => {
  for (const [what, before, after, expected] of HARMLESS) {
    test(`review: ${what} does not affect the saved state`, () => {
      const facts = factsOf(replication(before), replication(after));
      assert.deepEqual(
        facts.filter((fact) => !/^plain: (schedule|next runs):/.test(fact)),
        expected.map((text) => `plain: ${text}`),
      );
    });
  }

  test("review: a changed schedule is shown in words, with the next three runs in its time zone", () => {
    const facts = factsOf(
      replication({ timezone: "Europe/Berlin" }),
      replication({ timezone: "Europe/Berlin", schedule: "15 5 * * MON-FRI" }),
    );
    assert.deepEqual(facts, [
      "plain: schedule: at 06:00, every day (`0 6 * * *`), Europe/Berlin → at 05:15, Monday to Friday (`15 5 * * MON-FRI`), Europe/Berlin",
      "plain: next runs: 2026-11-24 05:15, 2026-11-25 05:15, 2026-11-26 05:15",
    ]);
  });

  test("review: a pipeline that is suspended or resumed is a risk", () => {
    assert.equal(
      factsOf(replication(), replication({ suspend: true }))[0],
      "risk: it is suspended: its schedule no longer starts runs",
    );
    assert.equal(
      factsOf(replication({ suspend: true }), replication())[0],
      "risk: it is no longer suspended: its schedule starts runs again",
    );
  });

  test("review: another order of fields, or a removed formerName, is no change", () => {
    const { name, ...rest } = replication({ formerName: "older" });
    assert.deepEqual(review([replication()], [{ ...rest, name }]).changes, []);
  });

  test("review: removed pipelines, jobs, and one that becomes the other are described", () => {
    const job: PipelineEntry = {
      kind: "job",
      name: "tidy",
      schedule: "@daily",
      image: "acme/tidy:1",
      command: ["tidy"],
    };
    const { changes } = review([replication({ onRemove: "delete" })], [job]);
    assert.deepEqual(
      changes.map(({ change, name, facts }) => [change, name, facts[0]?.text]),
      [
        ["added", "tidy", "job with image `acme/tidy:1`"],
        ["removed", "orders", "its running Workflows are stopped"],
      ],
    );
    const [becomes] = review([replication()], [{ ...job, name: "orders" }]).changes;
    assert.equal(becomes?.facts[0]?.weight, "state");
  });
});

test("review: too little memory is a risk if it is new", () => {
  const resources = { tap: { memory: "24Mi" as const } };
  assert.match(
    factsOf(replication(), replication({ resources }))[0] ?? "",
    /^risk: resources\.tap\.memory "24Mi": is too little for most connectors/,
  );
  assert.ok(
    factsOf(replication({ resources }), replication({ resources, deadline: "2h" })).every(
      (fact) => !fact.startsWith("risk"),
    ),
  );
});

suite("review as a whole", () => {
  test("review: images that the base does not build are listed", () => {
    assert.deepEqual(
      review([replication()], [replication({ tap: shopTap(undefined, "1.5.0") })]).images,
      ["tap-shop:1.5.0"],
    );
  });

  test("review: invalid entries of the base are left out, and counted", () => {
    const { changes, limits } = review(
      [replication({ schedule: "0 25 * * *" }), replication({ name: "other" })],
      [replication(), replication({ name: "other" })],
    );
    assert.deepEqual(
      changes.map(({ change, name }) => [change, name]),
      [["added", "orders"]],
    );
    assert.match(
      limits[0] ?? "",
      /^The base branch has 1 pipeline that this branch considers invalid/,
    );
  });
});

test("a bulk connector in place of the published one: the state is kept, and the values that differ are listed", () => {
  const published = tap({
    name: "tap-shop",
    package: "acme-tap-shop",
    version: "1.4.0",
    limitations: [{ cases: ["numeric_nan", "date_bc"], outcome: "differs", text: "" }],
  });
  const bulk = tap({
    name: "tap-shop",
    bulk: "tap_shop",
    requirements: [],
    limitations: [{ cases: ["date_bc", "json_null"], outcome: "differs", text: "" }],
  });
  const before = replication({ tap: published({ host: "shop-db" }) });
  const after = replication({ tap: bulk({ host: "shop-db" }) });
  assert.deepEqual(factsOf(before, after).slice(0, 3), [
    `plain: tap: \`tap-shop\` (\`acme-tap-shop\` \`1.4.0\`) → bulk connector \`tap-shop\` of tapctl \`${VERSION}\`; the saved state is kept`,
    "plain: tap: these values are now loaded unchanged: `numeric_nan`",
    "plain: tap: these values are no longer loaded unchanged: `json_null`",
  ]);
  const back = replication({
    tap: tap({ name: "tap-shop-sdk", stateName: "tap-shop", package: "x", version: "1" })({
      host: "shop-db",
    }),
  });
  assert.match(
    factsOf(after, back).join("\n"),
    /^plain: tap: bulk connector .* → `tap-shop-sdk` \(`x` `1`\)/,
  );
});
