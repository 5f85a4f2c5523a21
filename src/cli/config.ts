import { resolve } from "node:path";
import { Argument, type Command } from "commander";
import type { Commands } from "../common/commands";
import { joinErrors, UserError } from "../common/errors";
import { getConfigs, putConfigs, removeConfig } from "../run/config-changes";
import { checkedConfig } from "../run/config-files";
import type { Replication } from "../model/replication";
import { CONFIG_PARTS, listConfigs, type ConfigPart } from "../store/configs";
import type { ObjectStore } from "../store/object-store";
import { contextOf } from "./context";
import { readText } from "./input";
import { requireReplication } from "./pipeline";
import { formatBytes, print, printJson, table } from "../common/print";
import {
  readsStore,
  requireFromStore,
  notFromStore,
  missingOf,
  printMissing,
  inWords,
  notesOn,
} from "./config-notes";

interface JsonFlag {
  readonly json?: boolean;
}

type PutFlags = JsonFlag & { readonly [Part in ConfigPart]?: string };

interface GetFlags extends JsonFlag {
  readonly out: string;
  readonly force?: boolean;
}

const PARTS = Object.keys(CONFIG_PARTS) as readonly ConfigPart[];

/**
 * `tapctl config`: settings, catalog and initial state that are stored in the object store instead
 * of the array.
 */
export function addConfig(program: Command): void {
  const config = program
    .command("config")
    .summary("manage settings that are kept in the object store")
    .description(
      'manage the settings, catalog and initial state of a pipeline with configFrom: "store"',
    )
    .addHelpText(
      "after",
      "\nExample:\n  $ npx tapctl config put shop-copy --tap tap.json --target target.json",
    );
  addShow(config);
  addPut(config);
  addGet(config);
  addRemove(config);
}

function addShow(config: Command): void {
  verb(
    config,
    "show <name>",
    "list the stored files without showing their content",
    "config show shop-copy",
    "{pipeline, read, files, missing}",
  ).action(async (name: string, flags: JsonFlag, command: Command) => {
    const { commands, entry, store } = await open(name, command);
    const files = await listConfigs(store, name);
    const missing = missingOf(entry, files);
    if (flags.json) return printJson({ pipeline: name, read: readsStore(entry), files, missing });
    if (files.length > 0)
      print(
        table(
          ["FILE", "CONTENT", "BYTES", "WRITTEN"],
          files.map(({ file, meaning, bytes, modified }) => [
            file,
            meaning ?? "not read by any run",
            formatBytes(bytes),
            modified,
          ]),
        ),
      );
    else if (readsStore(entry)) print(`"${name}" has no files in the store`);
    if (!readsStore(entry)) {
      const { cause, fix } = notFromStore(name);
      print(`${files.length > 0 ? "The stored files are not used: " : ""}${cause}\n${fix}`);
    }
    printMissing(commands, name, missing);
  });
}

function addPut(config: Command): void {
  verb(
    config,
    "put <name>",
    "validate files and store them (- for standard input)",
    "config put shop-copy --catalog catalog.json",
    "{pipeline, files, missing, notes}",
  )
    .option("--tap <file>", "tap settings, including secret values")
    .option("--target <file>", "target settings, including secret values")
    .option("--catalog <file>", "catalog for the tap")
    .option("--state <file>", "initial state, used until a run saves one")
    .action(async (name: string, flags: PutFlags, command: Command) => {
      const texts = checkedTexts(flags);
      const { commands, entry, store } = await open(name, command, requireFromStore);
      const files = await putConfigs(store, name, texts);
      const missing = missingOf(entry, await listConfigs(store, name));
      const notes = await notesOn(commands, files, entry, store);
      if (flags.json) return printJson({ pipeline: name, files, missing, notes });
      for (const change of files) print(`${name}: ${inWords(change)}`);
      for (const note of notes) print(`note: ${note}`);
      printMissing(commands, name, missing);
    });
}

function addGet(config: Command): void {
  verb(
    config,
    "get <name>",
    "download the files, readable only by you",
    "config get shop-copy --out /tmp/shop-copy",
    "{pipeline, folder, files}",
  )
    .requiredOption("--out <dir>", "folder to write the files to")
    .option("--force", "overwrite existing files")
    .action(async (name: string, flags: GetFlags, command: Command) => {
      const { store } = await open(name, command);
      const folder = resolve(flags.out);
      const files = await getConfigs(store, name, folder, flags.force === true);
      if (flags.json) return printJson({ pipeline: name, folder, files });
      print(
        `${files.join(", ")}\nwritten to ${folder}; the files may contain secrets: delete them when you are done`,
      );
    });
}

function addRemove(config: Command): void {
  verb(
    config,
    "remove <name>",
    "delete a file from the store",
    "config remove shop-copy catalog",
    "{pipeline, removed, missing}",
  )
    .addArgument(new Argument("<part>", "file to delete").choices(PARTS))
    .action(async (name: string, part: ConfigPart, flags: JsonFlag, command: Command) => {
      const { commands, entry, store } = await open(name, command);
      const removed = await removeConfig(store, name, part);
      const missing = missingOf(entry, await listConfigs(store, name));
      if (flags.json) return printJson({ pipeline: name, removed, missing });
      print(`${name}: ${removed} removed`);
      printMissing(commands, name, missing);
    });
}

function verb(
  config: Command,
  usage: string,
  description: string,
  example: string,
  json: string,
): Command {
  return config
    .command(usage)
    .description(description)
    .option("--json", `print as JSON: ${json}`)
    .addHelpText("after", `\nExample:\n  $ npx tapctl ${example}`);
}

async function open(
  name: string,
  command: Command,
  check: (entry: Replication) => void = () => undefined,
): Promise<{
  readonly commands: Commands;
  readonly entry: Replication;
  readonly store: ObjectStore;
}> {
  const context = contextOf(command, "named");
  const entry = await requireReplication(context, name);
  check(entry);
  return { commands: context.commands, entry, store: await context.openStore() };
}

/** The content of the files that the flags name; reports all problems together. */
function checkedTexts(flags: PutFlags): { readonly [Part in ConfigPart]?: string } {
  const given = PARTS.flatMap((part) =>
    flags[part] === undefined ? [] : [{ part, file: flags[part] }],
  );
  if (given.length === 0)
    throw new UserError("No file is given.", {
      fix: "Use at least one of --tap, --target, --catalog and --state.",
    });
  if (given.filter(({ file }) => file === "-").length > 1)
    throw new UserError('More than one file is read from standard input ("-").', {
      fix: 'Use "-" for one file only.',
    });
  const problems: UserError[] = [];
  const texts = given.flatMap(({ part, file }) => {
    try {
      return [[part, checkedConfig(part, `--${part} ${file}`, readText(file))] as const];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error);
      return [];
    }
  });
  if (problems.length > 0) throw joinErrors(problems);
  return Object.fromEntries(texts);
}
