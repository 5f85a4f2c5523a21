/**
 * Kills `tapctl`, the runner, the tap or the target at random moments, then runs again to the end.
 * No row may be lost, no state may be ahead of the rows, no run may be reported as successful that
 * was not, and none may outlive its grace period.
 *
 * `KILL_ROUNDS` is the number of rounds, `KILL_SEED` what their moments are drawn from.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { findPython } from "../../src/run/environments/find-python";
import { GRACE_SECONDS } from "../../src/run/stop";
import type { RunSummary } from "../../src/store/runs/run-summary";
import { makeSite } from "../run/environments-support";
import { random } from "../support/random";
import { REPOSITORY, TAPCTL } from "./support";

const ROUNDS = Number(process.env["KILL_ROUNDS"] ?? 24);
const SEED = Number(process.env["KILL_SEED"] ?? 16);
const ROWS = 200;
/** A run on a busy machine may take this long beyond its grace period. */
const SPARE_SECONDS = 30;

const MODES = ["artifact", "stream"] as const;
const VICTIMS = ["tapctl", "runner", "tap", "target"] as const;
const SIGNALS = ["SIGKILL", "SIGTERM", "SIGINT"] as const;

type Victim = (typeof VICTIMS)[number];

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly role: Victim | undefined;
}

test(
  `killed processes: ${ROUNDS} rounds lose no row and report no false success`,
  { timeout: (ROUNDS + 2) * 120_000 },
  async (t) => {
    const site = await makeSite(t);
    const { path: python } = await findPython();
    const modules = ["tap", "target"].map(
      (kind) => `${kind}-numbers=${join(__dirname, "fixtures", `${kind}_numbers.py`)}`,
    );
    spawnSync(python, [
      join(__dirname, "..", "run", "fixtures", "wheels.py"),
      site.env["PIP_FIND_LINKS"] ?? "",
      ...modules,
    ]);
    const draw = random(SEED);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(draw() * values.length)] as T;
    const figures = { killed: 0, tooLate: 0, before: 0, succeeded: 0, longest: 0 };
    const folder = join(site.root, "project");
    const env = {
      ...site.env,
      TAPCTL_ENVIRONMENTS: site.root,
      TAPCTL_STORE: undefined,
      NO_COLOR: "1",
    };
    makeProject(folder, 0);
    const installed = await runAndKill({
      folder,
      env,
      mode: "stream",
      victim: undefined,
      signal: "SIGKILL",
      delay: 0,
    });
    assert.equal(installed.code, 0, installed.stderr);
    for (let round = 0; round < ROUNDS; round += 1) {
      // In turn, so that a few rounds cover all of them; only the moment is random.
      const mode = MODES[round % 2] ?? "artifact";
      const victim = VICTIMS[Math.floor(round / 2) % 4] ?? "tapctl";
      const signal = SIGNALS[Math.floor(round / 8) % 3] ?? "SIGKILL";
      const atOnce = draw() < 0.25;
      const delay = draw() * 1.2;
      const retries = pick([0, 1]);
      const name = `round ${round}: ${mode}, ${victim}, ${signal}, ${atOnce ? "as soon as it is there" : `${delay.toFixed(2)} s later`}, ${retries} retries`;
      makeProject(folder, retries);
      const first = await runAndKill({
        folder,
        env,
        mode,
        victim,
        signal,
        delay: atOnce ? 0 : delay,
      });
      const saved = stateOf(folder);
      const rows = rowsOf(folder);
      const missing = (upTo: number) =>
        Array.from({ length: upTo }, (_, index) => index + 1).filter(
          (id) => !rowsOf(folder).has(id),
        );
      assert.deepEqual(
        missing(saved),
        [],
        `${name}: the state is ahead of the data\n${first.stderr}`,
      );
      const claims =
        first.code === 0 || summariesOf(folder).some(({ status }) => status === "succeeded");
      if (claims)
        assert.deepEqual(
          [saved, rows.size],
          [ROWS, ROWS],
          `${name}: a false success\n${first.stderr}`,
        );
      assert.deepEqual(first.left, [], `${name}: processes outlived the run\n${first.stderr}`);
      assert.ok(
        first.secondsAfter < GRACE_SECONDS + SPARE_SECONDS,
        `${name}: the run took ${first.secondsAfter} s to end`,
      );
      if (first.code === null && victim !== "tapctl")
        assert.fail(`${name}: tapctl was killed too\n${first.stderr}`);

      const second = await runAndKill({ folder, env, mode, victim: undefined, signal, delay: 0 });
      assert.equal(second.code, 0, `${name}: the run after it\n${second.stderr}`);
      assert.deepEqual(
        [stateOf(folder), missing(ROWS)],
        [ROWS, []],
        `${name}: rows are lost\n${first.stderr}${second.stderr}`,
      );
      figures.killed += Number(first.killed);
      figures.tooLate += Number(!first.killed);
      figures.before += Number(first.killed && rows.size === 0);
      figures.succeeded += Number(claims);
      figures.longest = Math.max(figures.longest, first.secondsAfter);
      if (process.env["KILL_ROUNDS"] !== undefined)
        t.diagnostic(
          `${name}: code ${first.code}, state ${saved}, ${rows.size} rows, ended after ${first.secondsAfter.toFixed(1)} s`,
        );
    }
    t.diagnostic(
      `${JSON.stringify(figures)}: killed; ended before their victim was there; of the killed without a row; successful and complete; longest end in s`,
    );
  },
);

