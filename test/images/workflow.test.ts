import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import {
  TEN,
  inWorkspace,
  request,
  start,
  startFifoLoad,
  type Result,
  type Step,
  type Workspace,
  type Fields,
} from "./support";

const RUN = "20261123T081502Z-4f2a9c";
const IDENTITY = {
  pipeline: "orders",
  tap: "tap-fake",
  target: "target-fake",
  destination: "0123456789abcdef",
};
const FAILING = [...TEN, ["say", "boom"], ["exit", 3]] as const;

const facts = (space: Workspace) => [{ outcome: space.path("outcome") }];
const last = [{ attempt: 2, lastAttempt: 2 }];

describe("extract in a workflow", () => {
  test("extract in a workflow: a failed tap exits with its own code while attempts are left", () =>
    inWorkspace(async (space) => {
      const { code } = await space.extract(FAILING, ...facts(space), {
        attempt: 1,
        lastAttempt: 2,
      });
      assert.deepEqual([code, space.text("outcome")], [10, "failed"]);
    }));

  test("extract in a workflow: in the last attempt it exits with 0 and a partial outcome, and the result reports the failure", () =>
    inWorkspace(async (space) => {
      const { code } = await space.extract(FAILING, ...facts(space), ...last);
      assert.deepEqual(
        [code, space.text("outcome"), space.result().code, space.result().status],
        [0, "partial", 10, "failed"],
      );
    }));

  test("extract in a workflow: without any data, the last attempt fails too", () =>
    inWorkspace(async (space) => {
      const { code } = await space.extract([["exit", 3]], ...facts(space), ...last);
      assert.deepEqual([code, space.text("outcome")], [10, "failed"]);
    }));

  test("extract in a workflow: a failed discovery is not partial, even in the last attempt", () =>
    inWorkspace(async (space) => {
      const { code } = await space.extract(TEN, ...facts(space), ...last, {
        select: space.write("select.json", [{ stream: "*" }]),
      });
      assert.deepEqual(
        [code, space.text("outcome"), space.result().error],
        [10, "failed", "discovery: tap-fake exited with 1: KeyError: 'discover'"],
      );
    }));

  test("extract in a workflow: other failures are never partial", () =>
    inWorkspace(async (space) => {
      const { code } = await space.run(
        "extract",
        { tapConnector: space.path("none.json") },
        ...facts(space),
        ...last,
      );
      assert.equal(code, 2);
    }));

  test("extract in a workflow: an error that a retry cannot fix exits with 0 if a verdict follows, and the outcome is failed", () =>
    inWorkspace(async (space) => {
      const { code } = await space.extract(TEN, ...facts(space), {
        settings: {},
        leaveVerdict: true,
        catalog: space.path("none.json"),
      });
      assert.deepEqual([code, space.text("outcome"), space.result().code], [0, "failed", 2]);
      const verdict = await start([request("verdict", { result: space.path("result.json") })])
        .ended;
      assert.deepEqual(
        [verdict.code, verdict.stderr],
        [2, `runner | catalog ${space.path("none.json")} does not exist\n`],
      );
    }));

  test("extract in a workflow: a failed tap is retried even if a verdict follows", () =>
    inWorkspace(async (space) => {
      assert.equal(
        (
          await space.extract(FAILING, ...facts(space), {
            leaveVerdict: true,
            attempt: 0,
            lastAttempt: 2,
          })
        ).code,
        10,
      );
    }));

  test("extract in a workflow: a successful tap is complete in any attempt", () =>
    inWorkspace(async (space) => {
      assert.equal((await space.extract(TEN, ...facts(space), ...last)).code, 0);
      assert.equal(space.text("outcome"), "complete");
    }));
});

