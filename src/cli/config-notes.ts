import type { Commands } from "../common/commands";
import { UserError } from "../common/errors";
import type { ConfigChange } from "../run/config-changes";
import { putCommand } from "../run/config-files";
import type { Replication } from "../model/replication";
import { CONFIG_PARTS, missingParts, type ConfigPart } from "../store/configs";
import type { ObjectStore } from "../store/object-store";
import { readState } from "../store/state/state";
import { noneIfUnreadable } from "../store/state/state-envelope";
import { formatBytes, print } from "../common/print";

/** Whether runs of a pipeline read their settings from the store. */
export function readsStore({ configFrom }: Replication): boolean {
  return configFrom === "store";
}

/** @throws UserError if the pipeline has its settings in the array. */
export function requireFromStore(entry: Replication): void {
  const { cause, fix } = notFromStore(entry.name);
  if (!readsStore(entry)) throw new UserError(cause, { fix });
}

/** What it means that a pipeline has its settings in the array. */
export function notFromStore(name: string): { readonly cause: string; readonly fix: string } {
  return {
    cause: `"${name}" has its settings in the array.`,
    fix: 'To read them from the store, add configFrom: "store" to its entry.',
  };
}

/** The files that a run needs and the store does not have. */
export function missingOf(
  entry: Replication,
  files: readonly { readonly file: string }[],
): readonly ConfigPart[] {
  return readsStore(entry) ? missingParts(files) : [];
}

/** Prints how to store each missing file. */
export function printMissing(
  commands: Commands,
  name: string,
  missing: readonly ConfigPart[],
): void {
  for (const part of missing)
    print(`${CONFIG_PARTS[part]} is missing. Store it with: ${putCommand(commands, name, part)}`);
}

/** A change as text, such as `tap.json created, 120 bytes`. */
export function inWords({ file, change, bytes, bytesBefore }: ConfigChange): string {
  if (change === "same") return `${file} is unchanged`;
  return `${file} ${change}, ${formatBytes(bytes)}${bytesBefore === null ? "" : ` (was ${formatBytes(bytesBefore)})`}`;
}

/** Consequences of a change that a user might not expect. */
export async function notesOn(
  { tapctl }: Commands,
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
      ? ["the entry's streams are ignored while a catalog is stored"]
      : []),
    ...(given("state", "created", "replaced", "same") && saved
      ? [
          `the saved state takes precedence over the initial state; to replace the saved state: ${tapctl(`state set ${name} FILE`)}`,
        ]
      : []),
    ...(given("target", "replaced") && saved
      ? [
          `the saved state is kept; if the data now goes to another destination, start over with: ${tapctl(`run ${name} --full-refresh`)}`,
        ]
      : []),
  ];
}
