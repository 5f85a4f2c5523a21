import { hostname } from "node:os";
import type { Command } from "commander";
import type { Cancelled } from "../cluster/control";
import { tapctl } from "../common/command-text";
import { UserError } from "../common/errors";
import { bootId } from "../common/processes";
import { currentHolder } from "../store/lease/lease";
import { contextOf, type CliContext } from "./context";
import { load } from "./load";
import { entryIfAny } from "./pipeline";
import { print, printJson } from "../common/print";

/** `tapctl cancel`: stops the run of a pipeline that is under way. */
export function addCancel(program: Command): void {
  program
    .command("cancel <name> [run]")
    .description(
      "stop the run that is under way, or the one named: on the cluster its pods are ended and who wants to know is told; on this machine what was extracted is loaded and saved",
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
            ? `${name}: ${workflow} had not begun, and is taken away`
            : `${name}: ${workflow} is stopping; the saved state stays as it is unless the run gets to saving it`,
        );
      },
    );
}

async function cancelOnCluster(
  context: CliContext,
  name: string,
  run: string | undefined,
): Promise<Cancelled> {
  const { cancelRun } = load("../cluster/control") as typeof import("../cluster/control");
  return cancelRun(await context.connect(), name, run);
}

async function cancelHere(
  context: CliContext,
  name: string,
  run: string | undefined,
): Promise<Cancelled> {
  const holder = await currentHolder(await context.openStore(), name);
  if (holder === undefined || (run !== undefined && holder.run !== run))
    throw new UserError(
      `"${name}" has no run ${run ?? ""}${run === undefined ? "" : " "}under way; its last ones: ${tapctl(`runs ${name}`)}`,
    );
  if (holder.host !== hostname() || holder.boot !== bootId())
    throw new UserError(
      `run ${holder.run} of "${name}" is under way on host ${holder.host}, process ${holder.pid}: stop it there`,
    );
  process.kill(holder.pid, "SIGINT");
  return { workflow: holder.run, how: "stopping" };
}
