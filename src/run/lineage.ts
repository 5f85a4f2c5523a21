import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Replication } from "../model/replication";
import type { RunSummary } from "../store/runs/runs";
import { runnerArguments } from "./runner";

/** The lineage of a run in progress. */
export interface Lineage {
  /**
   * Sends the event of the end.
   *
   * @returns why events were not delivered; empty if all were.
   */
  ended(summary: RunSummary, patience: "full" | "short"): Promise<readonly string[]>;
}

/** A run to report. */
export interface LineageArgs {
  readonly entry: Replication;
  /** The summary that the run starts with. */
  readonly opening: RunSummary;
  /** Python that runs the runner. */
  readonly python: string;
  /** Folder with the results of the run's steps. */
  readonly results: string;
}

/** A backend that does not respond delays the end of a run by this time at most. */
const PATIENCE_MS = { full: 6000, short: 1000 } as const;

const NO_LINEAGE: Lineage = { ended: () => Promise.resolve([]) };

/**
 * Starts to send the events of a run to OpenLineage, if the environment names a backend.
 *
 * One process of the runner sends the start at once and waits for the end, so that a run does not
 * wait for a program to start.
 */
export function startLineage(args: LineageArgs): Lineage {
  if (!process.env["OPENLINEAGE_URL"]) return NO_LINEAGE;
  const { entry, opening, python, results } = args;
  const { pipeline, run, started } = opening;
  const child = spawn(
    python,
    runnerArguments({
      command: "lineage",
      pipeline,
      run,
      started,
      ...(entry.owner !== undefined && { owner: entry.owner }),
      follow: true,
    }),
    // Of its own group, because it has to report a run that Ctrl-C stops.
    { detached: true, stdio: ["pipe", "ignore", "pipe"] },
  );
  // It must not keep a command from ending that fails before the run does.
  for (const one of [child, child.stdin, child.stderr]) (one as { unref(): void }).unref();
  const problems: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => problems.push(text));
  child.stdin.on("error", () => undefined);
  const end = new Promise<void>((resolve) => {
    child.on("error", (error) => {
      problems.push(error.message);
      resolve();
    });
    child.on("close", () => resolve());
  });
  return {
    ended: async (summary, patience) => {
      child.stdin.end(
        `${JSON.stringify({ summary: facts(summary), results: resultsIn(results) })}\n`,
      );
      if (!(await endsWithin(end, PATIENCE_MS[patience], child)))
        problems.push("lineage: no response");
      return problems
        .join("")
        .split("\n")
        .flatMap((line) => (line === "" ? [] : [line.replace(/^runner \| /, "")]));
    },
  };
}

/** What lineage has of a summary: no states, which may be large. */
function facts({ pipeline, run, status, ended, error, streams }: RunSummary): object {
  return { pipeline, run, status, ended, error, streams };
}

function resultsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => /^result-.*\.json$/.test(name))
    .map((name) => join(folder, name));
}

async function endsWithin(end: Promise<void>, ms: number, child: ChildProcess): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => {
      child.kill("SIGKILL");
      resolve(false);
    }, ms);
  });
  const inTime = await Promise.race([end.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
