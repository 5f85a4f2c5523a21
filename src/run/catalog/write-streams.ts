import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, sep } from "node:path";
import type { StreamSelection } from "../../model/stream-rules";
import type { Catalog } from "./catalog";
import { editStreams, findEntries, formOf, replaceStreams, type FoundEntry } from "./edit-array";
import { Computed, type Compiler } from "./object-edits";
import { newStreams, streamEdits, type Choice, type ChosenOptions } from "./select-streams";
import { objectForm, streamsText } from "./streams-text";

/** What is written where. */
export interface WriteArgs {
  /** Folder of the project. */
  readonly root: string;
  /** Name of the pipeline. */
  readonly name: string;
  /** Its rules now; undefined if the tap decides. */
  readonly rules: readonly StreamSelection[] | undefined;
  readonly catalog: Catalog;
  readonly choice: Choice;
}

/** The file that was written, or why none could be and what to paste. */
export type WrittenStreams =
  | { readonly kind: "written"; readonly file: string; readonly changed: boolean }
  | {
      readonly kind: "computed";
      readonly problem: string;
      /** What lets `select` write the file the next time. Default: nothing. */
      readonly remedy?: string;
      readonly text: string;
    };

/** Writes the streams that were chosen to the array of the project, and changes nothing else in it. */
export function writeStreams(args: WriteArgs): WrittenStreams {
  const compiler = compilerOf(args.root);
  if (!compiler)
    return {
      ...computed(
        args,
        `"${args.name}": the project has no TypeScript 5, with which select edits the array (TypeScript 7 has no API for it).`,
      ),
      remedy: "Install it with: npm install --save-dev typescript@5",
    };
  const found = sourceFiles(args.root).flatMap((file) => {
    const text = readFileSync(file, "utf8");
    return text.includes(args.name) ? findEntries(compiler, file, text, args.name) : [];
  });
  const [entry] = found;
  if (!entry || found.length > 1)
    return computed(
      args,
      entry
        ? `"${args.name}" is defined ${found.length} times in the files of pipelines/.`
        : `No file of pipelines/ has the pipeline "${args.name}" as an object: it is computed.`,
    );
  try {
    const file = entry.source.fileName;
    const text = editedText(compiler, entry, args);
    const changed = text !== entry.source.text;
    if (changed) replaceFile(file, text);
    return { kind: "written", file, changed };
  } catch (error) {
    if (!(error instanceof Computed)) throw error;
    return computed(
      args,
      `The streams of "${args.name}" in ${entry.source.fileName} are computed.`,
    );
  }
}

function editedText(
  compiler: Compiler,
  entry: FoundEntry,
  { name, rules, catalog, choice }: WriteArgs,
): string {
  const form = formOf(compiler, entry);
  if (form === "none" || rules === undefined)
    return replaceStreams(compiler, entry, newStreams(catalog.streams, choice));
  const edits = streamEdits(rules, catalog.streams, choice);
  if (edits.removed.length === 0 && edits.set.size === 0) return entry.source.text;
  if (form === "object") return editStreams(compiler, entry, name, edits);
  // The file of a contract is no longer known.
  if (rules.some(({ contract }) => contract !== undefined)) throw new Computed();
  return replaceStreams(compiler, entry, withEdits(rules, edits));
}

/** What the pipeline would have as an object. */
function withEdits(
  rules: readonly StreamSelection[],
  { removed, set }: ReturnType<typeof streamEdits>,
): ReadonlyMap<string, ChosenOptions | "ignore"> {
  const map = new Map([...objectForm(rules)].filter(([name]) => !removed.includes(name)));
  for (const [name, value] of set) {
    const before = map.get(name);
    map.set(
      name,
      value === "ignore" || before === undefined || before === "ignore"
        ? value
        : { ...before, ...value },
    );
  }
  return map;
}

function computed(
  { rules, catalog, choice }: WriteArgs,
  problem: string,
): Extract<WrittenStreams, { readonly kind: "computed" }> {
  const streams = rules
    ? withEdits(rules, streamEdits(rules, catalog.streams, choice))
    : newStreams(catalog.streams, choice);
  return { kind: "computed", problem, text: streamsText(streams, "") };
}

/** TypeScript files of the array; those of catalogs are generated. */
function sourceFiles(root: string): readonly string[] {
  const folder = join(root, "pipelines");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.startsWith(`catalogs${sep}`))
    .map((file) => join(folder, file));
}

/** The compiler of the project; undefined if it has none with an API of JavaScript. */
function compilerOf(root: string): Compiler | undefined {
  try {
    const compiler = createRequire(join(root, "pipelines", "index.ts"))("typescript") as
      Compiler | undefined;
    return typeof compiler?.createSourceFile === "function" ? compiler : undefined;
  } catch {
    return undefined;
  }
}

function replaceFile(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}
