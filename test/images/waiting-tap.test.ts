/** Taps that discover and run in one process, and the target that starts meanwhile. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inWorkspace, until, type Step, type Workspace } from "./support";

const CATALOG = {
  streams: ["a", "b"].map((stream) => ({
    tap_stream_id: stream,
    stream,
    schema: { properties: { id: {} } },
    metadata: [{ breadcrumb: [], metadata: {} }],
  })),
};
const STEPS: readonly Step[] = [["schema", "a"], ["record", "a", 1], ["echo-args"], ["echo-state"]];
const FLAGS = { config: true, catalog: "catalog", state: true, discover: true, about: false };

const fields = (
  space: Workspace,
  { steps = STEPS, settings = {}, target = {}, select = [{ stream: "a" }] as object[] } = {},
) => [
  ...space.tap(
    steps,
    { discover: CATALOG, starts: space.path("starts"), ...settings },
    { flags: { ...FLAGS, discover_first: true } },
  ),
  ...space.target({ pidFile: space.path("target.pid"), ...target }),
  { select: space.write("select.json", select), state: space.write("state.json", { a: 7 }) },
];

const starts = (space: Workspace) => space.text("starts").trim().split("\n").length;

const runs = (pid: string) => {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
};

describe("waiting tap", () => {
  test("waiting tap: one process discovers and sends the selected streams, from the saved state", () =>
    inWorkspace(async (space) => {
      const ended = await space.run("stream", ...fields(space));
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal(starts(space), 1);
      assert.equal(space.text("out.txt"), "a 1\n");
      assert.match(ended.stderr, /state \{"a": ?7\}/);
      const { streams } = space.json("catalog.json") as typeof CATALOG;
      assert.deepEqual(
        streams.map(({ metadata }) => metadata[0]?.metadata),
        [{ selected: true }, { selected: false }],
      );
    }));

  test("waiting tap: an extract, whose output may be masked, discovers in a process of its own", () =>
    inWorkspace(async (space) => {
      const [tap, , more] = fields(space);
      const ended = await space.run("extract", tap ?? {}, more ?? {}, {
        output: space.path("extract.jsonl"),
      });
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal(starts(space), 2);
    }));

  test("waiting tap: a discovery that fails is the tap's failure, and nothing is loaded", () =>
    inWorkspace(async (space) => {
      const ended = await space.run("stream", ...fields(space, { settings: { discoverExits: 3 } }));
      assert.equal(ended.code, 10, ended.stderr);
      assert.equal(space.result().error, "discovery: tap-fake exited with 3: no such database");
      // The target may have ended before it opened its file.
      assert.ok(!space.exists("out.txt") || space.text("out.txt") === "");
    }));

  test("waiting tap: a tap that discovers nothing to select is ended", () =>
    inWorkspace(async (space) => {
      const settings = { pidFile: space.path("tap.pid") };
      const select = [{ stream: "missing" }];
      const ended = await space.run("stream", ...fields(space, { select, settings }));
      assert.equal(ended.code, 2, ended.stderr);
      for (const file of ["tap.pid", "target.pid"])
        await until(`${file} has ended`, () => !space.exists(file) || !runs(space.text(file)));
    }));

  test("waiting tap: a stop during its discovery interrupts the run", () =>
    inWorkspace(async (space) => {
      const settings = { discoverWaits: space.path("never"), pidFile: space.path("tap.pid") };
      const running = space.begin("stream", ...fields(space, { settings }));
      while (!space.exists("tap.pid")) await new Promise((resolve) => setTimeout(resolve, 10));
      running.process.kill("SIGTERM");
      assert.equal((await running.ended).code, 13);
      assert.equal(space.result().error, "stopped while tap-fake was running discovery");
    }));

  test("waiting tap: the target starts while the tap discovers", () =>
    inWorkspace(async (space) => {
      // The tap discovers only once the target has written its process ID.
      const settings = { discoverWaits: space.path("target.pid") };
      const ended = await space.run("stream", ...fields(space, { settings }));
      assert.equal(ended.code, 0, ended.stderr);
    }));
});
