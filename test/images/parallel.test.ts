/** A run that is split into slices, each with a tap, a target, a catalog and a state of its own. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";
import { inWorkspace, PYTHON, request, start, until, type Fields, type Workspace } from "./support";

const FIXTURES = resolve(__dirname, "fixtures");
const ROWS = { a: 50, b: 40, c: 30, d: 20, e: 10 };
const ALL = { a: { id: 50 }, b: { id: 40 }, c: { id: 30 }, d: { id: 20 }, e: { id: 10 } };
const SPLIT = { slices: 3, newTogether: false };

/** A tap of five streams and a target that appends to files; `flags` are those of the tap. */
function pair(space: Workspace, tap: object = {}, target: object = {}, flags: object = {}): Fields {
  const connector = (kind: "tap" | "target", more: object) =>
    space.connector(kind, {
      command: [PYTHON, "-S", join(FIXTURES, `slices_${kind}.py`)],
      outputSetting: null,
      flags: {
        config: true,
        catalog: "none",
        state: false,
        discover: false,
        about: false,
        ...more,
      },
    });
  mkdirSync(space.path("out"), { recursive: true });
  return {
    tapConnector: connector("tap", {
      catalog: "catalog",
      state: true,
      discover: true,
      about: true,
      ...flags,
    }),
    tapConfig: space.write("tap-config.json", { rows: ROWS, log: space.path("starts"), ...tap }),
    targetConnector: connector("target", {}),
    targetConfig: space.write("target-config.json", { folder: space.path("out"), ...target }),
    select: space.write("select.json", [{ stream: "*" }]),
    state: space.path("state.json"),
    tapLog: space.path("tap.log"),
    targetLog: space.path("target.log"),
    graceSeconds: 3,
    parallel: SPLIT,
  };
}

/** The fields of a request for the tap alone, or the target alone. */
const ofTap = (fields: Fields): Fields => without(fields, /^target/);
const ofTarget = (fields: Fields): Fields => without(fields, /^tap|^select$/);

function without(fields: Fields, names: RegExp): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.test(name)));
}

/** Number of rows that each stream has in the destination. */
function rows(space: Workspace): Record<string, number> {
  const files = readdirSync(space.path("out")).sort();
  return Object.fromEntries(
    files.map((file) => [
      file.replace(".jsonl", ""),
      space.text(join("out", file)).trim().split("\n").length,
    ]),
  );
}

/** What each tap was started with. */
const starts = (space: Workspace) =>
  space
    .text("starts")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { streams: string[]; state: object; tmp: string });

const bookmarks = (space: Workspace) =>
  (space.candidate() as { bookmarks: Record<string, unknown> } | undefined)?.bookmarks;

/** Processes whose command line or working files are in the workspace. */
function leftovers(space: Workspace): string[] {
  return execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes("slices_t") && line.includes(space.dir));
}

test("slices: random plans, states and failures never lose a bookmark or pass unloaded data", () => {
  const output = execFileSync(
    PYTHON,
    [join(FIXTURES, "slices_property.py"), resolve("images", "singer"), "400"],
    { encoding: "utf8" },
  );
  assert.equal(output, "ok\n");
});