describe("load in a workflow", () => {
  test("load in a workflow: it reports that there is a state to save, under the given run", () =>
    inWorkspace(async (space) => {
      await space.extract(TEN);
      const { code } = await space.load({}, ...facts(space), {
        tapOutcome: "complete",
        identity: space.write("id.json", IDENTITY),
        run: RUN,
      });
      assert.deepEqual([code, space.text("outcome")], [0, "saved"]);
      assert.equal((space.candidate() as { readonly run: string }).run, RUN);
    }));

  test("load in a workflow: without a STATE, it reports nothing to save", () =>
    inWorkspace(async (space) => {
      await space.extract([
        ["schema", "a"],
        ["record", "a", 1],
      ]);
      await space.load({}, ...facts(space));
      assert.equal(space.text("outcome"), "unchanged");
    }));

  test("load in a workflow: a partial extract is loaded regardless of expectations", () =>
    inWorkspace(async (space) => {
      await space.extract(FAILING, ...facts(space), ...last);
      const { code } = await space.load({}, ...facts(space), {
        tapOutcome: "partial",
        minRecords: 100,
      });
      assert.deepEqual([code, space.loaded().length, space.text("outcome")], [0, 10, "saved"]);
    }));

  test("load in a workflow: a maximum age of 0 accepts any age", () =>
    inWorkspace(async (space) => {
      await space.extract([
        ["schema", "a"],
        ["record", "a", 1],
        ["state", { at: "2001-01-01" }],
      ]);
      assert.equal((await space.load({}, { maxStalenessSeconds: 0 })).code, 0);
      assert.equal((await space.load({}, { maxStalenessSeconds: 60 })).code, 16);
    }));
});

describe("state that a run starts from", () => {
  const before = async (space: Workspace, ...flags: readonly Fields[]): Promise<unknown> => {
    assert.equal(
      (
        await space.extract(
          TEN,
          {
            state: space.path("state.json"),
            formerState: space.path("former.json"),
            formerUnless: space.path("history"),
          },
          ...flags,
        )
      ).code,
      0,
    );
    return (space.json("result.json") as Result).stateBefore;
  };
  test("start state: it is the saved one, else that of the former name, else the initial one, else none", () =>
    inWorkspace(async (space) => {
      assert.equal(await before(space), null);
      const initial = [{ initialState: space.write("initial.json", { at: 1 }) }];
      assert.deepEqual(await before(space, ...initial), { at: 1 });
      space.write("former.json", { at: 2 });
      assert.deepEqual(await before(space, ...initial), { at: 2 });
      space.write("state.json", { at: 3 });
      assert.deepEqual(await before(space, ...initial), { at: 3 });
    }));

  test("start state: after a reset, which leaves a history, the former name's state is not used", () =>
    inWorkspace(async (space) => {
      space.write("former.json", { at: 2 });
      mkdirSync(space.path("history"));
      assert.deepEqual(await before(space), { at: 2 });
      space.write(join("history", `${RUN}.json`), {});
      assert.equal(await before(space), null);
    }));
});

