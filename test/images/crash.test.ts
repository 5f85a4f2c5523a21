/** kill -9 of the runner, and full disks. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { inWorkspace, start, TEN, until, type Step, request } from "./support";

const linux = process.platform === "linux";
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const HELD: readonly Step[] = [...TEN, ["say", "ready"], ["wait", "/nonexistent"]];

test(
  "stream: kill -9 of the runner kills both connectors, and nothing is saved",
  { skip: !linux },
  () =>
    inWorkspace(async (space) => {
      const tap = space.tap(HELD, { pidFile: space.path("tap.pid"), onTerm: "ignore" });
      const target = space.target({
        pidFile: space.path("target.pid"),
        hold: space.path("go"),
        say: "holding",
        onTerm: "ignore",
      });
      const run = space.begin("stream", ...tap, ...target);
      await Promise.all([run.says("ready"), run.says("holding")]);
      const pids = ["tap.pid", "target.pid"].map((name) => Number(space.text(name)));
      assert.deepEqual(pids.map(alive), [true, true]);
      run.process.kill("SIGKILL");
      await until("the children die", () => !pids.some(alive));
      assert.equal(space.candidate(), undefined);
      assert.equal(space.exists("result.json"), false);
    }),
);

test(
  "load: kill -9 of the runner kills the target, nothing is saved, and the next load succeeds",
  { skip: !linux },
  () =>
    inWorkspace(async (space) => {
      assert.equal((await space.extract(TEN)).code, 0);
      const target = space.target({
        pidFile: space.path("target.pid"),
        hold: space.path("go"),
        say: "holding",
      });
      const run = space.begin("load", ...target);
      await run.says("holding");
      run.process.kill("SIGKILL");
      await until("the target dies", () => !alive(Number(space.text("target.pid"))));
      assert.equal(space.candidate(), undefined);
      assert.equal((await space.load({})).code, 0);
      assert.deepEqual(space.candidate(), { at: 9 });
    }),
);

test("private directory: the next run removes what a killed runner left", { skip: !linux }, () =>
  inWorkspace(async (space) => {
    const temporary = space.path("tmp");
    mkdirSync(temporary);
    const args = [request("extract", ...space.tap(HELD), { directory: space.dir })];
    const run = start(args, { env: { TMPDIR: temporary } });
    await run.says("ready");
    const kept = start([request("extract", ...space.tap(HELD), { directory: space.dir })], {
      env: { TMPDIR: temporary },
    });
    await kept.says("ready");
    const before = readdirSync(temporary);
    assert.equal(before.length, 2);
    run.process.kill("SIGKILL");
    await run.ended.catch(() => undefined);
    before.forEach((name) => utimesSync(join(temporary, name), 1, 1));
    const next = await start([request("extract", ...space.tap(TEN), { directory: space.dir })], {
      env: { TMPDIR: temporary },
    }).ended;
    assert.equal(next.code, 0, next.stderr);
    // The directory of a running runner is kept.
    assert.equal(readdirSync(temporary).length, 1);
    kept.process.kill("SIGTERM");
    await kept.ended;
    assert.deepEqual(readdirSync(temporary), []);
  }),
);

test(
  "runner: it ends when its parent is killed, if the request asks for that",
  { skip: !linux },
  () =>
    inWorkspace(async (space) => {
      const tap = space.tap(HELD, { pidFile: space.path("tap.pid"), onTerm: "ignore" });
      const script = `import json,os,subprocess,sys; subprocess.run([sys.executable, ${JSON.stringify(join(__dirname, "..", "..", "images", "singer", "runner"))}, json.dumps({**json.loads(sys.argv[1]), "parentProcess": os.getpid()})])`;
      const { spawn } = await import("node:child_process");
      const parent = spawn(
        "python3",
        ["-c", script, request("extract", ...tap, { directory: space.dir })],
        { stdio: ["ignore", "ignore", "pipe"] },
      );
      await new Promise<void>((done) =>
        parent.stderr.on("data", (text: Buffer) => text.includes("ready") && done()),
      );
      const pid = Number(space.text("tap.pid"));
      assert.ok(alive(pid));
      parent.kill("SIGKILL");
      await until("the tap dies with the runner", () => !alive(pid));
    }),
);

test(
  "runner: it starts no connector if its parent was killed before it could check",
  { skip: !linux },
  () =>
    inWorkspace(async (space) => {
      const tap = space.tap(HELD, { pidFile: space.path("tap.pid") });
      const gone = spawnSync("true").pid;
      const run = space.begin("extract", ...tap, { parentProcess: gone });
      const { code } = await run.ended;
      assert.equal(code, null);
      assert.ok(!space.exists("tap.pid"));
    }),
);

test("extract: the error names a full disk", { skip: !linux }, () =>
  inWorkspace(async (space) => {
    const ended = await space.extract([["fill"]], { output: "/dev/full" });
    assert.equal(ended.code, 1, ended.stderr);
    assert.match(
      space.result().error ?? "",
      /No space left on device \(the disk is full: \/dev\/full\)/,
    );
  }),
);

test("extract and load: the error names a full file system", async (context) =>
  inWorkspace(async (space) => {
    const mount = space.path("small");
    mkdirSync(mount);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", mount], { stdio: "ignore" });
    } catch {
      context.skip("no right to mount");
      return;
    }
    try {
      const output = join(mount, "extract.jsonl");
      const ended = await space.extract([["fill"]], { output });
      assert.equal(ended.code, 1, ended.stderr);
      assert.ok(
        space.result().error?.includes(`the disk is full: ${output}`),
        space.result().error ?? "",
      );
      assert.equal((await space.extract(TEN)).code, 0);
      execFileSync("sh", ["-c", `cat /dev/zero > ${mount}/filler 2>/dev/null || true`]);
      const loaded = await space.load({}, { candidate: join(mount, "state.json") });
      assert.equal(loaded.code, 1, loaded.stderr);
      assert.equal(
        space.result().error,
        `cannot write ${join(mount, "state.json")}: the disk is full`,
      );
      assert.deepEqual(
        readdirSync(mount).filter((name) => name.startsWith("state")),
        [],
      );
    } finally {
      execFileSync("umount", [mount]);
    }
  }));
