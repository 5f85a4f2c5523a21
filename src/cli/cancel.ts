import type { Command } from "commander";
import type { Cancelled } from "../cluster/control";
import { cancelLocalRun } from "../run/cancel-run";
import { contextOf, type CliContext } from "./context";
import { entryIfAny } from "./pipeline";
import { print, printJson } from "../common/print";

/** `tapctl cancel`: stops a pipeline's run. */
export function addCancel(program: Command): void {
  program
    .command("cancel <name> [run]")
    .summary("stop a pipeline's run")
    .description(
      "stop the current run of a pipeline, or the given one. On the cluster, its pods are terminated and notifications are sent; locally, records extracted so far are loaded and the state is saved",
    )
    .option("--json", "print as JSON: {pipeline, run, how}")
    .addHelpText("after", "\nExample:\n  $ npx tapctl cancel exchange-rates --on cluster")
    .action(
      async (
        name: string,
        run: string | undefined,
        flags: { readonly json?: boolean },
        command: Command,
      ) => {
        const context = contextOf(command, "named");
        await entryIfAny(context, name);
        const { workflow, how } =
          context.surroundings.on === "cluster"
            ? await cancelOnCluster(context, name, run)
            : await cancelLocalRun(await context.openStore(), name, run);
        if (flags.json) return printJson({ pipeline: name, run: workflow, how });
        print(
          how === "removed"
            ? `${name}: ${workflow} had not started and was deleted`
            : `${name}: ${workflow} is stopping; the saved state is unchanged unless the run still saves it`,
        );
      },
    );
}

async function cancelOnCluster(
  context: CliContext,
  name: string,
  run: string | undefined,
): Promise<Cancelled> {
  const { cancelRun } = await import("../cluster/control.js");
  return cancelRun(await context.connect(), name, run);
}