describe("commit", () => {
  const envelope = {
    version: 1,
    ...IDENTITY,
    run: RUN,
    time: "2026-11-23T08:15:02.000Z",
    state: { at: 9 },
  };
  const commit = (space: Workspace, run = RUN) =>
    start([
      request("commit", {
        candidate: space.path("candidate.json"),
        output: space.path("commit.json"),
        pipeline: "orders",
        run,
      }),
    ]).ended;

  test("commit: it keeps the bytes of the candidate", () =>
    inWorkspace(async (space) => {
      space.write("candidate.json", envelope);
      assert.equal((await commit(space)).code, 0);
      assert.deepEqual(space.json("commit.json"), envelope);
    }));

  test("commit: without a candidate, it succeeds and writes nothing", () =>
    inWorkspace(async (space) => {
      assert.equal((await commit(space)).code, 0);
      assert.ok(!space.exists("commit.json"));
    }));

  test("commit: the result of a failed load, which is from another attempt, is rejected", () =>
    inWorkspace(async (space) => {
      space.write("candidate.json", envelope);
      const target = space.write("target.json", { code: 11, error: "target-fake exited with 1" });
      const { code, stderr } = await start([
        request("commit", {
          candidate: space.path("candidate.json"),
          output: space.path("commit.json"),
          targetResult: target,
          pipeline: "orders",
          run: RUN,
        }),
      ]).ended;
      assert.equal(code, 1);
      assert.match(stderr, /its result reports: target-fake exited with 1/);
      assert.ok(!space.exists("commit.json"));
    }));

  test("commit: the schemas of a load are saved if the whole run succeeded, and those of another run never", () =>
    inWorkspace(async (space) => {
      const saved = async (schemas: object, fields: Fields) => {
        const target = space.write("target.json", { code: 0, schemaChanges: [{ stream: "a" }] });
        const common = {
          candidate: space.path("candidate.json"),
          output: space.path("commit.json"),
          newSchemas: space.write("new.json", schemas),
          schemas: space.path("saved.json"),
          facts: space.dir,
          targetResult: target,
          pipeline: "orders",
          run: RUN,
        };
        assert.equal((await start([request("commit", common, fields)]).ended).code, 0);
        assert.equal(space.text("schemaChanges"), "1");
        return space.exists("saved.json");
      };
      const own = { version: 1, run: RUN, streams: {} };
      assert.equal(await saved({ ...own, run: "another" }, {}), false);
      assert.equal(await saved(own, { tapOutcome: "partial" }), false);
      assert.equal(await saved(own, { saveState: false }), false);
      assert.equal(await saved(own, { tapOutcome: "complete" }), true);
      assert.deepEqual(space.json("saved.json"), own);
    }));

  test('commit: without "save", it writes no state', () =>
    inWorkspace(async (space) => {
      space.write("candidate.json", envelope);
      assert.equal(
        (
          await start([
            request("commit", {
              saveState: false,
              candidate: space.path("candidate.json"),
              output: space.path("commit.json"),
              pipeline: "orders",
              run: RUN,
            }),
          ]).ended
        ).code,
        0,
      );
      assert.ok(!space.exists("commit.json"));
    }));

  const withSummary = (space: Workspace, ...more: readonly Fields[]) =>
    start([
      request(
        "commit",
        {
          candidate: space.path("candidate.json"),
          output: space.path("commit.json"),
          pipeline: "orders",
          run: RUN,
        },
        {
          summary: space.path("summary.json"),
          facts: space.dir,
          tapResult: space.path("tap.json"),
          targetResult: space.path("target.json"),
        },
        {
          mode: "artifact",
          trigger: "schedule",
          workflow: "orders-1",
          started: "2026-11-23T08:15:02Z",
        },
        ...more,
      ),
    ]).ended;
  const results = (space: Workspace) => {
    space.write("candidate.json", {
      ...envelope,
      state: { bookmarks: { a: { at: "2026-11-22T00:00:00Z" } } },
    });
    space.write("tap.json", {
      code: 0,
      attempt: 1,
      bytes: 500,
      warnings: ["odd"],
      stateBefore: { at: 3 },
      tapConnector: { name: "tap-a", version: "1" },
    });
    space.write("target.json", {
      code: 0,
      attempt: 0,
      bytes: 480,
      records: { a: 3, b: 4 },
      badLines: 1,
      leftOut: ["1 line", "full tables"],
      leftOutCount: 3,
      stateAfter: { at: 9 },
      outputs: [{ path: "a.csv", bytes: 9 }],
      targetConnector: { name: "target-b", version: "2" },
    });
  };

  test("commit: it writes the summary of the run and its metrics", () =>
    inWorkspace(async (space) => {
      results(space);
      const { code, stderr } = await withSummary(space, { tapOutcome: "complete" });
      assert.equal(code, 0, stderr);
      const { ended, seconds, ...rest } = space.json("summary.json") as {
        readonly ended: string;
        readonly seconds: number;
      };
      assert.ok(Date.parse(ended) > 0 && seconds > 0);
      assert.deepEqual(rest, {
        version: 1,
        pipeline: "orders",
        run: RUN,
        mode: "artifact",
        trigger: "schedule",
        started: "2026-11-23T08:15:02Z",
        status: "succeeded",
        code: 0,
        error: null,
        warnings: ["odd"],
        attempts: { extract: 2, load: 1 },
        streams: [
          { stream: "a", records: 3 },
          { stream: "b", records: 4 },
        ],
        records: 7,
        bytes: 480,
        badLines: 1,
        leftOut: ["1 line", "full tables"],
        uncountedFiles: 0,
        tap: { name: "tap-a", version: "1" },
        target: { name: "target-b", version: "2" },
        stateBefore: { at: 3 },
        stateAfter: { bookmarks: { a: { at: "2026-11-22T00:00:00Z" } } },
        stateCommitted: true,
        unselected: [],
        outputs: [{ path: "a.csv", bytes: 9 }],
        host: "orders-1",
      });
      assert.deepEqual(
        ["records", "bytes", "retries", "leftOut", "bookmark"].map((name) => space.text(name)),
        ["7", "480", "1", "3", String(Date.UTC(2026, 10, 22) / 1000)],
      );
    }));

  for (const [what, more] of [
    ["a tap that failed, which fails the run later", [{ tapOutcome: "partial" }]],
    ["follow-ups to come", [{ tapOutcome: "complete", followUps: true }]],
  ] as const) {
    test(`commit: it does not report the end of a run with ${what}`, () =>
      inWorkspace(async (space) => {
        results(space);
        await withSummary(space, ...more);
        const { status, ended } = space.json("summary.json") as {
          readonly status: string;
          readonly ended: unknown;
        };
        assert.deepEqual([status, ended], ["running", null]);
      }));
  }

  for (const [what, candidate] of [
    ["of another run", { ...envelope, run: "20261123T081502Z-000000" }],
    ["of another pipeline", { ...envelope, pipeline: "other" }],
    ["that is empty", { ...envelope, state: {} }],
    ["that is none", { at: 9 }],
  ] as const) {
    test(`commit: it rejects a state ${what}`, () =>
      inWorkspace(async (space) => {
        space.write("candidate.json", candidate);
        const { code, stderr } = await commit(space);
        assert.equal(code, 2);
        assert.match(stderr, /^runner \| candidate .+\n$/);
        assert.ok(!space.exists("commit.json"));
      }));
  }
});

