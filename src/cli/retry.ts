import type { Command } from "commander";
import { tapctl } from "../common/command-text";
import { contextOf } from "./context";
import { load } from "./load";
import { tell } from "./log-lines";
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
    .description(
      "on the cluster: load the extract that a run stored again, without asking the source, save its state and run the follow-ups; the newest run with an extract by default",
    )
    .option("--data-only", "load the data, save no state and run no follow-ups")
    .option("-f, --follow", "print the logs as they come, and end with the run's exit code")
    .option("--json", "print as JSON: {pipeline, run, workflow, extract}")
    .addHelpText("after", "\nExample:\n  $ npx tapctl retry exchange-rates --on cluster --follow")
    .action(
      async (name: string, wanted: string | undefined, flags: RetryFlags, command: Command) => {
        const context = contextOf(command, "named");
        await requireReplication(context, name);
        const { extractOf } = load("../cluster/retry") as typeof import("../cluster/retry");
        const { submit } = load("../cluster/submit") as typeof import("../cluster/submit");
        const { runIdOf } = load("../cluster/run-id") as typeof import("../cluster/run-id");
        const { tellEnd } = load("./run-on-cluster") as typeof import("./run-on-cluster");
        const connection = await context.connect();
        const extract = await extractOf(
          await context.openStore(),
          name,
          wanted === undefined ? undefined : await runNamed(context, name, wanted),
          flags.dataOnly !== true,
        );
        const { metadata } = await submit(connection, name, {
          trigger: "retry",
          entrypoint: flags.dataOnly ? "load-only" : "retry",
          parameters: {
            extractKey: extract.key,
            extractOutcome: extract.outcome,
            ...(extract.catalog !== undefined && { catalogKey: extract.catalog }),
          },
        });
        const run = runIdOf(metadata);
        if (!flags.json)
          print(
            `${name}: run ${run} (Workflow ${metadata.name}) loads ${formatBytes(extract.bytes)} of run ${extract.run}`,
          );
        if (!flags.follow)
          return flags.json
            ? printJson({ pipeline: name, run, workflow: metadata.name, extract })
            : tell(`follow it: ${tapctl(`logs ${name} -f`)}`);
        const ended = await watchRun(connection, {
          pipeline: name,
          workflow: metadata.name,
          wants: () => true,
        });
        if (ended !== undefined)
          await tellEnd(context, { pipeline: name, run }, ended, flags.json === true);
      },
    );
}
