import type { Command } from "commander";
import { contextOf } from "./context";
import { printNote } from "./log-lines";
import { requireReplication, runNamed } from "./pipeline";
import { formatBytes, print, printJson } from "../common/print";
import { watchRun } from "./watch-run";

interface RetryFlags {
  readonly dataOnly?: boolean;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** `tapctl retry`: loads a stored extract again. */
export function addRetry(program: Command): void {
  program
    .command("retry <name> [run]")
    .summary("load the stored extract of a run again")
    .description(
      "load the extract of a run again on the cluster without reading the source, save its state and run the follow-ups (default: the newest run with an extract)",
    )
    .option("--data-only", "load the data without saving state or running follow-ups")
    .option("-f, --follow", "stream the logs and exit with the run's exit code")
    .option("--json", "print as JSON: {pipeline, run, workflow, extract}")
    .addHelpText("after", "\nExample:\n  $ npx tapctl retry exchange-rates --on cluster --follow")
    .action(
      async (name: string, wanted: string | undefined, flags: RetryFlags, command: Command) => {
        const context = contextOf(command, "named");
        await requireReplication(context, name);
        const { retryRun } = await import("../cluster/retry.js");
        const { printOutcome } = await import("./run-on-cluster.js");
        const connection = await context.connect();
        const { run, workflow, extract } = await retryRun(
          connection,
          await context.openStore(),
          name,
          wanted === undefined ? undefined : await runNamed(context, name, wanted),
          flags.dataOnly === true,
        );
        if (!flags.json)
          print(
            `${name}: run ${run} (Workflow ${workflow}) loads ${formatBytes(extract.bytes)} from run ${extract.run}`,
          );
        if (!flags.follow)
          return flags.json
            ? printJson({ pipeline: name, run, workflow, extract })
            : printNote(`Follow it with: ${context.commands.tapctl(`logs ${name} -f`)}`);
        const ended = await watchRun(connection, context.commands, {
          pipeline: name,
          workflow,
          wants: () => true,
        });
        if (ended !== undefined)
          await printOutcome(context, { pipeline: name, run }, ended, flags.json === true);
      },
    );
}