/** What Argo writes for `{{=toBase64(workflow.failures[0:length])}}`. */
const asArgoLists = (failures: unknown, length = Infinity) =>
  Buffer.from(JSON.stringify(JSON.stringify(failures)).slice(0, length)).toString("base64");

describe("summary", () => {
  const summarize = async (
    space: Workspace,
    status: string,
    failures?: unknown,
    ...more: readonly Fields[]
  ) => {
    const args = [
      request(
        "summary",
        {
          status,
          output: space.path("summary.json"),
          tapResult: space.path("none.json"),
          targetResult: space.path("none.json"),
          pipeline: "orders",
          run: RUN,
          mode: "artifact",
          trigger: "manual",
          started: "2026-11-23T08:15:02Z",
          workflow: "orders-1",
        },
        ...more,
      ),
    ];
    const { code, stderr } = await start(args, {
      env: failures === undefined ? {} : { FAILURES: asArgoLists(failures) },
    }).ended;
    assert.equal(code, 0, stderr);
    const {
      status: report,
      code: reportedCode,
      error,
      attempts,
    } = space.json("summary.json") as {
      readonly status: string;
      readonly code: number;
      readonly error: string | null;
      readonly attempts: unknown;
    };
    return { status: report, code: reportedCode, error, attempts };
  };
  const failed = (message: string) => [
    { displayName: "extract(0)", message, phase: "Failed", finishedAt: "2026-11-23T08:16:00Z" },
  ];
  const attempts = { extract: 0, load: 0 };

  test("summary: a failed run has the error and exit code, even without a result of a step", () =>
    inWorkspace(async (space) => {
      assert.deepEqual(await summarize(space, "Failed", failed("OOMKilled (exit code 137)")), {
        status: "failed",
        code: 137,
        error: "extract(0): OOMKilled (exit code 137)",
        attempts,
      });
      assert.deepEqual(await summarize(space, "Error", failed("pod deleted")), {
        status: "failed",
        code: 1,
        error: "extract(0): pod deleted",
        attempts,
      });
      assert.equal(
        (await summarize(space, "Failed", failed("main: Error (exit code 1)"))).error,
        "extract(0): main: Error (exit code 1); see its log",
      );
      assert.equal(
        (await summarize(space, "Failed", failed("main: Error (exit code 137)"))).error,
        "extract(0): main: Error (exit code 137)",
      );
      const denied =
        "init: Error (exit code 64): artifact state failed to load: failed to get file: Access Denied.";
      assert.deepEqual(await summarize(space, "Failed", failed(denied)), {
        status: "failed",
        code: 64,
        error: `extract(0): ${denied} (does the bucket exist, and do the pipelines have access?)`,
        attempts,
      });
      const empty =
        "main: Error (exit code 2): identity /singer/config/identity.json does not exist";
      assert.deepEqual(await summarize(space, "Failed", failed(empty)), {
        status: "failed",
        code: 2,
        error: `extract(0): ${empty} (was the pipeline's Secret deleted?)`,
        attempts,
      });
      assert.deepEqual(await summarize(space, "Error"), {
        status: "failed",
        code: 1,
        error: "the Workflow ended as Error",
        attempts,
      });
    }));

  test("summary: a stream whose tap failed has the tap's error, not that of the stopped target", () =>
    inWorkspace(async (space) => {
      const step = (displayName: string, message: string, second: number) => ({
        displayName,
        message,
        phase: "Failed",
        finishedAt: `2026-11-23T08:16:0${second}Z`,
      });
      const failures = [
        step(
          "target",
          "target: Error (exit code 13): stopped while target-postgres was loading: target-postgres did not exit and was killed",
          5,
        ),
        step("tap", "tap: Error (exit code 10): discovery: tap-postgres exited with 1", 1),
        step(
          "main",
          'main: Error (exit code 64): dependency "tap" exited with non-zero code: 10',
          2,
        ),
        step("stream(0)", "child 'shop-stream-1' failed", 6),
      ];
      assert.deepEqual(await summarize(space, "Failed", failures), {
        status: "failed",
        code: 10,
        error: "tap: tap: Error (exit code 10): discovery: tap-postgres exited with 1",
        attempts,
      });
    }));

  test("summary: a stream with a line that fails the run has that line, not the tap that lost its reader", () =>
    inWorkspace(async (space) => {
      const load = startFifoLoad(space);
      const extract = await space.extract(
        [
          ["schema", "a"],
          ["record", "a", 1],
          ["raw", '{"type": "RECORD", "str\n'],
          ["flood", "a"],
        ],
        { output: space.path("fifo") },
      );
      assert.deepEqual([extract.code, (await load.ended).code], [10, 14]);
      const message = (name: string) => (space.json(name) as { readonly error: string }).error;
      const step = (displayName: string, text: string, second: number) => ({
        displayName,
        message: text,
        phase: "Failed",
        finishedAt: `2026-11-23T08:16:0${second}Z`,
      });
      const failures = [
        step("target", `target: Error (exit code 14): ${message("load.json")}`, 1),
        step("tap", `tap: Error (exit code 10): ${message("result.json")}`, 5),
      ];
      assert.match(message("result.json"), /SIGPIPE|Broken ?pipe|nothing reads what it sends/i);
      const { code, error } = await summarize(space, "Failed", failures);
      assert.equal(code, 14);
      const silent = step(
        "tap",
        "tap: Error (exit code 10): tap-fake was stopped: nothing reads what it sends any more",
        5,
      );
      assert.equal((await summarize(space, "Failed", [...failures.slice(0, 1), silent])).code, 14);
      assert.match(
        error ?? "",
        /^target: target: Error \(exit code 14\): bad stream: line 3: it looks like a Singer message/,
      );
    }));

  test("summary: a run past its deadline has the error of an earlier attempt, and a verdict is reported as its step", () =>
    inWorkspace(async (space) => {
      const step = (displayName: string, message: string, second: number) => ({
        displayName,
        message,
        phase: "Failed",
        finishedAt: `2026-11-23T08:16:0${second}Z`,
      });
      const read = step("extract(0)", "main: Error (exit code 10): Read timed out", 1);
      for (const message of [
        "retry exceeded workflow deadline 2026-11-26 04:19:35 +0000 UTC",
        "Pod was active on the node longer than the specified deadline",
        "Step exceeded its deadline",
      ]) {
        assert.equal(
          (await summarize(space, "Failed", [read, step("extract", message, 2)])).error,
          `extract: ${message}; an earlier attempt: main: Error (exit code 10): Read timed out`,
        );
      }
      assert.equal(
        (
          await summarize(space, "Failed", [
            step("extract-partial", "main: Error (exit code 10): boom", 2),
          ])
        ).error,
        "extract: main: Error (exit code 10): boom",
      );
    }));

  test("summary: a canceled run is interrupted", () =>
    inWorkspace(async (space) => {
      assert.deepEqual(
        await summarize(space, "Failed", failed("workflow shutdown with strategy: Stop")),
        {
          status: "interrupted",
          code: 13,
          error: "extract(0): workflow shutdown with strategy: Stop",
          attempts,
        },
      );
    }));

  test("summary: it keeps the state that its commit saved", () =>
    inWorkspace(async (space) => {
      space.write("committed.json", {
        status: "running",
        stateCommitted: true,
        stateAfter: { at: 9 },
      });
      for (const status of ["Succeeded", "Failed"]) {
        await summarize(space, status, undefined, { committed: space.path("committed.json") });
        const { stateCommitted, stateAfter, ended } = space.json("summary.json") as {
          readonly stateCommitted: boolean;
          readonly stateAfter: unknown;
          readonly ended: string;
        };
        assert.deepEqual([stateCommitted, stateAfter, typeof ended], [true, { at: 9 }, "string"]);
      }
    }));

  test("summary: a run with successful follow-ups succeeds", () =>
    inWorkspace(async (space) =>
      assert.deepEqual(await summarize(space, "Succeeded"), {
        status: "succeeded",
        code: 0,
        error: null,
        attempts,
      }),
    ));
});

