import { join, sep } from "node:path";
import { Writable } from "node:stream";
import type { Printed } from "../support/command";

const REPOSITORY = join(__dirname, "..", "..") + sep;

/** The working folder and environment of a command. */
export interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

let running = false;

/**
 * Runs `tapctl` in this process to its end, which spares starting another: until then folder,
 * environment, output and exit code of this process are the command's. Modules that it loaded from
 * a project are removed from the cache.
 */
export async function tapctlHere(args: readonly string[], { cwd, env }: Place): Promise<Printed> {
  if (running) throw new Error("one command at a time: two would print into each other");
  running = true;
  const before = { cwd: process.cwd(), env: process.env, exitCode: process.exitCode };
  const [stdout, stderr] = [capture("stdout"), capture("stderr")];
  try {
    process.chdir(cwd);
    process.env = env;
    process.exitCode = undefined;
    // Loaded here, because colours are decided by the environment that it is loaded in; by require,
    // because TypeScript is loaded by hooks of that.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { main } = require("../../src/cli/tapctl") as typeof import("../../src/cli/tapctl");
    await main(args);
    return { code: Number(process.exitCode ?? 0), stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    stderr.release();
    stdout.release();
    process.exitCode = before.exitCode;
    process.env = before.env;
    process.chdir(before.cwd);
    forgetProjects();
    running = false;
  }
}

/** Captures what is written to a stream of this process, as a pipe does. */
function capture(name: "stdout" | "stderr"): {
  readonly text: () => string;
  readonly release: () => void;
} {
  const real = Object.getOwnPropertyDescriptor(process, name) as PropertyDescriptor;
  const chunks: string[] = [];
  const value = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  Object.defineProperty(process, name, { value, configurable: true });
  return { text: () => chunks.join(""), release: () => Object.defineProperty(process, name, real) };
}

function forgetProjects(): void {
  for (const file of Object.keys(require.cache))
    if (!file.startsWith(REPOSITORY)) delete require.cache[file];
}
