import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { UserError } from "../errors";
import { findReplication } from "../local/project";
import { parseState, resetState, rollBackState, setState, type StateChange } from "../local/state-changes";
import { readState } from "../store/state";
import { history } from "../store/state-history";
import { contextOf } from "./context";
import { describeState, print, printJson, table } from "./print";

interface JsonFlag {
  readonly json?: boolean;
}

/** `tapctl state`: looks at a pipeline's saved state and changes it. */
export function addState(program: Command): void {
  const state = program
    .command("state")
    .description("show and change the saved state of a pipeline; every change keeps the state before it")
    .addHelpText("after", "\nExample:\n  $ npx tapctl state show exchange-rates");
  addShow(state);
  addSet(state);
  addReset(state);
  addHistory(state);
  addRollback(state);
}

function addShow(state: Command): void {
  verb(state, "show <name>", "print the saved state", "state show exchange-rates --json").action(async (name: string, flags: JsonFlag, command: Command) => {
    const { entry, store } = await open(name, command);
    const saved = await readState(store, name, entry.formerName);
    if (flags.json) return printJson(saved?.envelope ?? null);
    if (!saved) return print(`"${name}" has no saved state: its next run begins anew`);
    const { envelope, from } = saved;
    print(JSON.stringify(envelope.state, null, 2));
    print(`saved ${envelope.time} by run ${envelope.run} of ${envelope.tap} to ${envelope.target}${from === name ? "" : `, under the former name "${from}"`}`);
  });
}

function addSet(state: Command): void {
  verb(state, "set <name> <file>", "save the state that a file holds (- for standard input)", "state set exchange-rates state.json").action(
    async (name: string, file: string, flags: JsonFlag, command: Command) => {
      const { entry, store } = await open(name, command);
      tell(await setState(store, entry, parseState(file, readText(file))), flags);
    },
  );
}

function addReset(state: Command): void {
  verb(state, "reset <name>", "forget the state: the next run begins anew", "state reset exchange-rates").action(async (name: string, flags: JsonFlag, command: Command) => {
    const { entry, store } = await open(name, command);
    tell(await resetState(store, entry), flags);
  });
}

function addHistory(state: Command): void {
  verb(state, "history <name>", "list the states that were saved, newest first", "state history exchange-rates").action(async (name: string, flags: JsonFlag, command: Command) => {
    const { store } = await open(name, command);
    const entries = await history(store, name);
    if (flags.json) return printJson(entries);
    if (entries.length === 0) return print(`"${name}" has never saved a state`);
    const rows = entries.map((entry) => ("envelope" in entry ? [entry.run, entry.envelope.time, describeState(entry.envelope.state)] : [entry.run, "-", entry.problem]));
    print(table(["RUN", "SAVED", "STATE"], rows));
  });
}

function addRollback(state: Command): void {
  verb(state, "rollback <name> [run]", "go back to the state before the present one, or to the one that a run saved", "state rollback exchange-rates").action(
    async (name: string, run: string | undefined, flags: JsonFlag, command: Command) => {
      const { entry, store } = await open(name, command);
      tell(await rollBackState(store, entry, run), flags);
    },
  );
}

function verb(state: Command, usage: string, description: string, example: string): Command {
  return state.command(usage).description(description).option("--json", "print as JSON").addHelpText("after", `\nExample:\n  $ npx tapctl ${example}`);
}

async function open(name: string, command: Command) {
  const context = contextOf(command);
  return { entry: findReplication(context.project, name), store: await context.openStore() };
}

function tell(change: StateChange, flags: JsonFlag): void {
  if (flags.json) return printJson(change);
  print(`${change.pipeline}: ${describeState(change.before)} -> ${describeState(change.after)}`);
}

function readText(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new UserError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
