import type { Command } from "commander";
import { stackCommand } from "../common/command-text";
import { contextOf } from "./context";
import { load } from "./load";
import { entryIfAny } from "./pipeline";
import { print, printJson } from "../common/print";

/** `tapctl suspend` and `tapctl resume`: switch a schedule on the cluster off and on. */
export function addSuspend(program: Command): void {
  addSwitch(
    program,
    "suspend",
    true,
    "switch a pipeline's schedule on the cluster off; a run under way goes on, runs by hand still work",
  );
  addSwitch(program, "resume", false, "switch a pipeline's schedule on the cluster on again");
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
      const { suspendSchedule } = load("../cluster/control") as typeof import("../cluster/control");
      const changed = await suspendSchedule(await context.connect(), name, suspend);
      const kept = entry !== undefined && (entry.suspend ?? false) === suspend;
      if (flags.json) return printJson({ pipeline: name, suspended: suspend, changed, kept });
      print(`${name}: the schedule is ${changed ? "now" : "already"} ${suspend ? "off" : "on"}`);
      if (entry === undefined)
        return print(
          `It is not in the array of this checkout: the next \`${stackCommand("up")}\` from here deletes it.`,
        );
      if (!kept)
        print(
          `The array says otherwise and is the truth: the next \`${stackCommand("up")}\` switches it ${suspend ? "on" : "off"} again, unless the entry has suspend: ${suspend}.`,
        );
    });
}
