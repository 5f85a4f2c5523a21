/** The steps of a run on a cluster, each a call of the runner as from Argo: the state keeps its bytes across steps. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { randomJson } from "../support/random-json";
import { inWorkspace, start, type Workspace, request } from "./support";

const RUN = "20261123T081502Z-4f2a9c";
const IDENTITY = {
  pipeline: "orders",
  run: RUN,
  tap: "tap-fake",
  target: "target-fake",
  destination: "d1",
};
const BIG =
  '{"bookmarks": {"10": {"lsn": 9007199254740993, "id": 12345678901234567890123}, "2":{"f":0.1234567890123456789, "far": 1e400, "zero":-0, "name": "é\\u00e9\\ud800"}}}';
const DOCUMENTS = [
  BIG,
  ...Array.from({ length: 12 }, (_, seed) => randomJson(seed + 1)).filter(
    (text) => text.length > 2,
  ),
];

/** Extract, load, commit and summary of a tap that writes this text as its STATE. */
async function runOf(space: Workspace, state: string) {
  const line = `{"type": "STATE", "value": ${state}}\n`;
  const identity = [
    { identity: space.write("identity.json", IDENTITY), state: space.path("state.json") },
  ];
  const extracted = await space.extract(
    [
      ["schema", "s"],
      ["record", "s", 1],
      ["raw", line],
      ["copy-state", space.path("given")],
    ],
    ...identity,
    { result: space.path("tap-result.json") },
  );
  const loaded = await space.load({}, ...identity, { result: space.path("target-result.json") });
  const files = [
    {
      pipeline: "orders",
      run: RUN,
      tapResult: space.path("tap-result.json"),
      targetResult: space.path("target-result.json"),
    },
  ];
  const committed = await start([
    request(
      "commit",
      {
        candidate: space.path("candidate.json"),
        output: space.path("state.json"),
        summary: space.path("committed.json"),
      },
      ...files,
    ),
  ]).ended;
  const summarized = await start([
    request(
      "summary",
      {
        status: "Succeeded",
        output: space.path("summary.json"),
        committed: space.path("committed.json"),
      },
      ...files,
    ),
  ]).ended;
  return { extracted, loaded, committed, summarized };
}

describe("bytes of a state on a cluster", () => {
  for (const [number, text] of DOCUMENTS.entries()) {
    test(`state bytes: document ${number} is the same after extract, load, commit, summary and the next extract`, () =>
      inWorkspace(async (space) => {
        const { extracted, loaded, committed, summarized } = await runOf(space, text);
        assert.deepEqual(
          [extracted.code, loaded.code, committed.code, summarized.code],
          [0, 0, 0, 0],
          extracted.stderr + loaded.stderr + committed.stderr + summarized.stderr,
        );
        for (const file of ["candidate.json", "state.json", "committed.json", "summary.json"])
          assert.ok(space.text(file).includes(`: ${text}`), `${file} holds ${text}`);
        await runOf(space, text);
        assert.equal(space.text("given"), text, "the tap gets what it wrote");
        assert.ok(space.text("summary.json").includes(`"stateBefore": ${text}`));
      }));
  }

  test("state with NaN: the load exits with 14, and there is nothing to commit", () =>
    inWorkspace(async (space) => {
      const { loaded } = await runOf(space, '{"id": NaN}');
      assert.equal(loaded.code, 14, loaded.stderr);
      assert.match(loaded.stderr, /line 3\b.*the STATE is not JSON: it holds NaN/);
      assert.deepEqual(space.loaded(), []);
      assert.ok(!space.exists("candidate.json") && !space.exists("state.json"));
    }));

  test("saved state with NaN: it is rejected with an error that names it", () =>
    inWorkspace(async (space) => {
      const state = [{ state: space.write("saved.json", `{"version": 1, "state": {"id": NaN}}`) }];
      const ended = await space.extract([["schema", "s"]], ...state);
      assert.equal(ended.code, 2);
      assert.match(ended.stderr, /state \S+saved\.json is not JSON: it holds NaN/);
      assert.doesNotMatch(ended.stderr, /Traceback/);
    }));
});
