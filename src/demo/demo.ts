import { join } from "node:path";
import pc from "picocolors";
import { connectorsBelow, storeLocation } from "../cli/context";
import { print } from "../common/print";
import { summaryTable } from "../store/runs/run-text";
import { showProgress, type Progress } from "../cli/progress";
import { handleSignals } from "../cli/signals";
import { commandsFor } from "../common/commands";
import { UserError } from "../common/errors";
import { batchCode, runBatch, type BatchResult } from "../run/batch";
import type { RunEvent } from "../run/events";
import { findReplication, loadProject, type Project } from "../run/project";
import type { PrepareConnector, RunContext } from "../run/run-options";
import { localSecrets } from "../run/secrets";
import { createStop } from "../run/stop";
import type { Replication } from "../model/replication";
import { assertValid } from "../model/validation/validate";
import { openStore } from "../store/open";
import { showSample } from "./sample";

const RATES = ["exchange-rates", "exchange-rates-classic"];

const HELP = `npm run demo: replicates data with real Singer connectors on this machine, without a cluster.

  npm run demo                  two pipelines with sample exchange rates from localhost, to CSV files
  npm run demo -- --online      the same with the real API, https://api.frankfurter.dev
  npm run demo:postgres         a third pipeline, from a real PostgreSQL to JSON lines

Run it again: the second run resumes from the saved state.`;

async function main(): Promise<void> {
  const flags = new Set(process.argv.slice(2));
  const unknown = [...flags].find((flag) => !["--online", "--postgres", "--help"].includes(flag));
  if (unknown !== undefined)
    throw new UserError(`Unknown option ${unknown}.`, {
      fix: "Available options: --online, --postgres and --help.",
    });
  if (flags.has("--help")) return print(HELP);
  const project = loadProject(join(__dirname, "..", ".."));
  assertValid(project.entries);
  const progress = showProgress({ output: process.stdout, verbose: false });
  const stop = createStop();
  const release = handleSignals(stop, (text) => progress.line(text));
  try {
    const store = await openStore(storeLocation(project.root));
    const base = {
      root: project.root,
      store,
      prepare: connectorsBelow(project.root),
      secrets: localSecrets(project.root),
      stop,
    };
    const result = flags.has("--postgres")
      ? await loadShop().runShop(
          { ...base, onEvent: (event) => showEvent(progress, store.localPath("runs"), event) },
          project,
          (text) => progress.line(text),
        )
      : await runRates(base, project, flags.has("--online"), progress);
    progress.end();
    conclude(result, store.url);
  } finally {
    release();
  }
}

/** Runs both pipelines; the connectors of the second are installed while the first one runs. */
async function runRates(
  base: Omit<RunContext, "onEvent">,
  project: Project,
  online: boolean,
  progress: Progress,
): Promise<BatchResult> {
  print(
    online
      ? `${pc.bold("Real data")}: reading from https://api.frankfurter.dev.`
      : `${pc.bold("Sample data")}: exchange rates served on localhost by this project; only Python packages are downloaded.\n` +
          `For the real API, run: npm run demo -- --online`,
  );
  const entries = RATES.map((name) => findReplication(project, name));
  let installing: Promise<void> | undefined;
  const onEvent = (event: RunEvent) => {
    showEvent(progress, base.store.localPath("runs"), event);
    if (event.event === "started") installing ??= install(base.prepare, entries.slice(1));
  };
  const result = await runBatch({ ...base, onEvent }, entries, {
    offline: !online,
    trigger: "demo",
  });
  await installing;
  return result;
}

/**
 * Installs connectors ahead of time; a failure is reported when the pipeline itself installs them.
 */
async function install(prepare: PrepareConnector, entries: readonly Replication[]): Promise<void> {
  for (const { connector } of entries.flatMap(({ tap, target }) => [tap, target]))
    await prepare(connector, () => {}).catch(() => undefined);
}

/** Loaded on demand: its database client is a development dependency of this project. */
function loadShop(): typeof import("./shop") {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- TypeScript is loaded by hooks of require
  return require("./shop") as typeof import("./shop");
}

function showEvent(progress: Progress, runs: string | undefined, event: RunEvent): void {
  progress.show(event);
  if (event.event === "ended" && runs !== undefined)
    showSample(event.summary, runs, (text) => progress.line(text));
}

function conclude(result: BatchResult, store: string): void {
  process.exitCode = batchCode(result);
  for (const { pipeline, error } of result.notStarted)
    process.stderr.write(`${pipeline}: ${error.message}\n`);
  const { summaries } = result;
  if (summaries.length === 0) return;
  print(`\n${summaryTable(summaries)}\n`);
  for (const { pipeline, run } of summaries)
    print(`${pipeline}: files in ${join(store, "runs", pipeline, run)}`);
  if (summaries.some(({ stateBefore }) => stateBefore !== null)) {
    print(
      `\nEach pipeline resumed from its saved state. A bookmark is the last value that was loaded, and the next run reads that value again:\n` +
        `rows with the same value may have been added since (a day does not end with its first row), so it is repeated, never skipped.`,
    );
  } else {
    print(`\nRun it again: the next run resumes from the saved state.`);
  }
  const [first] = summaries;
  if (first)
    print(
      `Next, try: ${[`runs ${first.pipeline}`, `state show ${first.pipeline}`, `logs ${first.pipeline}`].map(commandsFor().tapctl).join(" · ")}`,
    );
}

main().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
});