describe("stream in slices", () => {
  test("each slice has its own catalog, state and temporary folder; one state is saved", () =>
    inWorkspace(async (space) => {
      space.write("state.json", {
        currently_syncing: "a",
        bookmarks: { a: { id: 10 }, b: { id: 5 }, gone: { id: 7 } },
      });
      assert.equal((await space.run("stream", pair(space))).code, 0);
      assert.deepEqual(rows(space), { a: 40, b: 35, c: 30, d: 20, e: 10 });
      assert.deepEqual(space.candidate(), { bookmarks: { ...ALL, gone: { id: 7 } } });
      const found = starts(space);
      assert.deepEqual(found.map(({ streams }) => streams).sort(), [["a", "d"], ["b", "e"], ["c"]]);
      assert.equal(new Set(found.map(({ tmp }) => tmp)).size, 3);
      const first = found.find(({ streams }) => streams[0] === "a");
      assert.deepEqual(first?.state, { bookmarks: { a: { id: 10 }, gone: { id: 7 } } });
    }));

  test("the result adds up the slices and lists them", () =>
    inWorkspace(async (space) => {
      assert.equal((await space.run("stream", pair(space))).code, 0);
      const result = space.json("result.json") as Record<string, unknown>;
      assert.deepEqual(result.records, ROWS);
      assert.equal(result.complete, true);
      const slices = result.slices as { streams: string[]; records: number; status: string }[];
      assert.deepEqual(
        slices.map(({ streams, records, status }) => [streams, records, status]),
        [
          [["a", "d"], 70, "succeeded"],
          [["b", "e"], 50, "succeeded"],
          [["c"], 30, "succeeded"],
        ],
      );
    }));

  test("the bytes of each stream are saved, and balance the next run", () =>
    inWorkspace(async (space) => {
      const identity = space.write("identity.json", {
        pipeline: "p",
        run: "r",
        tap: "t",
        target: "g",
        destination: "d",
      });
      assert.equal((await space.run("stream", pair(space), { identity })).code, 0);
      const saved = space.candidate() as { streamBytes: Record<string, number> };
      assert.deepEqual(Object.keys(saved.streamBytes).sort(), Object.keys(ROWS));
      assert.ok(saved.streamBytes.a! > saved.streamBytes.c!);
      space.write("state.json", { ...saved, streamBytes: { a: 100, b: 1, c: 1, d: 1, e: 1 } });
      space.write("starts", "");
      assert.equal((await space.run("stream", pair(space), { identity })).code, 0);
      assert.deepEqual(
        starts(space)
          .map(({ streams }) => streams.join(""))
          .sort(),
        ["a", "bd", "ce"],
      );
    }));

  test("the log says which slice a line is of, and masks secrets", () =>
    inWorkspace(async (space) => {
      const fields = pair(space, { password: "correct-horse" });
      const { stderr } = await space.run("stream", fields);
      assert.match(stderr, /^runner \| \[1\] a, d$/m);
      assert.match(stderr, /^tap \| \[2\] selected b e with \*\*\*$/m);
      assert.match(space.text("tap.log"), /Z tap \| \[3\] selected c with \*\*\*$/m);
      assert.doesNotMatch(stderr + space.text("tap.log"), /correct-horse/);
    }));

  test("masks of slices: they apply in each slice, and a name that is in no slice fails the run", () =>
    inWorkspace(async (space) => {
      const fields = pair(space, { values: { email: "jane@example.com" } });
      const rules = (mask: object) => space.write("rules.json", [{ stream: "*", mask }]);
      const maskSalt = space.write("mask-salt", "salt");
      const hashed = createHmac("sha256", "salt").update("jane@example.com").digest("hex");
      const run = (mask: object) => space.run("stream", fields, { rules: rules(mask), maskSalt });
      const { code, stderr } = await run({ email: "hash" });
      assert.equal(code, 0, stderr);
      assert.deepEqual(rows(space), ROWS);
      for (const file of readdirSync(space.path("out"))) {
        const text = space.text(join("out", file));
        assert.ok(text.includes(hashed) && !text.includes("jane"), text);
      }
      const typo = await run({ emial: "hash" });
      assert.equal(typo.code, 2);
      assert.match(typo.stderr, /mask: no stream that matches "\*" has "emial"/);
    }));

  test("lookback of slices: the state of each is moved back, but no saved bookmark is", () =>
    inWorkspace(async (space) => {
      space.write("state.json", { bookmarks: { a: { id: 50 }, b: { id: 40 }, c: { id: 99 } } });
      const rules = space.write("rules.json", [
        { stream: "a", lookback: { number: 4 } },
        { stream: "c", lookback: { number: 80 } },
      ]);
      assert.equal((await space.run("stream", pair(space), { rules })).code, 0);
      assert.deepEqual(rows(space), { a: 4, c: 11, d: 20, e: 10 });
      assert.deepEqual(bookmarks(space), { ...ALL, c: { id: 99 } });
    }));

  test("a tap that fails leaves the progress of its slice, and the run names the slice", () =>
    inWorkspace(async (space) => {
      assert.equal((await space.run("stream", pair(space, { faults: { b: "exit" } }))).code, 10);
      assert.deepEqual(bookmarks(space), { a: ALL.a, d: ALL.d, c: ALL.c, b: { id: 20 } });
      assert.equal(
        space.result().error,
        "slice 2 of 3 (b, e): tap-fake exited with 3: b goes wrong (the progress of the other slices is saved)",
      );
    }));

  for (const [fault, what] of [
    ["exit", /^slice 2 of 3 \(b, e\): target-fake exited with 4: cannot store b/],
    ["kill", /^slice 2 of 3 \(b, e\): target-fake was killed by SIGKILL/],
  ] as const)
    test(`a target that fails (${fault}) keeps the old state of its slice, and that of the others is saved`, () =>
      inWorkspace(async (space) => {
        space.write("state.json", { bookmarks: { b: { id: 5 }, e: { id: 1 } } });
        const { code } = await space.run("stream", pair(space, {}, { faults: { b: fault } }));
        assert.equal(code, 11);
        assert.match(space.result().error!, what);
        assert.deepEqual(bookmarks(space), {
          b: { id: 5 },
          e: { id: 1 },
          a: ALL.a,
          d: ALL.d,
          c: ALL.c,
        });
      }));

  test("a killed runner of a slice fails only that slice", () =>
    inWorkspace(async (space) => {
      const running = space.begin("stream", pair(space, { faults: { b: "hang" } }));
      await running.says("[2] b goes wrong");
      const children = `/proc/${running.process.pid}/task/${running.process.pid}/children`;
      const slices = () => readFileSync(children, "utf8").trim().split(" ");
      await until("the other slices have ended", () => slices().length === 1);
      const [left] = slices();
      process.kill(Number(left), "SIGKILL");
      assert.equal((await running.ended).code, 1);
      assert.match(
        space.result().error!,
        /^slice 2 of 3 \(b, e\): its runner was killed by SIGKILL/,
      );
      assert.deepEqual(bookmarks(space), { a: ALL.a, d: ALL.d, c: ALL.c });
      assert.deepEqual(leftovers(space), []);
    }));

  test("a killed runner ends its slices and their connectors", () =>
    inWorkspace(async (space) => {
      const running = space.begin("stream", pair(space, { faults: { b: "hang" } }));
      await running.says("[2] b goes wrong");
      running.process.kill("SIGKILL");
      await running.ended;
      await until("nothing is left", () => leftovers(space).length === 0);
      assert.equal(space.candidate(), undefined);
    }));

  test("a stop ends every slice within the grace period, and saves what was loaded", () =>
    inWorkspace(async (space) => {
      const running = space.begin("stream", pair(space, { faults: { a: "hang", b: "hang" } }));
      await running.says("[1] a goes wrong");
      await running.says("[2] b goes wrong");
      const children = `/proc/${running.process.pid}/task/${running.process.pid}/children`;
      const slices = () => readFileSync(children, "utf8").trim().split(" ");
      await until("the third slice has ended", () => slices().length === 2);
      running.process.kill("SIGTERM");
      assert.equal((await running.ended).code, 13);
      assert.deepEqual(bookmarks(space), { c: ALL.c, a: { id: 20 }, b: { id: 20 } });
      assert.deepEqual(leftovers(space), []);
    }));

  test("a silent slice is stopped although the others send data", () =>
    inWorkspace(async (space) => {
      const fields = pair(space, { faults: { b: "hang" } });
      assert.equal((await space.run("stream", fields, { idleTimeoutSeconds: 1 })).code, 10);
      assert.match(
        space.result().error!,
        /^slice 2 of 3 \(b, e\): tap-fake sent nothing for 1 s \(idleTimeout\)/,
      );
      assert.deepEqual(bookmarks(space), { a: ALL.a, d: ALL.d, c: ALL.c, b: { id: 20 } });
    }));

  test("minRecords counts the records of all slices", () =>
    inWorkspace(async (space) => {
      assert.equal((await space.run("stream", pair(space), { minRecords: 150 })).code, 0);
      space.forget();
      assert.equal((await space.run("stream", pair(space), { minRecords: 151 })).code, 16);
      assert.equal(space.result().error, "150 records received, expected at least 151");
      assert.equal(space.candidate(), undefined);
    }));

  test("a tap that ignores the catalog fails the run, and no state is saved", () =>
    inWorkspace(async (space) => {
      assert.equal((await space.run("stream", pair(space, { ignore_selection: true }))).code, 2);
      assert.match(space.result().error!, /it ignores the catalog; remove `parallel`/);
      assert.equal(space.candidate(), undefined);
    }));

  test("state outside of the streams fails the run, and no state is saved", () =>
    inWorkspace(async (space) => {
      assert.equal((await space.run("stream", pair(space, { extra: { cursor: 5 } }))).code, 2);
      assert.match(space.result().error!, /keeps state outside of its streams \(cursor\)/);
      assert.equal(space.candidate(), undefined);
    }));

  test("settings that a tap changes are kept, and the next run has one slice", () =>
    inWorkspace(async (space) => {
      const overlay = space.path("overlay.json");
      assert.equal((await space.run("stream", pair(space, { rotate: true }), { overlay })).code, 0);
      assert.deepEqual((space.json("overlay.json") as { changes: object }).changes, {
        token: "rotated",
      });
      space.write("starts", "");
      assert.equal((await space.run("stream", pair(space, { rotate: true }), { overlay })).code, 0);
      assert.equal(starts(space).length, 1);
      assert.match(
        space.result().warnings[0]!,
        /^parallel has no effect in this run: the tap changes/,
      );
    }));
});

