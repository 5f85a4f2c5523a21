import { rootOf, type CatalogEntry, type Schema } from "./catalog";

/** A stream of a catalog in the words of a user. */
export interface StreamDescription {
  /** ID of the stream in the catalog, by which a pipeline selects it. */
  readonly stream: string;
  /** Columns that identify a row. */
  readonly keys: readonly string[];
  /** Replication method: the forced one, else the one selected or proposed by the tap. */
  readonly method: string | null;
  /** Whether the tap has only this method for the stream. */
  readonly forced: boolean;
  /** Replication key that the tap selects or proposes. */
  readonly replicationKey: string | null;
  /** Columns that can be the replication key, as far as the tap names them. */
  readonly validKeys: readonly string[];
  /** Number of columns. */
  readonly columns: number;
  /** Estimated rows, if the tap counts them. */
  readonly rows: number | null;
}

/** Objects in objects deeper than this are not listed. */
const DEEPEST = 5;

/** Describes a stream of a catalog. */
export function describeStream(entry: CatalogEntry): StreamDescription {
  const root = rootOf(entry);
  const forced = methodOf(root["forced-replication-method"]);
  const rows = root["row-count"];
  return {
    stream: entry.tap_stream_id,
    keys: keysOf(entry),
    method: forced ?? methodOf(root["replication-method"]) ?? methodOf(entry.replication_method),
    forced: forced !== null,
    replicationKey: textOf(root["replication-key"]) ?? textOf(entry.replication_key),
    validKeys: textsOf(root["valid-replication-keys"]),
    columns: Object.keys(entry.schema?.properties ?? {}).length,
    rows: typeof rows === "number" || typeof rows === "bigint" ? Number(rows) : null,
  };
}

/** Columns that identify a row of a stream. */
export function keysOf(entry: CatalogEntry): readonly string[] {
  const root = rootOf(entry);
  const given = [
    entry.key_properties,
    root["view-key-properties"],
    root["table-key-properties"],
  ].find((keys) => Array.isArray(keys) && keys.length > 0);
  return textsOf(given);
}

/**
 * Paths of all properties of a schema, nested ones after the one that they are in.
 *
 * @example `["id", "address", "address.city"]`
 */
export function columnPaths(schema: Schema | undefined, within = "", depth = 0): readonly string[] {
  const { properties } = schema ?? {};
  if (typeof properties !== "object" || depth > DEEPEST) return [];
  return Object.entries(properties).flatMap(([name, inner]) => [
    within + name,
    ...columnPaths(inner, `${within}${name}.`, depth + 1),
  ]);
}

function methodOf(value: unknown): string | null {
  // Some taps force {"replication-method": ...}.
  return typeof value === "object" && value !== null
    ? textOf((value as { readonly [name: string]: unknown })["replication-method"])
    : textOf(value);
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
