import type { Command } from "commander";
import { tapctl } from "../common/command-text";
import { UserError } from "../common/errors";
import { formatJson, type JsonText } from "../common/json";
import {
  leaseGuard,
  parseState,
  requireStream,
  resetState,
  rollBackState,
  setState,
  type StateChange,
  type StateTarget,
} from "../run/state-changes";
import type { Replication } from "../model/replication";
import { durationSeconds } from "../model/units";
import { bookmarkOf, diffStates, onlyBookmark, streamsOf } from "../store/state/bookmarks";
import type { ObjectStore } from "../store/object-store";
import { readSummary } from "../store/runs/runs";
import { readState, type StateEnvelope } from "../store/state/state";
import { history } from "../store/state/state-history";
import { contextOf } from "./context";
import { load } from "./load";
import { tell } from "./log-lines";
import { readText } from "./input";
import { requireReplication } from "./pipeline";
import { print, printJson, table } from "../common/print";
import { describeState } from "../store/runs/run-text";

interface StateFlags {
  readonly json?: boolean;
  readonly stream?: string;
  readonly wait?: string;
}

/** `tapctl state`: looks at a pipeline's saved state and changes it. */
export function addState(program: Command): void {
  const state = program
    .command("state")
    .description(
      "show and change the saved state of a pipeline; every change keeps the state before it",
    )
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
      const { entry, store } = await open(name, command);
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
      if (!saved) return print(`"${name}" has no saved state: its next run begins anew`);
      const { envelope, from } = saved;
      print(
        formatJson(
          (flags.stream === undefined ? undefined : bookmarkOf(envelope.state, flags.stream)) ??
            envelope.state,
        ),
      );
      tell(
        `saved ${envelope.time} by run ${envelope.run} of ${envelope.tap} to ${envelope.target}${from === name ? "" : `, under the former name "${from}"`}`,
      );
      const kept = await keptStreams(store, envelope);
      if (kept.length > 0)
        tell(
          `not replicated by that run, bookmarks kept: ${kept.join(", ")}; remove one with: ${tapctl(`state reset ${name} --stream ${kept[0]}`)}`,
        );
    },
  );
}

/** The streams whose bookmarks the run that saved a state only kept; none where it left no summary. */
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
    "save the state that a file holds (- for standard input)",
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
    "forget the state: the next run begins anew",
    "state reset exchange-rates --stream orders",
  ).action(async (name: string, flags: StateFlags, command: Command) => {
    await guarded(name, flags, command, (target, entry) => resetState(target, entry, flags.stream));
  });
}

function addHistory(state: Command): void {
  verb(
    state,
    "history <name>",
    "list the states that were saved, newest first",
    "state history exchange-rates",
  ).action(async (name: string, flags: StateFlags, command: Command) => {
    const { store } = await open(name, command);
    const entries = await history(store, name);
    if (flags.json) return printJson(entries);
    if (entries.length === 0) return print(`"${name}" has never saved a state`);
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
    "go back to the state before the present one, or to the one that a run saved",
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
    .option("--stream <stream>", "this stream's bookmark alone")
    .option("--json", "print as JSON")
    .addHelpText("after", `\nExample:\n  $ npx tapctl ${example}`);
}

function change(state: Command, usage: string, description: string, example: string): Command {
  return verb(state, usage, description, example).option(
    "--wait <duration>",
    "on a cluster: longest wait for the run that is under way, such as 90s or 10m",
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

/** Changes a state while no run is under way: under the lease of a local store, under Argo's lock on a cluster. */
async function guarded(
  name: string,
  flags: StateFlags,
  command: Command,
  apply: (target: StateTarget, entry: Replication) => Promise<StateChange>,
): Promise<void> {
  const waitSeconds = durationSeconds(flags.wait ?? "10m");
  if (waitSeconds === undefined)
    throw new UserError(`--wait ${flags.wait}: a duration such as 90s or 10m`);
  const { context, entry, store } = await open(name, command);
  if (context.surroundings.on === "local")
    return tellChange(await apply({ store, guard: leaseGuard(store) }, entry), flags);
  const { holdGuard } = load("../cluster/hold") as typeof import("../cluster/hold");
  const given = new AbortController();
  const giveUp = () => given.abort();
  process.on("SIGINT", giveUp).on("SIGTERM", giveUp);
  try {
    const guard = holdGuard(await context.connect(), {
      waitSeconds,
      signal: given.signal,
      onWait: (what) => tell(`${what}; Ctrl-C gives up`),
    });
    tellChange(await apply({ store, guard }, entry), flags);
  } finally {
    process.off("SIGINT", giveUp).off("SIGTERM", giveUp);
  }
}

function tellChange(change: StateChange, flags: StateFlags): void {
  if (flags.json) return printJson(change);
  print(`${change.pipeline}: ${describeState(change.before)} -> ${describeState(change.after)}`);
  const lines = diffStates(change.before, change.after);
  // One value at the top is all that the line above says already.
  if (lines.length > 1 || lines.some((line) => line.split(":")[0]?.includes(".")))
    print(lines.map((line) => `  ${line}`).join("\n"));
}
