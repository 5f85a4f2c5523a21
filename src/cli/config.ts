import { resolve } from "node:path";
import { Argument, type Command } from "commander";
import { tapctl } from "../common/command-text";
import { UserError } from "../common/errors";
import { getConfigs, putConfigs, removeConfig, type ConfigChange } from "../run/config-changes";
import { checkedConfig, howToPut } from "../run/config-files";
import type { Replication } from "../model/replication";
import { CONFIG_PARTS, listConfigs, missingParts, type ConfigPart } from "../store/configs";
import type { ObjectStore } from "../store/object-store";
import { readState } from "../store/state/state";
import { noneIfUnreadable } from "../store/state/state-envelope";
import { contextOf } from "./context";
import { readText } from "./input";
import { requireReplication } from "./pipeline";
import { formatBytes, print, printJson, table } from "../common/print";

interface JsonFlag {
  readonly json?: boolean;
}

type PutFlags = JsonFlag & { readonly [Part in ConfigPart]?: string };

interface GetFlags extends JsonFlag {
  readonly out: string;
  readonly force?: boolean;
}

const PARTS = Object.keys(CONFIG_PARTS) as readonly ConfigPart[];

/** `tapctl config`: settings, catalog and first state of a pipeline that are kept in the store and not in the array. */
export function addConfig(program: Command): void {
  const config = program
    .command("config")
    .description(
      'show and change what a pipeline with configFrom: "store" reads from the store: settings, catalog, first state',
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
    "list the files that are there; what they hold is not shown",
    "config show shop-copy",
    "{pipeline, read, files, missing}",
  ).action(async (name: string, flags: JsonFlag, command: Command) => {
    const { entry, store } = await open(name, command);
    const files = await listConfigs(store, name);
    const missing = missingOf(entry, files);
    if (flags.json) return printJson({ pipeline: name, read: readsStore(entry), files, missing });
    if (files.length > 0)
      print(
        table(
          ["FILE", "WHAT IT IS", "BYTES", "WRITTEN"],
          files.map(({ file, meaning, bytes, modified }) => [
            file,
            meaning ?? "not read by any run",
            formatBytes(bytes),
            modified,
          ]),
        ),
      );
    else if (readsStore(entry)) print(`"${name}" has no files in the store`);
    if (!readsStore(entry))
      print(`${files.length > 0 ? "no run reads them: " : ""}${notFromStore(name)}`);
    tellMissing(name, missing);
  });
}

function addPut(config: Command): void {
  verb(
    config,
    "put <name>",
    "check files and put them there (- for standard input)",
    "config put shop-copy --catalog catalog.json",
    "{pipeline, files, missing, notes}",
  )
    .option("--tap <file>", "settings of the tap, secrets by their value")
    .option("--target <file>", "settings of the target, secrets by their value")
    .option("--catalog <file>", "catalog that the tap gets")
    .option("--state <file>", "state to begin with, while none is saved")
    .action(async (name: string, flags: PutFlags, command: Command) => {
      const texts = checkedTexts(flags);
      const { entry, store } = await open(name, command, requireFromStore);
      const files = await putConfigs(store, name, texts);
      const missing = missingOf(entry, await listConfigs(store, name));
      const notes = await notesOn(files, entry, store);
      if (flags.json) return printJson({ pipeline: name, files, missing, notes });
      for (const change of files) print(`${name}: ${inWords(change)}`);
      for (const note of notes) print(`note: ${note}`);
      tellMissing(name, missing);
    });
}

function addGet(config: Command): void {
  verb(
    config,
    "get <name>",
    "bring the files here, readable by you alone",
    "config get shop-copy --out /tmp/shop-copy",
    "{pipeline, folder, files}",
  )
    .requiredOption("--out <dir>", "folder to put them into")
    .option("--force", "replace files that are there")
    .action(async (name: string, flags: GetFlags, command: Command) => {
      const { store } = await open(name, command);
      const folder = resolve(flags.out);
      const files = await getConfigs(store, name, folder, flags.force === true);
      if (flags.json) return printJson({ pipeline: name, folder, files });
      print(
        `${files.join(", ")}\nin ${folder}; they may hold secrets: delete them when they have served`,
      );
    });
}

