import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import type { Request } from "../../src/model/request/schema";
import { serveRunners, type ServedProcess, type StartServed } from "./runner-server";

/** The runner as a folder, as local runs start it. */
export const RUNNER = resolve(__dirname, "..", "..", "images", "singer", "runner");
/** Real path of the machine's Python: the one on PATH may be a slow wrapper script. */
export const PYTHON = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], {
  encoding: "utf8",
}).trim();
/** By folder of the runner: loading its modules takes longer than most of its runs. */
const servers = new Map<string, StartServed>();
/** Timeout for a hanging runner: it is killed, and its test fails instead of blocking. */
const PATIENCE_MS = 90_000;
const FIXTURES = resolve(__dirname, "fixtures");

type Keys<Of> = Of extends unknown ? keyof Of : never;

/** Fields of a request of any command; the runner checks their values. */
export type Fields = { readonly [Field in Exclude<Keys<Request>, "command">]?: unknown } & object;

/** A request as the runner's argument. */
export function request(command: Request["command"], ...fields: readonly Fields[]): string {
  return JSON.stringify(Object.assign({ command }, ...fields));
}

/** How a process ended and what it printed. */
export interface Ended {
  /** Exit code; null after a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A started runner. */
export interface Running {
  readonly process: Omit<ServedProcess, "closed">;
  readonly ended: Promise<Ended>;
  /** Resolves when `text` is on its stderr; rejects if it ends without it. */
  says(text: string): Promise<void>;
}

/** A step of the fake tap, see fixtures/tap.py. */
export type Step = readonly [string, ...unknown[]];

/** The part of a run's result that tests check. */
export interface Result {
  readonly status: string;
  readonly code: number;
  readonly error: string | null;
  readonly warnings: readonly string[];
  readonly complete?: boolean;
  readonly lines?: number;
  readonly bytes?: number;
  readonly badLines?: number;
  readonly recoveredLines?: number;
  readonly leftOut: readonly string[];
  readonly records?: Readonly<Record<string, number>>;
  readonly schemas?: Readonly<Record<string, number>>;
  readonly stateBefore?: unknown;
  readonly stateAfter?: unknown;
  readonly tap?: { readonly exit: number | null; readonly signal: string | null };
  readonly target?: { readonly exit: number | null; readonly signal: string | null };
  readonly seconds?: Readonly<Record<string, number>>;
}

/** Starts the runner as local runs and its image do; with `stdin: null` it has none. */
export function start(
  args: readonly string[],
  options: {
    python?: string;
    env?: NodeJS.ProcessEnv;
    stdin?: string | null;
    runner?: string;
  } = {},
): Running {
  const { python = PYTHON, runner = RUNNER, stdin = "" } = options;
  const env = { ...process.env, ...options.env };
  const child =
    python === PYTHON
      ? serverOf(runner)(args, env, stdin)
      : load([python, "-I", "-S", "-B", runner, ...args], env, stdin);
  const watchdog = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  let stdout = "";
  let stderr = "";
  const watchers: (() => void)[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    watchers.forEach((watch) => watch());
  });
  const ended = child.closed
    .finally(() => clearTimeout(watchdog))
    .then((code) => ({ code, stdout, stderr }));
  const says = (text: string): Promise<void> =>
    new Promise((done, fail) => {
      const watch = (): void => (stderr.includes(text) ? done() : undefined);
      watchers.push(watch);
      watch();
      void ended.then(() => fail(new Error(`never said ${text}: ${stderr}`)));
    });
  return { process: child, ended, says };
}

function serverOf(runner: string): StartServed {
  const server = servers.get(runner) ?? serveRunners(PYTHON, runner);
  servers.set(runner, server);
  return server;
}

