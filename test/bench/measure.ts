import { execFile } from "node:child_process";
import { join } from "node:path";

/** Resource usage of a command, including its child processes. */
export interface Usage {
  /** Wall time, in seconds. */
  readonly seconds: number;
  /** User and system time of all its processes, in seconds. */
  readonly cpu: number;
  /**
   * Resident memory of its largest process at its peak, in bytes; never below about 14 MB, the size
   * of the measuring process.
   */
  readonly rss: number;
}

/** The folder and environment of a command. */
export interface UsageOptions {
  /** Default: this process's folder. */
  readonly cwd?: string;
  /** Default: this process's variables. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Summary of several measurements. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

const USAGE = join(__dirname, "usage.py");

/**
 * Runs a command and discards its standard output.
 *
 * @throws Error with the end of its standard error if it does not exit with 0.
 */
export async function usageOf(
  command: readonly string[],
  options: UsageOptions = {},
): Promise<Usage> {
  const { stdout, stderr } = await run(["python3", "-I", USAGE, ...command], options);
  const { code, ...usage } = JSON.parse(stdout) as Usage & { readonly code: number };
  if (code !== 0)
    throw new Error(
      `${command.join(" ")} ended with ${code}: ${stderr.trim().split("\n").slice(-5).join("\n")}`,
    );
  return usage;
}

/** Runs a program and returns what it printed. */
export function run(
  [program, ...args]: readonly [string, ...string[]],
  options: UsageOptions = {},
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { ...options, encoding: "utf8", maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`${program}: ${stderr.trim() || error.message}`));
        else resolve({ stdout, stderr });
      },
    );
  });
}

/**
 * Measures several sides in turn (A B A B ...), so that other load affects all of them, after one
 * round that is not counted.
 *
 * @param what printed on standard error with the number of the round.
 * @param before called before each round, the first included.
 */
export async function inTurn<Side extends string, Result>(
  what: string,
  rounds: number,
  sides: { readonly [Name in Side]: () => Promise<Result> },
  before: () => Promise<void> = () => Promise.resolve(),
): Promise<{ readonly [Name in Side]: readonly Result[] }> {
  const names = Object.keys(sides) as Side[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as {
    [Name in Side]: Result[];
  };
  for (let round = 0; round <= rounds; round++) {
    await before();
    for (const name of names) {
      logProgress(`${what}: ${round === 0 ? "warm-up" : `round ${round} of ${rounds}`}, ${name}`);
      const result = await sides[name]();
      if (round > 0) results[name].push(result);
    }
  }
  return results;
}

/** Prints the current step on standard error. */
export function logProgress(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Median, least and most of some measurements. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (place: number) => sorted[place] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    low: at(0),
    high: at(sorted.length - 1),
  };
}

/** Each measurement of one side divided by that of the other side in the same round. */
export function ratioOf(numerators: readonly number[], denominators: readonly number[]): Spread {
  return spreadOf(
    numerators.map((numerator, round) => numerator / (denominators[round] ?? Number.NaN)),
  );
}

/** Each measurement of one side minus that of the other side in the same round. */
export function differenceOf(wholes: readonly number[], parts: readonly number[]): Spread {
  return spreadOf(wholes.map((whole, round) => whole - (parts[round] ?? Number.NaN)));
}