describe("streams that stay together", () => {
  const together: readonly (readonly [string, object, object, string])[] = [
    ["a child and its parent", { parents: { e: "a" } }, {}, "ae"],
    ["LOG_BASED streams", { method: { a: "LOG_BASED", b: "LOG_BASED" } }, {}, "ab"],
    [
      "streams that the tap maps to one table",
      { stream_maps: { a: { __alias__: "x" }, c: { __alias__: "x" } } },
      {},
      "ac",
    ],
    ["streams that the target maps to one table", {}, { aliases: { d: "x", e: "x" } }, "de"],
    ["a stream that gets the name of another", {}, { aliases: { e: "a" } }, "ae"],
  ];
  for (const [what, tap, parallel, group] of together)
    test(what, () =>
      inWorkspace(async (space) => {
        const fields = { ...pair(space, tap), parallel: { ...SPLIT, slices: 4, ...parallel } };
        assert.equal((await space.run("stream", fields)).code, 0);
        const found = starts(space).map(({ streams }) => streams.join(""));
        assert.equal(found.length, 4);
        assert.ok(found.includes(group), found.join());
      }),
    );

  test("streams without a bookmark, if only one target at a time may create tables", () =>
    inWorkspace(async (space) => {
      const parallel = { slices: 5 };
      space.write("state.json", { bookmarks: { a: { id: 1 }, b: { id: 1 } } });
      assert.equal((await space.run("stream", pair(space), { parallel })).code, 0);
      const found = starts(space).map(({ streams }) => streams.join(""));
      assert.deepEqual(found.sort(), ["a", "b", "cde"]);
    }));

  const serial: readonly (readonly [string, RegExp, object, object, object])[] = [
    [
      "a state without bookmarks",
      /the state of the tap has no "bookmarks" per stream/,
      { at: 5 },
      {},
      {},
    ],
    [
      "a state with values outside of the streams",
      /the tap keeps state outside of its streams \(cursor\)/,
      { bookmarks: {}, cursor: 5 },
      {},
      {},
    ],
    [
      "no state, and a tap that is not known to keep it per stream",
      /it is not known yet/,
      {},
      { about: false },
      {},
    ],
    [
      "a first run into a target that creates tables unsafely",
      /in the first run only one target creates/,
      {},
      {},
      { parallel: { slices: 3 } },
    ],
    ["a tap that selects its streams itself", /list them in `streams`/, {}, {}, { select: "" }],
  ];
  for (const [what, reason, state, flags, fields] of serial)
    test(`one slice: ${what}`, () =>
      inWorkspace(async (space) => {
        if (Object.keys(state).length > 0) space.write("state.json", state);
        await space.run("stream", pair(space, {}, {}, flags), fields);
        assert.match(space.result().warnings[0]!, reason);
        assert.equal("slices" in space.result(), false);
      }));
});

