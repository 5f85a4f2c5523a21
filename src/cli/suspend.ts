import type { Command } from "commander";
import { contextOf } from "./context";
import { entryIfAny } from "./pipeline";
import { print, printJson } from "../common/print";

/** `tapctl suspend` and `tapctl resume`: turn a schedule on the cluster off and on. */
export function addSuspend(program: Command): void {
  addSwitch(
    program,
    "suspend",
    true,
    "turn a pipeline's schedule on the cluster off; a current run continues, manual runs still work",
  );
  addSwitch(program, "resume", false, "turn a pipeline's schedule on the cluster back on");
}

function addSwitch(program: Command, verb: string, suspend: boolean, description: string): void {
  program
    .command(`${verb} <name>`)
    .description(description)
    .option("--json", "print as JSON: {pipeline, suspended, changed, kept}")
    .addHelpText("after", `\nExample:\n  $ npx tapctl ${verb} exchange-rates --on cluster`)
    .action(async (name: string, flags: { readonly json?: boolean }, command: Command) => {
      const context = contextOf(command, "named");
      const entry = await entryIfAny(context, name);
      const { suspendSchedule } = await import("../cluster/control.js");
      const changed = await suspendSchedule(await context.connect(), name, suspend);
      const kept = entry !== undefined && (entry.suspend ?? false) === suspend;
      if (flags.json) return printJson({ pipeline: name, suspended: suspend, changed, kept });
      print(`${name}: the schedule is ${changed ? "now" : "already"} ${suspend ? "off" : "on"}`);
      if (entry === undefined)
        return print(
          `The pipeline is not in the array of this checkout: the next \`${context.commands.onStack("up")}\` from here deletes it.`,
        );
      if (!kept)
        print(
          `The array says otherwise: the next \`${context.commands.onStack("up")}\` turns the schedule ${suspend ? "on" : "off"} again unless its entry has suspend: ${suspend}.`,
        );
    });
}
