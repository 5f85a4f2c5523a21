import type { Command } from "commander";
import { UserError } from "../common/errors";
import { exportContracts } from "../run/export-contracts";
import { isRunId } from "../store/keys";
import type { ObjectStore } from "../store/object-store";
import { nextRunId } from "../store/runs/run-ids";
import { compareSchemas } from "../store/schemas/compare-schemas";
import {
  acceptSchemas,
  currentSchemas,
  newerSchemas,
  schemasOfRun,
  type SavedSchemas,
  type StreamSchema,
} from "../store/schemas/schemas";
import { print, printJson, table } from "../common/print";
import { contextOf, type CliContext } from "./context";
import { withGuard } from "./guard";
import { printNote } from "./log-lines";
import { requireReplication, runNamed } from "./pipeline";

interface SchemaFlags {
  readonly stream?: string;
  readonly diff?: string;
  readonly export?: string;
  readonly force?: boolean;
  readonly accept?: boolean;
  readonly wait: string;
  readonly json?: boolean;
}

/** `tapctl schema`: shows, compares, exports and accepts the schemas of a pipeline's streams. */
export function addSchema(program: Command): void {
  program
    .command("schema <name>")
    .summary("show and accept the schemas of a pipeline's streams")
    .description(
      "show the columns, types and keys that the streams of a pipeline had in its last successful run, compare them with another run, or export them as contracts",
    )
    .option("--stream <stream>", "limit the command to this stream")
    .option("--diff <run>", "show what changed between this run and the last successful one")
    .option(
      "--export <path>",
      "write a contract per stream to a folder, or of one stream to a file",
    )
    .option("--force", "with --export: replace existing files")
    .option("--accept", "accept the changed schemas of the newest failed run")
    .option(
      "--wait <duration>",
      "with --accept on a cluster: longest wait for the current run to end, e.g. 90s or 10m",
      "10m",
    )
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ npx tapctl schema orders\n  $ npx tapctl schema orders --diff 20261123T081502Z-4f2a9c\n  $ npx tapctl schema orders --export contracts\n  $ npx tapctl schema orders --accept",
    )
    .action(async (name: string, flags: SchemaFlags, command: Command) => {
      const given = (["diff", "export", "accept"] as const).filter((flag) => flags[flag]);
      if (given.length > 1)
        throw new UserError(`--${given[0]} cannot be combined with --${given[1]}.`, {
          fix: "Use only one of them.",
        });
      const context = contextOf(command, "named");
      // An entry whose contract does not exist yet is invalid, and this command writes the contract.
      if (!context.project.invalid?.has(name)) await requireReplication(context, name);
      const store = await context.openStore();
      if (flags.accept) return accept(context, store, name, flags);
      const current = await requireSchemas(store, name);
      if (flags.diff !== undefined)
        return showDifferences(await orderedPair(context, store, name, current, flags.diff), flags);
      const chosen = { ...current, streams: chosenStreams(current, name, flags.stream) };
      if (flags.export !== undefined) return exportTo(context, chosen, flags.export, flags);
      return show(chosen, flags);
    });
}

async function requireSchemas(store: ObjectStore, name: string): Promise<SavedSchemas> {
  const current = await currentSchemas(store, name);
  if (current !== undefined) return current;
  throw new UserError(`No schemas of "${name}" are saved: it has not run successfully yet.`, {
    fix: ({ tapctl }) => `Run it with: ${tapctl(`run ${name}`)}`,
  });
}

function chosenStreams(
  { streams }: SavedSchemas,
  name: string,
  wanted: string | undefined,
): readonly StreamSchema[] {
  const found = streams.filter(({ stream }) => wanted === undefined || stream === wanted);
  if (found.length > 0) return found;
  throw new UserError(`"${name}" has no stream "${wanted}".`, {
    fix: `Choose one of its streams: ${streams.map(({ stream }) => stream).join(", ")}`,
  });
}

function show(schemas: SavedSchemas, { json }: SchemaFlags): void {
  if (json) return printJson(schemas);
  const rows = schemas.streams.flatMap(({ stream, key, columns, count }) => {
    const paths = Object.keys(columns);
    if (paths.length === 0) return [[stream, `${count} columns`, "", ""]];
    return paths.map((path, index) => [
      index === 0 ? stream : "",
      path,
      columns[path] ?? "",
      key.includes(path) ? "key" : "",
    ]);
  });
  print(table(["STREAM", "COLUMN", "TYPE", "KEY"], rows));
  printNote(`saved ${schemas.time} by run ${schemas.run}`);
}

/** Older and newer schemas. */
type Pair = readonly [SavedSchemas, SavedSchemas];

async function orderedPair(
  context: CliContext,
  store: ObjectStore,
  name: string,
  current: SavedSchemas,
  wanted: string,
): Promise<Pair> {
  const run = await runNamed(context, name, wanted);
  const other = isRunId(run) ? await schemasOfRun(store, name, run) : undefined;
  if (other === undefined)
    throw new UserError(`Run ${wanted} of "${name}" saved no schemas.`, {
      fix: ({ tapctl }) => `List the runs with: ${tapctl(`runs ${name}`)}`,
    });
  return run < (current.run ?? "") ? [other, current] : [current, other];
}

function showDifferences([before, after]: Pair, { json, stream }: SchemaFlags): void {
  const found = compareSchemas(before, after).filter(
    (each) => stream === undefined || each.stream === stream,
  );
  if (json) return printJson({ from: before.run, to: after.run, changes: found });
  print(
    found.length === 0
      ? `no changes from run ${before.run} to run ${after.run}`
      : table(
          ["STREAM", "CHANGE"],
          found.map((each) => [each.stream, each.text]),
        ),
  );
  if (found.length > 0) printNote(`from run ${before.run} to run ${after.run}`);
}

function exportTo(
  { commands }: CliContext,
  { streams }: SavedSchemas,
  path: string,
  { force, json }: SchemaFlags,
): void {
  const written = exportContracts(streams, path, force === true);
  if (json) return printJson(written);
  print(written.map(({ stream, file }) => `${stream}: ${file}`).join("\n"));
  const [first] = written;
  if (first !== undefined)
    printNote(
      `Enforce one with: streams: { "${first.stream}": { contract: "${first.file}" } }; check the array with: ${commands.tapctl("validate")}`,
    );
}

async function accept(
  context: CliContext,
  store: ObjectStore,
  name: string,
  { wait, json }: SchemaFlags,
): Promise<void> {
  const accepted = await withGuard(context, store, wait, async ({ guard }) => {
    const held = await guard(name, await nextRunId(store, name));
    try {
      const newer = await newerSchemas(store, name);
      if (newer === undefined || newer.run === null) return undefined;
      const before = await currentSchemas(store, name);
      await held.verify();
      await acceptSchemas(store, name, newer.run);
      return { run: newer.run, changes: before ? compareSchemas(before, newer) : [] };
    } finally {
      await held.release();
    }
  });
  if (json) return printJson(accepted ?? null);
  if (accepted === undefined)
    return print(`${name}: nothing to accept: no run since the last successful one saved schemas`);
  const texts = accepted.changes.map(({ stream, text }) => `\n  ${stream}: ${text}`);
  print(`${name}: accepted the schemas of run ${accepted.run}${texts.join("")}`);
}
