import type { Command } from "commander";
import { formatJson, type JsonText } from "../common/json";
import {
  parseState,
  requireStream,
  resetState,
  rollBackState,
  setState,
} from "../run/state-changes";
import { type StateChange, type StateTarget } from "../run/change-state";
import type { Replication } from "../model/replication";
import { bookmarkOf, diffStates, onlyBookmark, streamsOf } from "../store/state/bookmarks";
import type { ObjectStore } from "../store/object-store";
import { readSummary } from "../store/runs/runs";
import { readState, type StateEnvelope } from "../store/state/state";
import { history } from "../store/state/state-history";
import { contextOf } from "./context";
import { withGuard } from "./guard";
import { printNote } from "./log-lines";
import { readText } from "./input";
import { requireReplication } from "./pipeline";
import { print, printJson, table } from "../common/print";
import { describeState } from "../store/runs/run-text";

interface StateFlags {
  readonly json?: boolean;
  readonly stream?: string;
  readonly wait?: string;
}

/** `tapctl state`: shows and changes a pipeline's saved state. */
export function addState(program: Command): void {
  const state = program
    .command("state")
    .summary("show and change the saved state of a pipeline")
    .description("show and change the saved state of a pipeline; the previous state is kept")
    .addHelpText("after", "\nExample:\n  $ npx tapctl state show exchange-rates");
  addShow(state);
  addSet(state);
  addReset(state);
  addHistory(state);
  addRollback(state);
}

function addShow(state: Command): void {
  verb(state, "show <name>", "print the saved state", "state show exchange-rates --json").action(
    async (name: string, flags: StateFlags, command: Command) => {
      const { context, entry, store } = await open(name, command);
      const saved = await readState(store, name, entry.formerName);
      if (saved && flags.stream !== undefined)
        requireStream(saved.envelope.state, flags.stream, `the state of "${name}"`);
      if (flags.json)
        return printJson(
          saved === undefined
            ? null
            : flags.stream === undefined
              ? saved.envelope
              : bookmarkOf(saved.envelope.state, flags.stream),
        );
      if (!saved) return print(`"${name}" has no saved state: its next run replicates everything`);
      const { envelope, from } = saved;
      print(
        formatJson(
          (flags.stream === undefined ? undefined : bookmarkOf(envelope.state, flags.stream)) ??
            envelope.state,
        ),
      );
      printNote(
        `saved ${envelope.time} by run ${envelope.run} of ${envelope.tap} to ${envelope.target}${from === name ? "" : `, under the former name "${from}"`}`,
      );
      const kept = await keptStreams(store, envelope);
      if (kept.length > 0)
        printNote(
          `not replicated by that run, bookmarks kept: ${kept.join(", ")}; remove one with: ${context.commands.tapctl(`state reset ${name} --stream ${kept[0]}`)}`,
        );
    },
  );
}

/**
 * Streams whose bookmarks were only carried over by the run that saved a state; empty if it left no
 * summary.
 */
async function keptStreams(
  store: ObjectStore,
  { pipeline, run, state }: StateEnvelope,
): Promise<readonly string[]> {
  const { unselected = [] } =
    (await readSummary(store, pipeline, run).catch(() => undefined)) ?? {};
  const streams = streamsOf(state);
  return unselected.filter((stream) => streams.includes(stream));
}

function addSet(state: Command): void {
  change(
    state,
    "set <name> <file>",
    "replace the saved state with that in a file (- for standard input)",
    "state set exchange-rates state.json",
  ).action(async (name: string, file: string, flags: StateFlags, command: Command) => {
    const fresh = parseState(file, readText(file));
    await guarded(name, flags, command, (target, entry) =>
      setState(target, entry, fresh, flags.stream),
    );
  });
}

function addReset(state: Command): void {
  change(
    state,
    "reset <name>",
    "delete the state, so that the next run replicates everything",
    "state reset exchange-rates --stream orders",
  ).action(async (name: string, flags: StateFlags, command: Command) => {
    await guarded(name, flags, command, (target, entry) => resetState(target, entry, flags.stream));
  });
}

function addHistory(state: Command): void {
  verb(
    state,
    "history <name>",
    "list the saved states, newest first",
    "state history exchange-rates",
  ).action(async (name: string, flags: StateFlags, command: Command) => {
    const { store } = await open(name, command);
    const entries = await history(store, name);
    if (flags.json) return printJson(entries);
    if (entries.length === 0) return print(`"${name}" has no saved states`);
    const text = (saved: JsonText) =>
      describeState(flags.stream === undefined ? saved : onlyBookmark(saved, flags.stream));
    const rows = entries.map((entry) =>
      "envelope" in entry
        ? [entry.run, entry.envelope.time, text(entry.envelope.state)]
        : [entry.run, "-", entry.problem],
    );
    print(table(["RUN", "SAVED", "STATE"], rows));
  });
}

function addRollback(state: Command): void {
  change(
    state,
    "rollback <name> [run]",
    "restore the previous state, or the state that a run saved",
    "state rollback exchange-rates",
  ).action(async (name: string, run: string | undefined, flags: StateFlags, command: Command) => {
    await guarded(name, flags, command, (target, entry) =>
      rollBackState(target, entry, run, flags.stream),
    );
  });
}

function verb(state: Command, usage: string, description: string, example: string): Command {
  return state
    .command(usage)
    .description(description)
    .option("--stream <stream>", "limit the command to the bookmark of this stream")
    .option("--json", "print as JSON")
    .addHelpText("after", `\nExample:\n  $ npx tapctl ${example}`);
}

function change(state: Command, usage: string, description: string, example: string): Command {
  return verb(state, usage, description, example).option(
    "--wait <duration>",
    "on a cluster: longest wait for the current run to end, e.g. 90s or 10m",
    "10m",
  );
}

async function open(name: string, command: Command) {
  const context = contextOf(command, "named");
  return {
    context,
    entry: await requireReplication(context, name),
    store: await context.openStore(),
  };
}

/**
 * Changes a state while no run is in progress: under the lease of a local store, or Argo's lock on
 * a cluster.
 */
async function guarded(
  name: string,
  flags: StateFlags,
  command: Command,
  apply: (target: StateTarget, entry: Replication) => Promise<StateChange>,
): Promise<void> {
  const { context, entry, store } = await open(name, command);
  const made = await withGuard(context, store, flags.wait ?? "10m", (target) =>
    apply(target, entry),
  );
  printChange(made, flags);
}

function printChange(change: StateChange, flags: StateFlags): void {
  if (flags.json) return printJson(change);
  print(`${change.pipeline}: ${describeState(change.before)} -> ${describeState(change.after)}`);
  const lines = diffStates(change.before, change.after);
  // A single top-level value is fully described by the line above.
  if (lines.length > 1 || lines.some((line) => line.split(":")[0]?.includes(".")))
    print(lines.map((line) => `  ${line}`).join("\n"));
}
