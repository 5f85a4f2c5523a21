import type { StreamSelection } from "../../model/stream-rules";
import { matchesStream } from "../../model/stream-pattern";
import type { CatalogEntry } from "./catalog";
import { rootOf } from "./catalog";

/** Options that a user chose for a stream. */
export interface ChosenOptions {
  readonly replication?: string;
  readonly key?: string;
  readonly columns?: readonly string[];
}

/** What a user chose from a catalog. */
export interface Choice {
  /** IDs of the streams to replicate. */
  readonly streams: ReadonlySet<string>;
  /** Options of some of them, by ID. */
  readonly options: ReadonlyMap<string, ChosenOptions>;
}

/** A change of the object form of `streams`, by the name of a stream. */
export interface StreamEdits {
  /** Names to remove. */
  readonly removed: readonly string[];
  /** Values of names that exist or are added at the end: `ignore`, or options that are set. */
  readonly set: ReadonlyMap<string, ChosenOptions | "ignore">;
}

/** Whether rules select a stream: the last that matches decides; without rules, the tap. */
export function isSelected(
  rules: readonly StreamSelection[] | undefined,
  entry: CatalogEntry,
): boolean {
  if (rules === undefined) {
    const root = rootOf(entry);
    return (root["selected"] ?? root["selected-by-default"]) === true;
  }
  const last = rules.findLast(({ stream }) =>
    namesOf(entry).some((name) => matchesStream(stream, name)),
  );
  return last !== undefined && last.ignore !== true;
}

/** The fewest changes of existing rules that select what was chosen. */
export function streamEdits(
  rules: readonly StreamSelection[],
  catalog: readonly CatalogEntry[],
  { streams, options }: Choice,
): StreamEdits {
  const removed: string[] = [];
  const set = new Map<string, ChosenOptions | "ignore">();
  for (const entry of catalog) {
    const id = entry.tap_stream_id;
    const wanted = streams.has(id);
    const own = rules.filter(({ stream }) => namesOf(entry).includes(stream));
    const others = rules.filter((rule) => !own.includes(rule));
    const chosen = wanted ? options.get(id) : undefined;
    if (isSelected(rules, entry) === wanted) {
      if (chosen) set.set(own.at(-1)?.stream ?? id, chosen);
      continue;
    }
    removed.push(...own.map(({ stream }) => stream));
    if (wanted) set.set(id, chosen ?? {});
    else if (isSelected(others, entry)) set.set(id, "ignore");
  }
  return { removed, set };
}

/** The object form that selects what was chosen, if there were no rules. */
export function newStreams(
  catalog: readonly CatalogEntry[],
  { streams, options }: Choice,
): ReadonlyMap<string, ChosenOptions> {
  const all = catalog.every(({ tap_stream_id: id }) => streams.has(id));
  return new Map<string, ChosenOptions>([
    ...(all && catalog.length > 1 ? [["*", {}] as const] : []),
    ...catalog
      .map(({ tap_stream_id: id }) => id)
      .filter((id) => (all && catalog.length > 1 ? options.has(id) : streams.has(id)))
      .map((id) => [id, options.get(id) ?? {}] as const),
  ]);
}

function namesOf({ tap_stream_id: id, stream }: CatalogEntry): readonly string[] {
  return stream === undefined ? [id] : [id, stream];
}
