import type { Command } from "commander";
import { findEntry } from "../local/project";
import { listRuns } from "../store/runs";
import { contextOf } from "./context";
import { describeState, formatBytes, print, printJson, table } from "./print";

/** `tapctl runs`: a pipeline's runs, newest first. */
export function addRuns(program: Command): void {
  program
    .command("runs <name>")
    .description("list the runs of a pipeline, newest first")
    .option("--limit <n>", "how many", "20")
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExample:\n  $ npx tapctl runs exchange-rates --limit 5")
    .action(async (name: string, options: { readonly limit: string; readonly json?: boolean }, command: Command) => {
      const context = contextOf(command);
      findEntry(context.project, name);
      const runs = await listRuns(await context.openStore(), name, Number(options.limit));
      if (options.json) return printJson(runs);
      if (runs.length === 0) return print(`"${name}" has not run yet; run it: npx tapctl run ${name}`);
      const rows = runs.map((run) => [run.run, run.status, run.records, formatBytes(run.bytes), (run.seconds ?? 0).toFixed(1), describeState(run.stateAfter), run.error ?? ""]);
      print(table(["RUN", "RESULT", "RECORDS", "BYTES", "SECONDS", "STATE AFTER", "ERROR"], rows));
    });
}
