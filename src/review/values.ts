import { plural } from "../common/plural";
import { isSecretReference, type Json } from "../model/connector-settings";
import { plain, risk, type Fact } from "./fact";
import { code } from "./markdown";
import { isWrittenOut, shown } from "./secrecy";
import { stringifyJson } from "../common/json";

/** Longer lists of changed values would hide the important ones. */
const MOST_VALUES = 12;

/** Long values with arbitrary content, whose changes are mentioned without details. */
const NEVER_SHOWN = new Set(["command", "initialState", "stream_map_config"]);

interface Leaf {
  readonly path: readonly string[];
  readonly value: Json;
}

/**
 * Differences between two trees of values, one fact per value. Secrets are shown by name, never by
 * value.
 *
 * @param at prefix of each path, e.g. `["tap"]`.
 */
export function valueFacts(
  before: Json | undefined,
  after: Json | undefined,
  at: readonly string[],
): readonly Fact[] {
  const [old, now] = [leavesByPath(before, at), leavesByPath(after, at)];
  const keys = [...new Set([...old.keys(), ...now.keys()])];
  const facts = keys.flatMap((key) => leafFacts(old.get(key), now.get(key)));
  const plainFacts = facts.filter(({ weight }) => weight === "plain");
  const kept = plainFacts.slice(0, MOST_VALUES);
  const more = plainFacts.length - kept.length;
  return [
    ...facts.filter(({ weight }) => weight !== "plain"),
    ...kept,
    ...(more > 0 ? [plain(`and ${plural(more, "more value")}`)] : []),
  ];
}

/** Values that look like secrets in plain text. */
export function plainSecrets(value: Json | undefined, at: readonly string[]): readonly Fact[] {
  return [...leavesByPath(value, at).values()].flatMap((leaf) =>
    isPlainSecret(leaf) ? [writtenOut(leaf)] : [],
  );
}

function leafFacts(before: Leaf | undefined, after: Leaf | undefined): readonly Fact[] {
  const leaf = after ?? before;
  if (!leaf || (before && after && sameJson(before.value, after.value))) return [];
  const name = code(leaf.path.join("."));
  const [old, now] = [before && shownLeaf(before), after && shownLeaf(after)];
  const text =
    before === undefined
      ? `${name} is set${now === undefined ? " (value not shown)" : `: ${now}`}`
      : after === undefined
        ? `${name} is removed${old === undefined ? "" : `, was ${old}`}`
        : old === undefined || now === undefined
          ? `${name} changes (value not shown)`
          : `${name}: ${old} → ${now}`;
  return [...(after && isPlainSecret(after) ? [writtenOut(after)] : []), plain(text)];
}

function shownLeaf({ path, value }: Leaf): string | undefined {
  return path.some((name) => NEVER_SHOWN.has(name)) ? undefined : shown(path, value);
}

function isPlainSecret({ path, value }: Leaf): boolean {
  return isWrittenOut(path[path.length - 1] ?? "", value);
}

function writtenOut({ path }: Leaf): Fact {
  return risk(
    `${code(path.join("."))} looks like a secret in plain text: use ${code('secret("name")')}`,
  );
}

/**
 * Leaves by path. List items are identified by name if they have one, so that an inserted item does
 * not shift the others.
 */
function leavesByPath(value: Json | undefined, path: readonly string[]): ReadonlyMap<string, Leaf> {
  return new Map(leaves(value, path).map((leaf) => [JSON.stringify(leaf.path), leaf]));
}

function leaves(value: Json | undefined, path: readonly string[]): readonly Leaf[] {
  if (value === undefined) return [];
  if (
    typeof value !== "object" ||
    value === null ||
    isSecretReference(value) ||
    NEVER_SHOWN.has(path[path.length - 1] ?? "")
  )
    return [{ path, value }];
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    return items.some((item) => typeof item === "object")
      ? items.flatMap((item, index) => leaves(item, [...path, itemName(item) ?? String(index)]))
      : [{ path, value }];
  }
  return Object.entries(value).flatMap(([name, item]) => leaves(item, [...path, name]));
}

function itemName(item: Json): string | undefined {
  const name =
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? (item as { readonly name?: Json }).name
      : undefined;
  return typeof name === "string" ? name : undefined;
}

function sameJson(one: Json, other: Json): boolean {
  return stringifyJson(one) === stringifyJson(other);
}
