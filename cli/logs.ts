import type { Command } from "commander";
import { UserError } from "../errors";
import { findReplication } from "../local/project";
import { readLogs } from "../store/logs";
import { contextOf } from "./context";
import { print, printJson } from "./print";

/** `tapctl logs`: what the connectors of a run said. */
export function addLogs(program: Command): void {
  program
    .command("logs <name> [run]")
    .description("print the logs of a run, the newest by default: tap and target in the order of time")
    .option("--tap", "the tap's alone")
    .option("--target", "the target's alone")
    .option("--json", "print as JSON: a list of {time, source, text}")
    .addHelpText("after", "\nExample:\n  $ npx tapctl logs exchange-rates --target")
    .action(async (name: string, run: string | undefined, options: { readonly tap?: boolean; readonly target?: boolean; readonly json?: boolean }, command: Command) => {
      if (options.tap && options.target) throw new UserError("--tap and --target exclude each other; leave both out for both logs");
      const context = contextOf(command);
      findReplication(context.project, name);
      const sources = options.tap ? (["tap"] as const) : options.target ? (["target"] as const) : (["tap", "target"] as const);
      const lines = await readLogs(await context.openStore(), name, run, sources);
      if (options.json) return printJson(lines);
      for (const { time, source, text } of lines) print(`${time} ${source.padEnd(6)} | ${text}`);
    });
}