describe("verdict", () => {
  test("verdict: it fails with the code and error of the step", () =>
    inWorkspace(async (space) => {
      await space.extract(FAILING, ...facts(space), ...last);
      const { code, stderr } = await start([
        request("verdict", { result: space.path("result.json") }),
      ]).ended;
      assert.equal(code, 10);
      assert.match(
        stderr,
        /tap-fake exited with 3: boom \(the records it sent are loaded, and its progress is saved\)/,
      );
    }));

  test("verdict: it reports how much was loaded, if a load result exists", () =>
    inWorkspace(async (space) => {
      await space.extract(FAILING, ...facts(space), ...last);
      const report = async (loaded: unknown) =>
        (
          await start([
            request("verdict", {
              result: space.path("result.json"),
              loaded: space.write("loaded.json", loaded),
            }),
          ]).ended
        ).stderr;
      assert.match(
        await report({ records: { a: 1000, b: 200 } }),
        /\(the records it sent are loaded, and its progress is saved: 1,200 records\)$/m,
      );
      assert.match(await report({ records: { a: 1 } }), /saved: 1 record\)$/m);
      for (const unknown of [{}, [], { records: null }])
        assert.match(await report(unknown), /and its progress is saved\)$/m);
    }));

  test("verdict: it fails a step whose result reports success, which is from another attempt", () =>
    inWorkspace(async (space) => {
      await space.extract(TEN);
      const { code, stderr } = await start([
        request("verdict", { result: space.path("result.json") }),
      ]).ended;
      assert.equal(code, 1);
      assert.match(stderr, /the step failed, but its result reports success/);
    }));
});

