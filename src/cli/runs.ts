import type { Command } from "commander";
import { listRuns } from "../store/runs/runs";
import { listUndelivered, undeliveredText } from "../store/runs/undelivered";
import { printNote } from "./log-lines";
import { contextOf, type CliContext } from "./context";
import { positive } from "./flags";
import { entryIfAny } from "./pipeline";
import { formatBytes, print, printJson, table } from "../common/print";
import {
  describeStateAfter,
  leftOutColumn,
  recordsCell,
  recordsCellText,
  schemaColumn,
} from "../store/runs/run-text";
import { resultText } from "../status/status-table";

interface RunsFlags {
  readonly limit: string;
  readonly json?: boolean;
}

/** `tapctl runs`: a pipeline's runs, newest first. */
export function addRuns(program: Command): void {
  program
    .command("runs <name>")
    .description("list the runs of a pipeline, newest first")
    .option("--limit <n>", "number of runs to list", "20")
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExample:\n  $ npx tapctl runs exchange-rates --limit 5")
    .action(async (name: string, flags: RunsFlags, command: Command) => {
      const context = contextOf(command, "named");
      const limit = positive("--limit", flags.limit);
      await entryIfAny(context, name);
      if (context.surroundings.on === "cluster") return clusterRuns(context, name, limit, flags);
      const runs = await listRuns(await context.openStore(), name, limit);
      if (flags.json) return printJson(runs);
      if (runs.length === 0)
        return print(
          `"${name}" has not run yet. Run it with: ${context.commands.tapctl(`run ${name}`)}`,
        );
      const leftOut = leftOutColumn(runs);
      const schemas = schemaColumn(runs);
      const rows = runs.map((run) => [
        run.run,
        run.status,
        recordsCell(run),
        formatBytes(run.bytes),
        (run.seconds ?? 0).toFixed(1),
        describeStateAfter(run),
        ...leftOut.cell(run),
        ...schemas.cell(run),
        run.error ?? "",
      ]);
      print(
        table(
          [
            "RUN",
            "RESULT",
            "RECORDS",
            "BYTES",
            "SECONDS",
            "STATE AFTER",
            ...leftOut.header,
            ...schemas.header,
            "ERROR",
          ],
          rows,
        ),
      );
    });
}

async function clusterRuns(
  context: CliContext,
  name: string,
  limit: number,
  flags: RunsFlags,
): Promise<void> {
  const { listClusterRuns } = await import("../cluster/runs.js");
  const store = await context.openStore();
  const runs = await listClusterRuns(await context.connect(), store, name, limit);
  if (flags.json) return printJson(runs);
  if (runs.length === 0)
    return print(
      `"${name}" has not run yet. Run it with: ${context.commands.tapctl(`run ${name}`)}`,
    );
  const undelivered = (await listUndelivered(store, name)).get(name);
  const leftOut = leftOutColumn(runs.map(({ summary }) => summary ?? {}));
  const schemas = schemaColumn(runs.map(({ summary }) => summary ?? {}));
  const rows = runs.map(({ run, trigger, status, stuck, summary, seconds, workflow, error }) => [
    run,
    trigger,
    resultText({ status, stuck }),
    summary === null ? "-" : recordsCellText(summary),
    summary === null ? "-" : formatBytes(summary.bytes),
    seconds === null ? "-" : seconds.toFixed(0),
    summary === null ? "-" : describeStateAfter(summary),
    workflow ?? "gone",
    ...leftOut.cell(summary ?? {}),
    ...schemas.cell(summary ?? {}),
    error ?? "",
  ]);
  print(
    table(
      [
        "RUN",
        "STARTED BY",
        "RESULT",
        "RECORDS",
        "BYTES",
        "SECONDS",
        "STATE AFTER",
        "WORKFLOW",
        ...leftOut.header,
        ...schemas.header,
        "ERROR",
      ],
      rows,
    ),
  );
  if (undelivered) printNote(undeliveredText(undelivered));
}
