/** Saved states: envelopes, identities, partial loads, expectations. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inWorkspace, lines, TEN, type Step, type Workspace, type Fields } from "./support";

const IDENTITY = {
  pipeline: "p",
  run: "r2",
  tap: "tap-fake",
  source: "s1",
  target: "target-fake",
  destination: "d1",
};
const SAVED = {
  version: 1,
  ...IDENTITY,
  run: "r1",
  time: "2026-11-23T08:00:00.000Z",
  state: { at: 5 },
};

describe("envelope and identity", () => {
  test("state envelope: the tap gets the inner state, and the new state is written as an envelope", () =>
    inWorkspace(async (space) => {
      const flags = [
        {
          state: space.write("saved.json", SAVED),
          identity: space.write("identity.json", IDENTITY),
        },
      ];
      const extracted = await space.extract([["echo-state"], ...TEN], ...flags);
      assert.match(extracted.stderr, /tap \| state \{"at":5\}/);
      assert.deepEqual(space.result().stateBefore, { at: 5 });
      assert.equal((await space.load({}, ...flags)).code, 0);
      const written = space.candidate() as typeof SAVED;
      assert.match(written.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.deepEqual(
        { ...written, time: "" },
        { ...SAVED, run: "r2", previous: "r1", time: "", state: { at: 9 } },
      );
      assert.deepEqual(
        [space.result().stateBefore, space.result().stateAfter],
        [{ at: 5 }, { at: 9 }],
      );
    }));

  for (const field of ["tap", "source", "target", "destination"] as const) {
    test(`state identity: a different ${field} fails the run unless the request sets how to continue`, () =>
      inWorkspace(async (space) => {
        const flags = [
          {
            state: space.write("saved.json", SAVED),
            identity: space.write("identity.json", { ...IDENTITY, [field]: "new" }),
          },
        ];
        const stopped = await space.extract([["echo-state"]], ...flags);
        assert.equal(stopped.code, 17);
        assert.match(
          space.result().error ?? "",
          new RegExp(`belongs to another ${field}.*: --full-refresh .*--keep-state`),
        );
        assert.doesNotMatch(stopped.stderr, /tap \|/);
        const kept = await space.extract([["echo-state"]], ...flags, { onChange: "keep" });
        assert.match(kept.stderr, /tap \| state \{"at":5\}/);
        const fresh = await space.extract([["echo-state"]], ...flags, { onChange: "refresh" });
        assert.match(fresh.stderr, /tap \| state none/);
        assert.equal(space.result().stateBefore, null);
      }));
  }

  for (const [what, saved, code] of [
    ["adopts the source of this run", {}, 0],
    ["may have the destination that its version made", { destination: "older" }, 0],
    ["is refused with another destination", { destination: "other" }, 17],
  ] as const) {
    test(`state identity: a state of an earlier version, without a source, ${what}`, () =>
      inWorkspace(async (space) => {
        const { source, ...older } = { ...SAVED, ...saved };
        const flags = [
          {
            state: space.write("saved.json", older),
            identity: space.write("identity.json", { ...IDENTITY, formerDestination: "older" }),
          },
        ];
        assert.equal((await space.extract([...TEN], ...flags)).code, code);
        if (code !== 0) return;
        assert.equal((await space.load({}, ...flags)).code, 0);
        const written = space.candidate() as typeof SAVED;
        assert.deepEqual(
          [written.source, written.destination, Object.keys(written)],
          [
            source,
            "d1",
            [
              "version",
              "pipeline",
              "run",
              "tap",
              "source",
              "target",
              "destination",
              "previous",
              "time",
              "state",
            ],
          ],
        );
      }));
  }

  test("full refresh: it also ignores a matching state", () =>
    inWorkspace(async (space) => {
      const ended = await space.extract([["echo-state"]], {
        state: space.write("saved.json", SAVED),
        identity: space.write("identity.json", IDENTITY),
        onChange: "refresh",
      });
      assert.match(ended.stderr, /tap \| state none/);
    }));

  test("bare state: it is used unchanged", () =>
    inWorkspace(async (space) => {
      const ended = await space.extract([["echo-state"]], {
        state: space.write("saved.json", { state: 1, at: 2 }),
        identity: space.write("identity.json", IDENTITY),
      });
      assert.match(ended.stderr, /tap \| state \{"state":1,"at":2\}/);
    }));

  test("state envelope: one of a newer version is rejected", () =>
    inWorkspace(async (space) => {
      const ended = await space.extract([], {
        state: space.write("saved.json", { ...SAVED, version: 2 }),
      });
      assert.equal(ended.code, 2);
      assert.match(space.result().error ?? "", /version 2 is not supported/);
    }));
});

describe("tap that failed in its last attempt", () => {
  const method = (
    name: string,
    value: string,
    how: "replication-method" | "forced-replication-method" | "entry",
  ): object => ({
    tap_stream_id: name,
    metadata: how === "entry" ? [] : [{ breadcrumb: [], metadata: { [how]: value } }],
    ...(how === "entry" ? { replication_method: value } : {}),
  });
  const CATALOG = {
    streams: [
      method("a", "INCREMENTAL", "replication-method"),
      method("full", "FULL_TABLE", "replication-method"),
      method("forced", "FULL_TABLE", "forced-replication-method"),
      method("entry", "FULL_TABLE", "entry"),
    ],
  };
  const marks = (number: number): object => ({
    bookmarks: { a: { id: number }, full: { version: number }, entry: number },
    currently_syncing: "full",
  });
  const STEPS: readonly Step[] = [
    ["schema", "a"],
    ["schema", "full"],
    ["record", "a", 1],
    ["record", "full", 1],
    ["raw", '{"record": {"id": 3}, "type": "RECORD", "stream": "full"}\n'],
    ["schema", "forced"],
    ["record", "forced", 1],
    ["schema", "entry"],
    ["record", "entry", 1],
    ["state", marks(2)],
    ["record", "a", 2],
    ["exit", 1],
  ];
  const previous = { bookmarks: { a: { id: 0 }, full: { version: 1 } } };
  const expected = { bookmarks: { a: { id: 2 }, full: { version: 1 } }, currently_syncing: "full" };
  const flags = (space: Workspace): readonly Fields[] => [
    { catalog: space.write("cat.json", CATALOG), state: space.write("saved.json", previous) },
  ];

  test("last attempt, partial load: full tables are left out and keep their bookmarks", () =>
    inWorkspace(async (space) => {
      assert.equal((await space.extract(STEPS)).code, 10);
      const ended = await space.load({ print: "none" }, { partial: true }, ...flags(space));
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual(space.loaded(), ["a 1", "a 2"]);
      assert.deepEqual(space.candidate(), expected);
      assert.ok(
        space
          .result()
          .leftOut.includes("full tables, because the tap did not finish: entry, forced, full"),
      );
    }));

  test("last attempt, stream: records cannot be taken back, but bookmarks are kept", () =>
    inWorkspace(async (space) => {
      const ended = await space.stream(STEPS, { print: "none" }, ...flags(space));
      assert.equal(ended.code, 10, ended.stderr);
      assert.deepEqual(space.candidate(), expected);
    }));

  test("last attempt: a state without bookmarks is not saved if full tables are missing", () =>
    inWorkspace(async (space) => {
      const steps: readonly Step[] = [
        ["schema", "a"],
        ["record", "a", 1],
        ["schema", "full"],
        ["record", "full", 1],
        ["state", { at: 1 }],
        ["exit", 1],
      ];
      await space.extract(steps);
      const ended = await space.load({}, { partial: true }, ...flags(space));
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual(space.loaded(), ["a 1"]);
      assert.equal(space.candidate(), undefined);
      assert.deepEqual(space.result().stateAfter, previous);
    }));

  test("last attempt: a load for another destination is rejected", () =>
    inWorkspace(async (space) => {
      await space.extract(STEPS);
      const ended = await space.load(
        { print: "none", say: "started" },
        {
          partial: true,
          catalog: space.write("cat.json", CATALOG),
          state: space.write("saved.json", { ...SAVED, state: previous }),
          identity: space.write("identity.json", { ...IDENTITY, destination: "new" }),
        },
      );
      assert.equal(ended.code, 17);
      assert.doesNotMatch(ended.stderr, /target \| started/);
      assert.equal(space.candidate(), undefined);
    }));

  test("last attempt: without full tables, all complete lines are loaded", () =>
    inWorkspace(async (space) => {
      await space.extract([...TEN, ["raw", '{"type'], ["exit", 1]]);
      const ended = await space.load({}, { partial: true });
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual(space.loaded(), lines("a", 1, 10));
      assert.deepEqual(space.candidate(), { at: 9 });
    }));
});

describe("expectations", () => {
  const started = (stderr: string): boolean => stderr.includes("target | started");
  const say = { say: "started" };

  test("minRecords, load: too few records give exit code 16 before the target starts", () =>
    inWorkspace(async (space) => {
      await space.extract(TEN);
      const ended = await space.load(say, { minRecords: 11 });
      assert.equal(ended.code, 16);
      assert.equal(started(ended.stderr), false);
      assert.equal(space.result().error, "10 records received, expected at least 11");
      assert.equal(space.candidate(), undefined);
      assert.equal((await space.load(say, { minRecords: 10 })).code, 0);
    }));

  test("minRecords, stream: too few records give exit code 16, and nothing is saved", () =>
    inWorkspace(async (space) => {
      assert.equal((await space.stream(TEN, {}, { minRecords: 11 })).code, 16);
      assert.equal(space.candidate(), undefined);
    }));

  const day = (days: number): string =>
    new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  for (const [what, bookmarks, error] of [
    ["a fresh stream", { a: day(0) }, null],
    ["a date that has begun in another time zone only", { a: day(14 / 24) }, null],
    ["a stream without dates", { a: { id: 7 }, b: day(0) }, null],
    [
      "a fresh stream and an old one",
      { a: day(0), b: { at: "2001-02-03T04:05:06+01:00" } },
      /^the bookmark of stream "b" is [\d.]+ hours old \(2001-02-03T04:05:06\+01:00\), expected at most 1$/,
    ],
    [
      "a bookmark in the future",
      { a: "9999-01-01T00:00:00Z", b: day(0) },
      /^the bookmark of stream "a" is in the future \(9999-01-01T00:00:00Z\)$/,
    ],
    ["a day in the future", { a: day(3) }, /^the bookmark of stream "a" is in the future/],
  ] as const) {
    test(`maxStalenessSeconds: ${what} ${error ? "fails the run after the load, which is saved" : "passes"}`, () =>
      inWorkspace(async (space) => {
        await space.extract([
          ["schema", "a"],
          ["schema", "b"],
          ["record", "a", 1],
          ["state", { bookmarks }],
        ]);
        const ended = await space.load({}, { maxStalenessSeconds: 3600 });
        assert.equal(ended.code, error ? 16 : 0, ended.stderr);
        if (error) assert.match(space.result().error ?? "", error);
        assert.deepEqual(space.candidate(), { bookmarks });
      }));
  }

  test("maxStalenessSeconds: a stream that is no longer selected is ignored", () =>
    inWorkspace(async (space) => {
      const catalog = space.write("cat.json", {
        streams: ["a", "b"].map((name) => ({
          tap_stream_id: name,
          metadata: [{ breadcrumb: [], metadata: { selected: name === "a" } }],
        })),
      });
      await space.extract([
        ["schema", "a"],
        ["record", "a", 1],
        ["state", { bookmarks: { a: day(0), b: "2001-01-01" } }],
      ]);
      const ended = await space.load({}, { maxStalenessSeconds: 3600, catalog });
      assert.equal(ended.code, 0, ended.stderr);
    }));

  test("bad lines, load: more than allowed give exit code 14 before the target starts", () =>
    inWorkspace(async (space) => {
      await space.extract([...TEN, ["raw", "one\ntwo\nthree\n"]]);
      const ended = await space.load(say, { maxBadLines: 2 });
      assert.equal(ended.code, 14);
      assert.equal(started(ended.stderr), false);
      assert.match(
        space.result().error ?? "",
        /more than 2 lines are not Singer messages, the first is line 15 \(not JSON\)/,
      );
      assert.equal((await space.load(say, { maxBadLines: 3 })).code, 0);
      assert.equal(space.loaded().length, 10);
    }));

  test("bad lines, stream: more than allowed give exit code 14, nothing is saved, and the tap is stopped", () =>
    inWorkspace(async (space) => {
      const ended = await space.stream(
        [...TEN, ["raw", "one\ntwo\nthree\n"], ["wait", "/nonexistent"]],
        {},
        { maxBadLines: 2 },
      );
      assert.equal(ended.code, 14, ended.stderr);
      assert.equal(space.candidate(), undefined);
    }));

  test("empty extract: the target is not started", () =>
    inWorkspace(async (space) => {
      await space.extract([]);
      const ended = await space.load(say);
      assert.equal(ended.code, 15);
      assert.equal(started(ended.stderr), false);
    }));

  for (const count of [1, 5000, 60_000]) {
    test(`/dev/stdin: a target that reopens it and reads ${count} records succeeds`, () =>
      inWorkspace(async (space) => {
        await space.extract([
          ["schema", "a"],
          ["records", "a", 1, count],
          ["state", { at: count }],
        ]);
        assert.equal((await space.load({ reopen: true })).code, 0, space.result().error ?? "");
        assert.equal(space.loaded().length, count);
        assert.deepEqual(space.candidate(), { at: count });
      }));
  }

  test("/dev/stdin: a target that reopens it and leaves part of it unread fails", () =>
    inWorkspace(async (space) => {
      await space.extract([
        ["schema", "a"],
        ["records", "a", 1, 60_000],
        ["state", { at: 1 }],
      ]);
      assert.equal((await space.load({ reopen: true, stopAfter: 3, how: 0 })).code, 11);
      assert.equal(space.candidate(), undefined);
    }));

  test("unread input: a target that leaves part of a file unread fails although it exits with 0", () =>
    inWorkspace(async (space) => {
      await space.extract([
        ["schema", "a"],
        ["records", "a", 1, 5000],
        ["state", { at: 1 }],
      ]);
      const ended = await space.load({ stopAfter: 3, how: 0 });
      assert.equal(ended.code, 11);
      assert.match(
        space.result().error ?? "",
        /target-fake exited with 0 after reading [\d,]+ of [\d,]+ bytes/,
      );
      assert.equal(space.candidate(), undefined);
    }));
});