/** Starts a program that loads the runner. */
function load(
  [program = "", ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  stdin: string | null,
): ServedProcess {
  const child = spawn(program, args, {
    env,
    stdio: [stdin === null ? "ignore" : "pipe", "pipe", "pipe"],
  });
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(stdin ?? "");
  const closed = new Promise<number | null>((done, fail) => {
    child.on("error", fail);
    child.on("close", done);
  });
  const { pid, stdout, stderr } = child;
  return {
    pid,
    stdout: stdout as Readable,
    stderr: stderr as Readable,
    kill: (signal) => child.kill(signal),
    closed,
  };
}

/** A temporary directory with a fake tap and a fake target. */
export function workspace(python = PYTHON) {
  const dir = mkdtempSync(join(tmpdir(), "runner-test-"));
  const path = (name: string): string => join(dir, name);
  const write = (name: string, value: unknown): string => {
    writeFileSync(path(name), typeof value === "string" ? value : JSON.stringify(value));
    return path(name);
  };
  const text = (name: string): string => readFileSync(path(name), "utf8");
  const json = (name: string): unknown => JSON.parse(text(name));
  const connector = (kind: "tap" | "target", more: object = {}): string =>
    write(`${kind}.json`, {
      name: `${kind}-fake`,
      kind,
      version: "1",
      command: [python, "-S", join(FIXTURES, `${kind}.py`)],
      flags: {
        config: true,
        catalog: kind === "tap" ? "catalog" : "none",
        state: kind === "tap",
        discover: kind === "tap",
        about: false,
      },
      settings: {},
      outputSetting: kind === "target" ? "folder" : null,
      python: null,
      ...more,
    });
  const tap = (
    steps: readonly Step[],
    config: object = {},
    more: object = {},
  ): readonly Fields[] => [
    {
      tapConnector: connector("tap", more),
      tapConfig: write("tap-config.json", { steps, ...config }),
    },
  ];
  const target = (config: object = {}, more: object = {}): readonly Fields[] => [
    {
      targetConnector: connector("target", more),
      targetConfig: write("target-config.json", { out: path("out.txt"), ...config }),
    },
  ];
  const result = (): Result => json("result.json") as Result;
  const run = (command: Request["command"], ...fields: readonly Fields[]): Promise<Ended> =>
    begin(command, ...fields).ended;
  const begin = (command: Request["command"], ...fields: readonly Fields[]): Running =>
    start([request(command, { directory: dir }, ...fields)], { python });
  return {
    dir,
    path,
    write,
    text,
    json,
    connector,
    tap,
    target,
    result,
    run,
    begin,
    exists: (name: string): boolean => existsSync(path(name)),
    /** `extract` of the fake tap into extract.jsonl. */
    extract: (steps: readonly Step[], ...more: readonly Fields[]): Promise<Ended> =>
      run("extract", ...tap(steps), ...more),
    /** `load` of `input` into the fake target. */
    load: (config: object, ...more: readonly Fields[]): Promise<Ended> =>
      run("load", ...target(config), ...more),
    /** `stream` from the fake tap to the fake target. */
    stream: (steps: readonly Step[], config: object, ...more: readonly Fields[]): Promise<Ended> =>
      run("stream", ...tap(steps), ...target(config), ...more),
    /** The records the target wrote, e.g. "a 1". */
    loaded: (): string[] =>
      existsSync(path("out.txt")) ? text("out.txt").split("\n").filter(Boolean) : [],
    /** The Singer state that would be saved; undefined if none was written. */
    candidate: (): unknown =>
      existsSync(path("candidate.json")) ? json("candidate.json") : undefined,
    /** Removes the outputs of a run so that another can start. */
    forget: (): void =>
      ["out.txt", "kept", "candidate.json", "result.json"].forEach((name) =>
        rmSync(path(name), { force: true }),
      ),
    remove: (): void => rmSync(dir, { recursive: true, force: true }),
  };
}

/** A temporary directory with a fake tap and a fake target. */
export type Workspace = ReturnType<typeof workspace>;

/** Runs `test` with a workspace that is removed afterwards. */
export async function inWorkspace(
  test: (space: Workspace) => void | Promise<void>,
  python?: string,
): Promise<void> {
  const space = workspace(python);
  try {
    await test(space);
  } finally {
    space.remove();
  }
}

/** Starts a load of the FIFO `fifo`, which it creates, without the outcome of a tap. */
export function startFifoLoad(
  space: Workspace,
  target: object = {},
  ...fields: readonly Fields[]
): Running {
  execFileSync("mkfifo", [space.path("fifo")]);
  return start([
    request(
      "load",
      ...space.target(target),
      { input: space.path("fifo"), directory: space.dir, result: space.path("load.json") },
      ...fields,
    ),
  ]);
}

/** Ten records of stream "a" with a STATE after each third: the last one is {"at": 9}. */
export const TEN: readonly Step[] = [
  ["schema", "a"],
  ["records", "a", 1, 3],
  ["state", { at: 3 }],
  ["records", "a", 4, 3],
  ["state", { at: 6 }],
  ["records", "a", 7, 3],
  ["state", { at: 9 }],
  ["record", "a", 10],
];

/** The lines the target writes for records `first` to `last` of `stream`. */
export function lines(stream: string, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, place) => `${stream} ${first + place}`);
}

/** Waits until `check` holds; fails after ten seconds. */
export async function until(what: string, check: () => boolean): Promise<void> {
  for (let attempt = 0; !check(); attempt++) {
    if (attempt > 1000) throw new Error(`never happened: ${what}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}