/** A webhook on this machine; `silent` never answers. */
async function webhook(t: TestContext, silent = false) {
  const bodies: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (part: Buffer) => (text += part.toString()));
    request.on("end", () => {
      bodies.push(JSON.parse(text) as Record<string, unknown>);
      if (!silent) response.end("ok");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { bodies, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

describe("notify", () => {
  const notify = (
    space: Workspace,
    url: string,
    event: string,
    more: readonly Fields[] = [],
    env: NodeJS.ProcessEnv = {},
  ) =>
    start(
      [
        request(
          "notify",
          {
            event,
            on: ["failed", "recovered"],
            pipeline: "orders",
            run: RUN,
            failing: space.path("failing.json"),
            marker: space.path("marker.json"),
          },
          ...more,
        ),
      ],
      {
        env: { CHANNELS: url, no_proxy: "127.0.0.1", ...env },
      },
    ).ended;
  const failure = (displayName: string, message: string, minute: number) => ({
    displayName,
    templateName: displayName,
    message,
    podName: `orders-${displayName}`,
    phase: "Failed",
    finishedAt: `2026-11-23T08:0${minute}:00Z`,
  });
  // As listed by Argo 4.1: every failed node, including those that only report a failed child.
  const steps = [
    failure("orders", "", 4),
    failure("orders-1", "child 'orders-2' failed", 3),
    failure("load", "No more retries left", 3),
    failure("load(1)", 'main: Error (exit code 11): <!channel> "quoted" $(id) `id`', 2),
    failure(
      "main",
      'main: Error (exit code 64): dependency "tap" exited with non-zero code: 10',
      2,
    ),
    failure("extract(0)", "main: Error (exit code 10): an earlier attempt", 0),
    failure("[0]", "step group deemed errored due to child orders-3 error: load(1) failed", 3),
  ];

  test("notify: it reports a failure with the message of the last step, and writes a marker", (t) =>
    inWorkspace(async (space) => {
      const { bodies, url } = await webhook(t);
      const flags = [{ seconds: "12.25", link: "https://argo/x", owner: "us" }];
      const { code } = await notify(space, url, "failed", flags, { FAILURES: asArgoLists(steps) });
      assert.equal(code, 0);
      const body = bodies.at(0);
      assert.deepEqual(
        [body?.event, body?.pipeline, body?.seconds, body?.records],
        ["failed", "orders", 12.2, undefined],
      );
      assert.equal(body?.error, `load(1): ${steps[3]?.message}`);
      assert.match(String(body?.text), /&lt;!channel&gt;.*\nhttps:\/\/argo\/x$/s);
      assert.deepEqual(space.json("marker.json"), { failing: true });
    }));

  test("notify: it reads the complete entries of a truncated list, and escapes that only Go writes", (t) =>
    inWorkspace(async (space) => {
      const { bodies, url } = await webhook(t);
      const all = asArgoLists(steps);
      const whole = Buffer.from(all, "base64").toString().length;
      const odd = Buffer.from(
        JSON.stringify(JSON.stringify([failure("load", "Error: a\u007fb \u{1f600} $$ {{x}}", 1)]))
          .replace("\u007f", "\\x7f")
          .replace("\u{1f600}", "\\U0001f600"),
      ).toString("base64");
      for (const failures of [
        asArgoLists(steps, whole - 1),
        asArgoLists(steps, whole - 30),
        asArgoLists(steps, 20),
        odd,
      ])
        await notify(space, url, "failed", [], { FAILURES: failures });
      assert.deepEqual(
        bodies.map(({ error }) => error).slice(0, 2),
        Array.from({ length: 2 }, () => `load(1): ${steps[3]?.message}`),
      );
      assert.match(String(bodies.at(2)?.error), /^"\[\{/);
      assert.equal(bodies.at(3)?.error, "load: Error: a\u007fb \u{1f600} $$ {{x}}");
    }));

  test("notify: it reports a recovery once after a failure", (t) =>
    inWorkspace(async (space) => {
      const { bodies, url } = await webhook(t);
      await notify(space, url, "succeeded", [
        { result: space.write("result.json", { records: { a: 1000, b: 200 } }) },
      ]);
      assert.equal(bodies.length, 0);
      space.write("failing.json", { failing: true });
      await notify(space, url, "succeeded", [
        { result: space.write("result.json", { records: { a: 1000, b: 200 } }) },
      ]);
      assert.deepEqual(
        bodies.map(({ event, records }) => [event, records]),
        [["recovered", 1200]],
      );
      assert.match(String(bodies.at(0)?.text), /1,200 records/);
      assert.deepEqual(space.json("marker.json"), { failing: false });
    }));

  for (const [what, result, records, says] of [
    [
      "skipped lines",
      { records: { a: 3 }, leftOut: ["1 line", "full tables: b"], leftOutCount: 2 },
      3,
      "(3 records)\nskipped: 1 line\nskipped: full tables: b\n",
    ],
    [
      "BATCH files without counts",
      { records: { a: 0 }, leftOut: [], uncountedFiles: 2 },
      undefined,
      "(the rows of 2 BATCH files)\n",
    ],
    [
      "BATCH files and records",
      { records: { a: 5 }, uncountedFiles: 1 },
      5,
      "(5 records and the rows of 1 BATCH file)\n",
    ],
  ] as const) {
    test(`notify: it reports ${what}`, (t) =>
      inWorkspace(async (space) => {
        const { bodies, url } = await webhook(t);
        await notify(space, url, "succeeded", [
          { on: ["succeeded"], result: space.write("result.json", result) },
        ]);
        assert.equal(bodies.at(0)?.records, records);
        assert.equal(bodies.at(0)?.text, `:white_check_mark: orders succeeded ${says}run ${RUN}`);
      }));
  }

  test("notify: without a link, it names the run", (t) =>
    inWorkspace(async (space) => {
      const { bodies, url } = await webhook(t);
      await notify(space, url, "failed");
      assert.equal(bodies.at(0)?.text, `:x: orders failed\nrun ${RUN}`);
    }));

  test("notify: it never fails: no address, a wrong address, or failures that are not JSON", (t) =>
    inWorkspace(async (space) => {
      const { bodies, url } = await webhook(t);
      for (const address of ["", "file:///etc/passwd", "http://127.0.0.1:1/secret-path"]) {
        const { code, stderr } = await notify(space, address, "failed");
        assert.equal(code, 0);
        assert.match(stderr, /^runner \| notification to webhook failed: /);
        assert.ok(!stderr.includes("secret-path"));
      }
      assert.equal(
        (
          await notify(space, url, "failed", [], {
            FAILURES: Buffer.from('"not \\x JSON').toString("base64"),
          })
        ).code,
        0,
      );
      assert.equal(bodies.at(0)?.error, '"not \\x JSON');
    }));

  test("notify: it gives up on a webhook that does not respond", (t) =>
    inWorkspace(async (space) => {
      const { url } = await webhook(t, true);
      const began = Date.now();
      assert.equal((await notify(space, url, "failed")).code, 0);
      assert.ok(Date.now() - began < 40_000);
    }));
});

describe("stream of two containers", () => {
  const both = async (space: Workspace, steps: readonly Step[], attempt: number) => {
    const pipe = space.path("pipe");
    spawnSync("mkfifo", [pipe]);
    const outcome = space.path("tap-outcome");
    const identity = [{ identity: space.write("id.json", IDENTITY), run: RUN }];
    const target = space.run(
      "load",
      ...space.target(),
      {
        input: pipe,
        tapOutcomeFile: outcome,
        minRecords: 100,
        result: space.path("load.json"),
        candidate: space.path("candidate.json"),
      },
      ...identity,
      { outcome: space.path("outcome") },
    );
    const tap = await space.run("extract", ...space.tap(steps), {
      output: pipe,
      outcome,
      attempt,
      lastAttempt: 2,
    });
    return { tap, target: await target, outcome: space.text("tap-outcome") };
  };

  test("two containers: if the tap fails in the last attempt, its progress is saved regardless of expectations", () =>
    inWorkspace(async (space) => {
      const { tap, target, outcome } = await both(space, FAILING, 2);
      assert.deepEqual(
        [tap.code, target.code, outcome, space.text("outcome")],
        [0, 0, "partial", "saved"],
        tap.stderr + target.stderr,
      );
      assert.ok(space.exists("candidate.json"));
    }));

  test("two containers: if the tap fails before sending anything, the verdict has the tap's error", () =>
    inWorkspace(async (space) => {
      const { tap, target } = await both(space, [["exit", 3]], 2);
      assert.deepEqual(
        [tap.code, target.code, space.text("outcome")],
        [0, 0, "unchanged"],
        tap.stderr + target.stderr,
      );
      assert.ok(!space.exists("candidate.json"));
    }));

  test("two containers: while attempts are left, a failed tap fails the step", () =>
    inWorkspace(async (space) => {
      const { tap, outcome } = await both(space, FAILING, 1);
      assert.deepEqual([tap.code, outcome], [10, "failed"]);
    }));

  test("two containers: a failed tap exits only after the target has loaded its data, because Argo then ends the pod", () =>
    inWorkspace(async (space) => {
      const pipe = space.path("pipe");
      spawnSync("mkfifo", [pipe]);
      const result = space.path("load.json");
      const target = space.run("load", ...space.target({ flush: 0.5 }), {
        input: pipe,
        tapOutcomeFile: space.path("tap-outcome"),
        result,
      });
      const tap = await space.run("extract", ...space.tap(FAILING), {
        output: pipe,
        outcome: space.path("tap-outcome"),
        lastAttempt: 2,
        awaitResult: result,
      });
      assert.deepEqual([tap.code, space.exists("load.json")], [10, true], tap.stderr);
      assert.equal((space.json("load.json") as { readonly taken?: boolean }).taken, true);
      assert.equal((await target).code, 0);
    }));

  test("two containers: a failed tap does not wait without a FIFO, or once it is stopped", () =>
    inWorkspace(async (space) => {
      const never = space.path("never.json");
      const unstarted = await space.run("extract", ...space.tap(TEN), {
        select: space.write("select.json", { rules: 1 }),
        output: space.path("pipe"),
        awaitResult: never,
      });
      assert.notEqual(unstarted.code, 0);
      const waiting = start([
        request("extract", ...space.tap(FAILING), {
          output: space.path("extract.jsonl"),
          outcome: space.path("outcome"),
          awaitResult: never,
        }),
      ]);
      while (!space.exists("outcome")) await new Promise((resolve) => setTimeout(resolve, 10));
      waiting.process.kill("SIGTERM");
      assert.equal((await waiting.ended).code, 10);
    }));

  test("two containers: expectations apply to a complete run", () =>
    inWorkspace(async (space) => {
      const { tap, target } = await both(space, TEN, 0);
      assert.deepEqual([tap.code, target.code], [0, 16], tap.stderr + target.stderr);
    }));
});

describe("settings and a state for one run", () => {
  test("settings for one run: they override the configuration", () =>
    inWorkspace(async (space) => {
      const ended = await space.run(
        "extract",
        ...space.tap([["schema", "a"], ["echo-config"]], { start_date: "2020-01-01" }),
        { output: space.path("extract.jsonl"), settings: { start_date: "2026-01-01" } },
      );
      assert.equal(ended.code, 0, ended.stderr);
      assert.match(ended.stderr, /"start_date": "2026-01-01"/);
    }));

  test("settings for one run: anything other than an object is rejected", () =>
    inWorkspace(async (space) => {
      const { code, stderr } = await space.run("extract", ...space.tap(TEN), { settings: [1] });
      assert.deepEqual(
        [code, stderr],
        [2, 'runner | request: "settings" is [1]; it must be an object\n'],
      );
    }));

  test("state for one run: it replaces the saved one", () =>
    inWorkspace(async (space) => {
      const ended = await space.extract(TEN, {
        state: space.write("state.json", { at: 3 }),
        givenState: space.write("given.json", { at: 9 }),
      });
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual((space.json("result.json") as Result).stateBefore, { at: 9 });
    }));
});