describe("extract and load in slices", () => {
  test("an extract has a file per slice, and the load saves one state", () =>
    inWorkspace(async (space) => {
      const fields = pair(space);
      assert.equal((await space.run("extract", ofTap(fields))).code, 0);
      assert.deepEqual(readdirSync(space.path("extract.jsonl")).sort(), [
        "1.jsonl",
        "2.jsonl",
        "3.jsonl",
        "slices.json",
      ]);
      const input = space.path("extract.jsonl");
      assert.equal((await space.run("load", ofTarget(fields), { input })).code, 0);
      assert.deepEqual(rows(space), ROWS);
      assert.deepEqual(bookmarks(space), { a: ALL.a, d: ALL.d, b: ALL.b, e: ALL.e, c: ALL.c });
    }));

  test("schemas of slices: a change that fails one of them stops the load of all, and is remembered together", () =>
    inWorkspace(async (space) => {
      const files = {
        schemas: space.path("schemas.json"),
        newSchemas: space.path("new-schemas.json"),
        rules: space.write("rules.json", [{ stream: "b", onSchemaChange: "fail" }]),
      };
      const load = async (tap: object) => {
        const fields = pair(space, tap);
        assert.equal((await space.run("extract", ofTap(fields))).code, 0);
        const input = space.path("extract.jsonl");
        return (await space.run("load", ofTarget(fields), files, { input })).code;
      };
      assert.equal(await load({}), 0);
      const saved = space.json("new-schemas.json") as { readonly streams: object };
      assert.deepEqual(Object.keys(saved.streams), ["a", "b", "c", "d", "e"]);
      space.write("schemas.json", space.text("new-schemas.json").replaceAll("integer", "string"));
      assert.equal(await load({}), 16);
      assert.deepEqual(rows(space), ROWS);
      const { error, schemaChanges } = space.result() as unknown as {
        readonly error: string;
        readonly schemaChanges: readonly object[];
      };
      assert.match(error, /the schema of stream "b" has changed: column id changed/);
      assert.equal(schemaChanges.length, 5);
      space.write("schemas.json", space.text("new-schemas.json"));
      assert.equal(await load({}), 0);
    }));

  test("a load uses an extract unchanged, whatever the pipeline defines now", () =>
    inWorkspace(async (space) => {
      const fields = without(pair(space), /^parallel$/);
      assert.equal((await space.run("extract", ofTap(pair(space)))).code, 0);
      const input = space.path("extract.jsonl");
      assert.equal((await space.run("load", ofTarget(fields), { input })).code, 0);
      assert.deepEqual(rows(space), ROWS);
    }));

  test("a partial extract loads the progress of the failed slice, but no part of a full table", () =>
    inWorkspace(async (space) => {
      const fields = pair(space, {
        faults: { b: "exit", c: "exit" },
        method: { c: "FULL_TABLE" },
        full: ["c"],
      });
      assert.equal((await space.run("extract", ofTap(fields))).code, 10);
      assert.match(space.result().error!, /^slice 2 of 3 \(b, e\): .*; slice 3 of 3 \(c\): /);
      const input = space.path("extract.jsonl");
      const load = await space.run("load", ofTarget(fields), { input, partial: true });
      assert.equal(load.code, 0, load.stderr);
      assert.deepEqual(rows(space), { a: 50, b: 20, d: 20 });
      assert.deepEqual(bookmarks(space), { a: ALL.a, d: ALL.d, b: { id: 20 } });
    }));

  test("minRecords is checked before anything is loaded", () =>
    inWorkspace(async (space) => {
      const fields = pair(space);
      assert.equal((await space.run("extract", ofTap(fields))).code, 0);
      const input = space.path("extract.jsonl");
      const load = await space.run("load", ofTarget(fields), { input, minRecords: 151 });
      assert.equal(load.code, 16);
      assert.deepEqual(rows(space), {});
    }));

  test("streams of two slices that the target maps to one table fail the load", () =>
    inWorkspace(async (space) => {
      const maps = { stream_maps: { a: { __alias__: "x" }, c: { __alias__: "x" } } };
      const fields = pair(space, {}, maps);
      assert.equal((await space.run("extract", ofTap(fields))).code, 0);
      const input = space.path("extract.jsonl");
      assert.equal((await space.run("load", ofTarget(fields), { input })).code, 2);
      assert.match(
        space.result().error!,
        /into table "x" \(stream_maps\): set stream_maps in the array/,
      );
    }));

  test("in the last attempt, a load with a failed slice exits with 0 and leaves the verdict to the next step", () =>
    inWorkspace(async (space) => {
      const fields = pair(space, {}, { faults: { b: "exit" } });
      assert.equal((await space.run("extract", ofTap(fields))).code, 0);
      const outcome = space.path("outcome");
      const load = { input: space.path("extract.jsonl"), outcome, lastAttempt: 2 };
      assert.equal((await space.run("load", ofTarget(fields), load, { attempt: 1 })).code, 11);
      assert.equal(existsSync(outcome), false);
      assert.equal((await space.run("load", ofTarget(fields), load, { attempt: 2 })).code, 0);
      assert.equal(space.text("outcome"), "partial");
      assert.deepEqual(bookmarks(space), { a: ALL.a, d: ALL.d, c: ALL.c });
      const verdict = await start([request("verdict", { result: space.path("result.json") })])
        .ended;
      assert.equal(verdict.code, 11);
      assert.match(verdict.stderr, /slice 2 of 3 \(b, e\): target-fake exited with 4/);
    }));
});

