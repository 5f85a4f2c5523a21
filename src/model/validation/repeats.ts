import { isFields, quote } from "./checks";

/**
 * Notes about incremental streams into a target that appends: taps read the rows with the saved
 * bookmark again, because others with the same value may have been added
 * (MeltanoLabs/tap-postgres#557).
 */
export function repeatNotes(entry: unknown): readonly string[] {
  if (!isFields(entry) || !Array.isArray(entry["streams"])) return [];
  const target = appendingTarget(entry["target"]);
  const names = entry["streams"].flatMap((rule: unknown) =>
    isFields(rule) && rule["replicationMethod"] === "INCREMENTAL" ? [String(rule["stream"])] : [],
  );
  if (target === undefined || names.length === 0) return [];
  return [
    `${names.map(quote).join(", ")}: incremental, so every run reads the rows with the saved bookmark again, and ${target} stores duplicates of them\nDeduplicate by key in queries, or use a target that replaces rows by key.`,
  ];
}

/**
 * Name of a target that appends every row: one that writes files, or that is configured without
 * keys.
 */
function appendingTarget(target: unknown): string | undefined {
  if (!isFields(target) || !isFields(target["connector"]) || !isFields(target["settings"]))
    return undefined;
  const { name, outputSetting } = target["connector"];
  const appends =
    outputSetting !== undefined || target["settings"]["primary_key_required"] === false;
  return appends && typeof name === "string" ? name : undefined;
}
