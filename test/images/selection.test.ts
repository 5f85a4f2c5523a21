/** Discovery, selection, and the flags passed to a tap. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inWorkspace, type Step, type Workspace } from "./support";

interface Entry {
  readonly tap_stream_id: string;
  readonly selected?: boolean;
  readonly replication_method?: string;
  readonly replication_key?: string;
  readonly metadata: readonly {
    readonly breadcrumb: readonly string[];
    readonly metadata: Readonly<Record<string, unknown>>;
  }[];
}

const stream = (id: string, more: object = {}): object => ({
  tap_stream_id: id,
  stream: id,
  schema: { properties: { id: {}, email: {}, note: {}, blob: {} } },
  metadata: [
    { breadcrumb: [], metadata: { "table-key-properties": ["id"], selected: true } },
    { breadcrumb: ["properties", "id"], metadata: { inclusion: "automatic" } },
    { breadcrumb: ["properties", "email"], metadata: { inclusion: "available" } },
    { breadcrumb: ["properties", "blob"], metadata: { inclusion: "unsupported" } },
  ],
  ...more,
});
const CATALOG = {
  streams: [
    stream("public-items", {
      selected: false,
      replication_method: "FULL_TABLE",
      replication_key: null,
    }),
    stream("public-users"),
    { tap_stream_id: "other", schema: {} },
  ],
};
const STEPS: readonly Step[] = [["echo-args"], ["echo-state"]];

async function select(
  space: Workspace,
  rules: unknown,
  flags: object = {},
  tap: { readonly name?: string; readonly config?: object } = {},
) {
  const base = { config: true, catalog: "catalog", state: true, discover: true, about: false };
  const ended = await space.run(
    "extract",
    ...space.tap(
      STEPS,
      { discover: CATALOG, ...tap.config },
      { ...(tap.name && { name: tap.name }), flags: { ...base, ...flags } },
    ),
    { select: space.write("select.json", rules) },
  );
  const entries = space.exists("catalog.json")
    ? (space.json("catalog.json") as { streams: Entry[] }).streams
    : [];
  const metadata = (
    id: string,
    ...breadcrumb: string[]
  ): Readonly<Record<string, unknown>> | undefined =>
    entries
      .find((entry) => entry.tap_stream_id === id)
      ?.metadata.find((item) => item.breadcrumb.join() === breadcrumb.join())?.metadata;
  return { ended, entries, metadata };
}

describe("selection", () => {
  test("selection: only streams that match a rule are selected; later rules take precedence", () =>
    inWorkspace(async (space) => {
      const { ended, entries, metadata } = await select(space, [
        { stream: "public-*", replicationMethod: "FULL_TABLE" },
        { stream: "public-items", replicationMethod: "INCREMENTAL", replicationKey: "id" },
      ]);
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual(metadata("public-items"), {
        "table-key-properties": ["id"],
        selected: true,
        "replication-method": "INCREMENTAL",
        "replication-key": "id",
      });
      assert.equal(metadata("public-users")?.["replication-method"], "FULL_TABLE");
      assert.equal(metadata("other")?.selected, false);
      assert.deepEqual(
        [entries[0]?.selected, entries[0]?.replication_method, entries[0]?.replication_key],
        [true, "INCREMENTAL", "id"],
      );
      // Only if the entry has them.
      assert.equal(entries[1] && "selected" in entries[1], false);
      assert.match(ended.stderr, /args .*--catalog \S+catalog\.json/);
    }));

  for (const [what, tap, key] of [
    ["MeltanoLabs' tap-postgres continues", { name: "tap-postgres" }, "_sdc_lsn"],
    ["PipelineWise's", { name: "tap-postgres", config: { dbname: "shop" } }, undefined],
    ["another tap", { name: "tap-mysql" }, undefined],
  ] as const)
    test(`selection: LOG_BASED streams of ${what} ${key ? "at the saved position, their replication key" : "get no replication key"}`, () =>
      inWorkspace(async (space) => {
        const rules = [
          { stream: "public-*", replicationMethod: "LOG_BASED" },
          { stream: "public-users", replicationMethod: "FULL_TABLE" },
        ];
        const { ended, metadata } = await select(space, rules, {}, tap);
        assert.equal(ended.code, 0, ended.stderr);
        assert.deepEqual(
          ["public-items", "public-users"].map((name) => metadata(name)?.["replication-key"]),
          [key, undefined],
        );
      }));

  test("selection: include and exclude apply; automatic properties stay, unsupported ones are never selected", () =>
    inWorkspace(async (space) => {
      const { metadata } = await select(space, [
        { stream: "public-items", include: ["e*", "note"], exclude: ["note", "id"] },
      ]);
      assert.equal(metadata("public-items", "properties", "email")?.selected, true);
      assert.equal(metadata("public-items", "properties", "note")?.selected, false);
      assert.deepEqual(metadata("public-items", "properties", "id"), { inclusion: "automatic" });
      assert.deepEqual(metadata("public-items", "properties", "blob"), {
        inclusion: "unsupported",
      });
      assert.deepEqual(space.result().warnings, [
        '"id" of "public-items" cannot be excluded: the tap always sends it',
      ]);
    }));

  const refused: readonly (readonly [string, unknown, object, RegExp])[] = [
    [
      "no such stream",
      [{ stream: "public-item" }],
      {},
      /selection 0: no stream matches "public-item"; the nearest is "public-items"/,
    ],
    [
      "no such property",
      [{ stream: "*", exclude: ["emial"] }],
      {},
      /no property matches "emial" in "exclude"; the nearest is "email"/,
    ],
    ["a rule that is no object", ["public"], {}, /a rule is an object with a "stream"/],
    [
      "an unknown field",
      [{ stream: "*", key: "id" }],
      {},
      /unknown field "key"; allowed: stream, replicationMethod/,
    ],
    [
      "an unknown method",
      [{ stream: "*", replicationMethod: "FULL" }],
      {},
      /must be one of FULL_TABLE, INCREMENTAL, LOG_BASED/,
    ],
    [
      "a tap without --discover",
      [{ stream: "*" }],
      { discover: false },
      /cannot select streams: it has no --discover/,
    ],
    [
      "a tap without --catalog",
      [{ stream: "*" }],
      { catalog: "none" },
      /cannot select streams: it has no --catalog/,
    ],
  ];
  for (const [name, rules, flags, expected] of refused) {
    test(`selection: ${name} gives exit code 2`, () =>
      inWorkspace(async (space) => {
        const { ended } = await select(space, rules, flags);
        assert.equal(ended.code, 2, ended.stderr);
        assert.match(space.result().error ?? "", expected);
      }));
  }

  test("discover: it writes the catalog and ignores log lines before it", () =>
    inWorkspace(async (space) => {
      const wrapper = space.write(
        "wrapper.sh",
        `echo "starting up"; exec python3 ${__dirname}/fixtures/tap.py "$@"`,
      );
      const ended = await space.run(
        "discover",
        ...space.tap([], { discover: CATALOG }, { command: ["sh", wrapper] }),
        { output: space.path("found.json") },
      );
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual(space.json("found.json"), CATALOG);
    }));

  test("discover: a failure is the tap's failure", () =>
    inWorkspace(async (space) => {
      const ended = await space.run("extract", ...space.tap([]), {
        select: space.write("select.json", [{ stream: "*" }]),
      });
      assert.equal(ended.code, 10);
      assert.equal(space.result().error, "discovery: tap-fake exited with 1: KeyError: 'discover'");
    }));
});

describe("connector flags", () => {
  const cases: readonly (readonly [string, object, RegExp, RegExp])[] = [
    [
      "--properties",
      { catalog: "properties", state: true },
      /--properties \S+catalog.json/,
      /--catalog/,
    ],
    ["no catalog", { catalog: "none", state: true }, /--state/, /--catalog|--properties/],
    ["no state", { catalog: "catalog", state: false }, /--catalog/, /--state/],
    ["no config", { config: false, catalog: "none", state: false }, /args/, /--config/],
  ];
  for (const [name, flags, expected, never] of cases) {
    test(`connector flags: only supported ones are passed: ${name}`, () =>
      inWorkspace(async (space) => {
        const echo = space.write("echo.sh", 'echo "args $*" >&2');
        const tap = space.tap([], {}, { flags, command: ["sh", echo] });
        const ended = await space.run("extract", ...tap, {
          catalog: space.write("catalog-in.json", CATALOG),
          state: space.write("state-in.json", { at: 1 }),
        });
        assert.equal(ended.code, 0, ended.stderr);
        const args = /tap \| (args.*)/.exec(ended.stderr)?.[1] ?? "";
        assert.match(args, expected);
        assert.doesNotMatch(args, never);
      }));
  }

  for (const [name, state] of [
    ["{}", "{}"],
    ["an envelope with null", '{"version":1,"state":null}'],
    ["no file", undefined],
  ] as const) {
    test(`connector flags: --state is not passed for ${name}`, () =>
      inWorkspace(async (space) => {
        if (state) space.write("state-in.json", state);
        const ended = await space.run("extract", ...space.tap(STEPS), {
          state: space.path("state-in.json"),
        });
        assert.match(ended.stderr, /tap \| state none/);
      }));
  }
});