describe("slices through FIFOs, as in a pod of stream mode", () => {
  /** Runs tap and target as the containers of a pod do. */
  async function pod(space: Workspace, fields: Fields, more: Fields = {}) {
    execFileSync("mkfifo", [space.path("pipe")]);
    const result = { tap: space.path("tap-result.json"), target: space.path("target-result.json") };
    const tap = space.begin("extract", ofTap(fields), {
      output: space.path("pipe"),
      result: result.tap,
      outcome: space.path("tap-outcome"),
      awaitResult: result.target,
      lastAttempt: 0,
    });
    const target = space.begin("load", ofTarget(fields), {
      input: space.path("pipe"),
      catalog: space.path("catalog.json"),
      tapOutcomeFile: space.path("tap-outcome"),
      tapActivity: space.path("tap.log"),
      result: result.target,
      outcome: space.path("target-outcome"),
      lastAttempt: 0,
      ...more,
    });
    return { tap: await tap.ended, target: await target.ended };
  }
  const target = (space: Workspace) => space.json("target-result.json") as { error: string | null };

  test("tap and target agree on the slices", () =>
    inWorkspace(async (space) => {
      const { tap, target: load } = await pod(space, pair(space));
      assert.deepEqual([tap.code, load.code], [0, 0], tap.stderr + load.stderr);
      assert.deepEqual(rows(space), ROWS);
      assert.deepEqual(bookmarks(space), { a: ALL.a, d: ALL.d, b: ALL.b, e: ALL.e, c: ALL.c });
      assert.equal(space.text("tap-outcome"), "complete");
    }));

  test("with one slice it is an ordinary run", () =>
    inWorkspace(async (space) => {
      space.write("state.json", { bookmarks: {}, cursor: 5 });
      const { tap, target: load } = await pod(space, pair(space, { extra: { cursor: 6 } }));
      assert.deepEqual([tap.code, load.code], [0, 0], tap.stderr + load.stderr);
      assert.deepEqual(rows(space), ROWS);
      assert.deepEqual(space.candidate(), { bookmarks: ALL, cursor: 6 });
    }));

  test("a tap that fails lets the others finish, and the run is partial", () =>
    inWorkspace(async (space) => {
      const { tap, target: load } = await pod(space, pair(space, { faults: { b: "exit" } }));
      assert.deepEqual([tap.code, load.code], [0, 0], tap.stderr + load.stderr);
      assert.equal(space.text("tap-outcome"), "partial");
      assert.deepEqual(bookmarks(space), { a: ALL.a, d: ALL.d, c: ALL.c, b: { id: 20 } });
    }));

  test("a target that fails lets the others finish, and the run is partial", () =>
    inWorkspace(async (space) => {
      const { tap, target: load } = await pod(space, pair(space, {}, { faults: { b: "exit" } }));
      assert.equal(load.code, 0, load.stderr);
      assert.equal(tap.code, 0, tap.stderr);
      assert.equal(space.text("target-outcome"), "partial");
      assert.match(target(space).error!, /^slice 2 of 3 \(b, e\): target-fake exited with 4/);
      assert.deepEqual(bookmarks(space), { a: ALL.a, d: ALL.d, c: ALL.c });
    }));
});
