import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runnerArguments, type RunnerResult, type RunRequest } from "../../src/run/runner";
import type { InstalledConnector, Pair } from "./pair";
import { usageOf, type Usage } from "./measure";

/** A tap and a target with their settings. */
export interface Work {
  /** Folder for all files of it. */
  readonly folder: string;
  readonly tap: InstalledConnector;
  readonly target: InstalledConnector;
  /** File with the tap's settings. */
  readonly tapConfig: string;
  /** File with the target's settings. */
  readonly targetConfig: string;
  /** How many records it moves: a pass that moves another number is invalid. */
  readonly records: number;
  /** File with the catalog that selects the tap's streams; undefined for a tap without a catalog. */
  readonly catalog: string | undefined;
}

/** The input for a work: settings instead of files. */
export interface WorkArgs extends Omit<Work, "tapConfig" | "targetConfig"> {
  readonly settings: { readonly tap: unknown; readonly target: unknown };
}

/** Resource usage of one call of the runner, and its result. */
export interface RunnerUsage extends Usage {
  readonly result: RunnerResult;
}

/** Writes settings and returns the work that uses them. */
export function layOutWork(args: WorkArgs): Work {
  const { settings, ...work } = args;
  const { folder } = work;
  mkdirSync(folder, { recursive: true });
  const tapConfig = join(folder, "tap-config.json");
  const targetConfig = join(folder, "target-config.json");
  writeFileSync(tapConfig, JSON.stringify(settings.tap));
  writeFileSync(targetConfig, JSON.stringify(settings.target));
  return { ...work, tapConfig, targetConfig };
}

/** The work of moving some records from the tap in C to the target in C; `text` makes them longer. */
export function pairWork({ tap, target }: Pair, folder: string, records: number, text = 0): Work {
  return layOutWork({
    folder,
    tap,
    target,
    records,
    settings: { tap: { records, text }, target: {} },
    catalog: undefined,
  });
}

/** Writes the tap's output to a file; `more` are fields of the request. */
export function runExtract(
  work: Work,
  more: { readonly rules?: string; readonly maskSalt?: string } = {},
): Promise<RunnerUsage> {
  return callRunner(work, {
    command: "extract",
    ...tapFields(work),
    ...more,
    output: extractFile(work),
  });
}

/** Loads the file of {@link runExtract}. */
export function runLoad(work: Work): Promise<RunnerUsage> {
  return callRunner(work, { command: "load", ...targetFields(work), input: extractFile(work) });
}

/** Runs tap and target in parallel. */
export function runStream(work: Work): Promise<RunnerUsage> {
  return callRunner(work, { command: "stream", ...tapFields(work), ...targetFields(work) });
}

/** Path of the output of {@link runExtract}. */
export function extractFile({ folder }: Work): string {
  return join(folder, "extract.jsonl");
}

/** The shell command for the tap only. */
export function bareTap({ tap, tapConfig, catalog }: Work): string {
  return shellWords([
    ...commandOf(tap),
    "--config",
    tapConfig,
    ...(catalog === undefined ? [] : ["--catalog", catalog]),
  ]);
}

/** The shell command for the target only. */
export function bareTarget({ target, targetConfig }: Work): string {
  return shellWords([...commandOf(target), "--config", targetConfig]);
}

/** Runs a line of shell. */
export function runShell(line: string): Promise<Usage> {
  return usageOf(["sh", "-c", line]);
}

/** Both usages in sequence. */
export function sumOf(first: Usage, second: Usage): Usage {
  return {
    seconds: first.seconds + second.seconds,
    cpu: first.cpu + second.cpu,
    rss: Math.max(first.rss, second.rss),
  };
}

/** Calls the runner as `tapctl` does: see `callRunner` in `src/run/runner.ts`. */
async function callRunner(work: Work, request: RunRequest): Promise<RunnerUsage> {
  const resultFile = join(work.folder, "result.json");
  rmSync(resultFile, { force: true });
  const usage = await usageOf([
    work.tap.environment.python,
    ...runnerArguments(work.tap.environment.python, {
      ...request,
      result: resultFile,
      progress: "json",
    }),
  ]);
  const result = JSON.parse(readFileSync(resultFile, "utf8")) as RunnerResult;
  const moved =
    result.records && Object.values(result.records).reduce((sum, count) => sum + count, 0);
  if (moved !== undefined && moved !== work.records)
    throw new Error(`${request.command} moved ${moved} records, not ${work.records}`);
  return { ...usage, result };
}

function tapFields(work: Work) {
  const tap = {
    tapConnector: work.tap.environment.descriptionFile,
    tapConfig: work.tapConfig,
    tapLog: join(work.folder, "tap.log"),
  };
  return { ...tap, ...(work.catalog !== undefined && { catalog: work.catalog }) };
}

function targetFields(work: Work) {
  const target = {
    targetConnector: work.target.environment.descriptionFile,
    targetConfig: work.targetConfig,
  };
  return {
    ...target,
    targetLog: join(work.folder, "target.log"),
    candidate: join(work.folder, "candidate.json"),
  };
}

/** The command of an installed connector, without flags. */
export function commandOf({ environment }: InstalledConnector): readonly string[] {
  return (
    JSON.parse(readFileSync(environment.descriptionFile, "utf8")) as {
      readonly command: readonly string[];
    }
  ).command;
}

/** Words as a line of shell. */
export function shellWords(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}