interface Killing {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly mode: string;
  readonly victim: Victim | undefined;
  readonly signal: NodeJS.Signals;
  /**
   * Seconds after the victim's start; for tapctl, after its first runner's start, or 0 for its own
   * start.
   */
  readonly delay: number;
}

async function runAndKill({ folder, env, mode, victim, signal, delay }: Killing) {
  const child = spawn(process.execPath, [TAPCTL, "run", "numbers", "--mode", mode], {
    cwd: folder,
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  let code: number | null | undefined;
  child.on("exit", (exit) => (code = exit));
  const pid = child.pid ?? 0;
  const seen = new Set<number>();
  let killedAt: number | undefined;
  let due: number | undefined;
  while (code === undefined) {
    const below = descendants(pid);
    below.forEach((each) => seen.add(each.pid));
    // A run starts with its first runner; killed immediately, tapctl has not even loaded its own
    // program.
    const begun = victim !== "tapctl" || delay === 0 || below.some(({ role }) => role === "runner");
    const found = victim === "tapctl" ? pid : below.find(({ role }) => role === victim)?.pid;
    if (victim !== undefined && found !== undefined && killedAt === undefined) {
      if (begun) due ??= performance.now() + delay * 1000;
      if (due !== undefined && performance.now() >= due) {
        killedAt = performance.now();
        send(found, signal);
      }
    }
    await sleep(8);
  }
  const secondsAfter = killedAt === undefined ? 0 : (performance.now() - killedAt) / 1000;
  const running = () => [...seen].filter((each) => roleOf(each) !== undefined);
  for (let attempt = 0; attempt < 200 && running().length > 0; attempt += 1) await sleep(25);
  return { code, stderr, killed: killedAt !== undefined, secondsAfter, left: running() };
}

function makeProject(folder: string, retries: number): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "pipelines"), { recursive: true });
  const imports = [
    "tap, target",
    join(REPOSITORY, "src", "model", "define-connector"),
    "definePipelines",
    join(REPOSITORY, "src", "model", "define"),
  ];
  writeFileSync(
    join(folder, "pipelines", "index.ts"),
    `import { ${imports[0]} } from ${JSON.stringify(imports[1])};
import { ${imports[2]} } from ${JSON.stringify(imports[3])};
const numbers = tap({ name: "tap-numbers", package: "tap-numbers", version: "1.0.0" });
const file = target({ name: "target-numbers", package: "target-numbers", version: "1.0.0", destination: ["path"] });
export const pipelines = definePipelines([
  { name: "numbers", schedule: "@daily", tap: numbers({ rows: ${ROWS} }), target: file({ path: ${JSON.stringify(join(folder, "rows"))} }), retries: { limit: ${retries}, delay: "1s" } },
]);
`,
  );
}

function stateOf(folder: string): number {
  try {
    const saved = JSON.parse(
      readFileSync(join(folder, ".tapctl", "store", "state", "numbers", "state.json"), "utf8"),
    ) as { readonly state: { readonly bookmarks: { readonly numbers: { readonly id: number } } } };
    return saved.state.bookmarks.numbers.id;
  } catch {
    return 0;
  }
}

function rowsOf(folder: string): ReadonlySet<number> {
  try {
    return new Set(
      readFileSync(join(folder, "rows"), "utf8").split("\n").filter(Boolean).map(Number),
    );
  } catch {
    return new Set();
  }
}

function summariesOf(folder: string): readonly RunSummary[] {
  const runs = join(folder, ".tapctl", "store", "runs", "numbers");
  try {
    return readdirSync(runs).map(
      (run) => JSON.parse(readFileSync(join(runs, run, "summary.json"), "utf8")) as RunSummary,
    );
  } catch {
    return [];
  }
}

function descendants(root: number): readonly Process[] {
  const all = readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0)
    .flatMap((pid) => {
      const parent = parentOf(pid);
      return parent === undefined ? [] : [{ pid, parent }];
    });
  const found = new Set([root]);
  // A child may have a lower ID than its parent, so this repeats until no more are found.
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return all
    .filter(({ pid }) => pid !== root && found.has(pid))
    .map((each) => ({ ...each, role: roleOf(each.pid) }));
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

/** The role of a process in a run, by its command; undefined for others and for ended ones. */
function roleOf(pid: number): Victim | undefined {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    if (command.includes("images/singer/runner")) return "runner";
    return /target-numbers\0/.test(command)
      ? "target"
      : /tap-numbers\0/.test(command)
        ? "tap"
        : undefined;
  } catch {
    return undefined;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}