function addRemove(config: Command): void {
  verb(
    config,
    "remove <name>",
    "take a file away",
    "config remove shop-copy catalog",
    "{pipeline, removed, missing}",
  )
    .addArgument(new Argument("<part>", "which").choices(PARTS))
    .action(async (name: string, part: ConfigPart, flags: JsonFlag, command: Command) => {
      const { entry, store } = await open(name, command);
      const removed = await removeConfig(store, name, part);
      const missing = missingOf(entry, await listConfigs(store, name));
      if (flags.json) return printJson({ pipeline: name, removed, missing });
      print(`${name}: ${removed} removed`);
      tellMissing(name, missing);
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
): Promise<{ readonly entry: Replication; readonly store: ObjectStore }> {
  const context = contextOf(command, "named");
  const entry = await requireReplication(context, name);
  check(entry);
  return { entry, store: await context.openStore() };
}

/** The texts of the files that flags name, every mistake at once. */
function checkedTexts(flags: PutFlags): { readonly [Part in ConfigPart]?: string } {
  const given = PARTS.flatMap((part) =>
    flags[part] === undefined ? [] : [{ part, file: flags[part] }],
  );
  if (given.length === 0)
    throw new UserError("name at least one file: --tap, --target, --catalog or --state FILE");
  if (given.filter(({ file }) => file === "-").length > 1)
    throw new UserError("- stands for standard input, which holds one file alone");
  const problems: string[] = [];
  const texts = given.flatMap(({ part, file }) => {
    try {
      return [[part, checkedConfig(part, `--${part} ${file}`, readText(file))] as const];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message);
      return [];
    }
  });
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  return Object.fromEntries(texts);
}

function readsStore({ configFrom }: Replication): boolean {
  return configFrom === "store";
}

function requireFromStore(entry: Replication): void {
  if (!readsStore(entry)) throw new UserError(notFromStore(entry.name));
}

function notFromStore(name: string): string {
  return `"${name}" has its settings in the array; configFrom: "store" in its entry makes it read them from the store`;
}

function missingOf(
  entry: Replication,
  files: readonly { readonly file: string }[],
): readonly ConfigPart[] {
  return readsStore(entry) ? missingParts(files) : [];
}

function tellMissing(name: string, missing: readonly ConfigPart[]): void {
  for (const part of missing) print(howToPut(name, part));
}

function inWords({ file, change, bytes, bytesBefore }: ConfigChange): string {
  if (change === "same") return `${file} is the same, nothing written`;
  return `${file} ${change}, ${formatBytes(bytes)}${bytesBefore === null ? "" : ` (before: ${formatBytes(bytesBefore)})`}`;
}

/** What a change does not do, though one could think so. */
async function notesOn(
  files: readonly ConfigChange[],
  entry: Replication,
  store: ObjectStore,
): Promise<readonly string[]> {
  const { name, formerName, streams } = entry;
  const given = (part: ConfigPart, ...changes: readonly ConfigChange["change"][]) =>
    files.some((one) => one.part === part && changes.includes(one.change));
  const aboutState = given("state", "created", "replaced", "same") || given("target", "replaced");
  const saved = aboutState
    ? await readState(store, name, formerName).catch(noneIfUnreadable)
    : undefined;
  return [
    ...(given("catalog", "created") && streams
      ? ["streams of its entry do not count while there is a catalog"]
      : []),
    ...(given("state", "created", "replaced", "same") && saved
      ? [
          `a state is saved, which goes before the first one; change that: ${tapctl(`state set ${name} FILE`)}`,
        ]
      : []),
    ...(given("target", "replaced") && saved
      ? [
          `the saved state stays; where the data now goes elsewhere, begin anew: ${tapctl(`run ${name} --full-refresh`)}`,
        ]
      : []),
  ];
}
