import { hostname } from "node:os";
import type { Command } from "commander";
import type { Cancelled } from "../cluster/control";
import { UserError } from "../common/errors";
import { bootId } from "../common/processes";
import { currentHolder } from "../store/lease/lease";
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
            : await cancelHere(context, name, run);
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

async function cancelHere(
  context: CliContext,
  name: string,
  run: string | undefined,
): Promise<Cancelled> {
  const holder = await currentHolder(await context.openStore(), name);
  if (holder === undefined || (run !== undefined && holder.run !== run))
    throw new UserError(`"${name}" has no run ${run === undefined ? "" : `${run} `}in progress.`, {
      fix: ({ tapctl }) => `List its runs with: ${tapctl(`runs ${name}`)}`,
    });
  if (holder.host !== hostname() || holder.boot !== bootId())
    throw new UserError(
      `Run ${holder.run} of "${name}" is running on another machine: host ${holder.host}, process ${holder.pid}.`,
      { fix: "Cancel it there." },
    );
  process.kill(holder.pid, "SIGINT");
  return { workflow: holder.run, how: "stopping" };
}
