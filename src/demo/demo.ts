import { join } from "node:path";
import pc from "picocolors";
import { connectorsBelow, storeLocation } from "../cli/context";
import { print } from "../common/print";
import { summaryTable } from "../store/runs/run-text";
import { showProgress, type Progress } from "../cli/progress";
import { handleSignals } from "../cli/signals";
import { tapctl } from "../common/command-text";
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

const HELP = `npm run demo: replicates with real Singer connectors, on this machine, with no cluster.

  npm run demo                  two pipelines from made-up exchange rates, served on localhost, to CSV files
  npm run demo -- --online      the same from the real API, https://api.frankfurter.dev
  npm run demo:postgres         a third pipeline, from a real PostgreSQL to JSON lines

Run it again to see the second run go on from the saved state.`;

async function main(): Promise<void> {
  const flags = new Set(process.argv.slice(2));
  const unknown = [...flags].find((flag) => !["--online", "--postgres", "--help"].includes(flag));
  if (unknown !== undefined)
    throw new UserError(`${unknown} is not known; there are --online, --postgres and --help`);
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
          { ...base, onEvent: (event) => tellAndShow(progress, store.localPath("runs"), event) },
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

/** Runs both pipelines; while the first one runs, the connectors of the second are installed. */
async function runRates(
  base: Omit<RunContext, "onEvent">,
  project: Project,
  online: boolean,
  progress: Progress,
): Promise<BatchResult> {
  print(
    online
      ? `${pc.bold("Real data")}: asking https://api.frankfurter.dev.`
      : `${pc.bold("Sample data")}: made-up exchange rates, served on localhost by this project; nothing is asked on the internet but Python packages.\n` +
          `The real API instead: npm run demo -- --online`,
  );
  const entries = RATES.map((name) => findReplication(project, name));
  let installing: Promise<void> | undefined;
  const onEvent = (event: RunEvent) => {
    tellAndShow(progress, base.store.localPath("runs"), event);
    if (event.event === "started") installing ??= install(base.prepare, entries.slice(1));
  };
  const result = await runBatch({ ...base, onEvent }, entries, {
    offline: !online,
    trigger: "demo",
  });
  await installing;
  return result;
}

/** Installs ahead of need; a failure shows when the pipeline itself asks for its connectors. */
async function install(prepare: PrepareConnector, entries: readonly Replication[]): Promise<void> {
  for (const { connector } of entries.flatMap(({ tap, target }) => [tap, target]))
    await prepare(connector, () => {}).catch(() => undefined);
}

/** Its database client is installed for the development of this project only, so the other demos must not load it. */
function loadShop(): typeof import("./shop") {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- TypeScript is loaded by hooks of require
  return require("./shop") as typeof import("./shop");
}

function tellAndShow(progress: Progress, runs: string | undefined, event: RunEvent): void {
  progress.tell(event);
  if (event.event === "ended" && runs !== undefined)
    showSample(event.summary, runs, (text) => progress.line(text));
}

function conclude(result: BatchResult, store: string): void {
  process.exitCode = batchCode(result);
  for (const { pipeline, error } of result.notBegun)
    process.stderr.write(`${pipeline}: ${error.message}\n`);
  const { summaries } = result;
  if (summaries.length === 0) return;
  print(`\n${summaryTable(summaries)}\n`);
  for (const { pipeline, run } of summaries)
    print(`${pipeline}: files in ${join(store, "runs", pipeline, run)}`);
  if (summaries.some(({ stateBefore }) => stateBefore !== null)) {
    print(
      `\nEach pipeline went on from its saved state. A bookmark is the last value that was loaded, and a tap asks for it once more:\n` +
        `rows with the same value may have come since (a day is not over at its first row), so the last one is read again, never skipped.`,
    );
  } else {
    print(`\nRun it again: the next run goes on from the state that was saved.`);
  }
  const [first] = summaries;
  if (first)
    print(
      `Look around: ${[`runs ${first.pipeline}`, `state show ${first.pipeline}`, `logs ${first.pipeline}`].map(tapctl).join(" · ")}`,
    );
}

main().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
});
