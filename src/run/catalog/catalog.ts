import { UserError } from "../../common/errors";
import { parseJson } from "../../common/json";

/** A stream of a Singer catalog. */
export interface CatalogEntry {
  readonly tap_stream_id: string;
  readonly stream?: string;
  readonly key_properties?: readonly string[] | null;
  readonly replication_key?: string | null;
  readonly replication_method?: string | null;
  readonly schema?: Schema;
  readonly metadata?: readonly CatalogMetadata[];
}

/** Metadata of a stream, or of a property of it. */
export interface CatalogMetadata {
  readonly breadcrumb: readonly string[];
  readonly metadata: { readonly [name: string]: unknown };
}

/** The part of a JSON Schema that catalogs are read for. */
export interface Schema {
  readonly type?: unknown;
  readonly format?: unknown;
  readonly properties?: { readonly [name: string]: Schema };
  readonly items?: unknown;
  readonly anyOf?: readonly Schema[];
}

/** A Singer catalog. */
export interface Catalog {
  readonly streams: readonly CatalogEntry[];
}

/** Schemas of databases that describe the database itself. */
const SYSTEM_SCHEMAS = new Set([
  "information_schema",
  "pg_catalog",
  "pg_toast",
  "performance_schema",
  "mysql",
  "sys",
]);

const SYSTEM_STREAM = new RegExp(`^(?:${[...SYSTEM_SCHEMAS].join("|")})-`);

/**
 * Parses a catalog that a tap discovered, or that was stored.
 *
 * @throws UserError if it is not a catalog.
 */
export function parseCatalog(where: string, text: string | Uint8Array): Catalog {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw notACatalog(where, "it is not JSON");
  }
  const { streams } = (value ?? {}) as { readonly streams?: unknown };
  if (!Array.isArray(streams)) throw notACatalog(where, 'it has no list "streams"');
  const unnamed = streams.findIndex(
    (one: { readonly tap_stream_id?: unknown } | null) => typeof one?.tap_stream_id !== "string",
  );
  if (unnamed >= 0) throw notACatalog(where, `stream ${unnamed} has no tap_stream_id`);
  return value as Catalog;
}

/** The catalog without the streams of system schemas, in an order that does not depend on the source. */
export function storable(catalog: Catalog): Catalog {
  return {
    ...catalog,
    streams: catalog.streams
      .filter((entry) => !isSystemStream(entry))
      .map((entry) => (entry.metadata ? { ...entry, metadata: sorted(entry.metadata) } : entry))
      .sort((one, other) => compare(one.tap_stream_id, other.tap_stream_id)),
  };
}

/** Metadata of a stream itself. */
export function rootOf({ metadata = [] }: CatalogEntry): CatalogMetadata["metadata"] {
  return metadata.find(({ breadcrumb }) => breadcrumb.length === 0)?.metadata ?? {};
}

/** Whether a stream describes the database instead of its users' data. */
export function isSystemStream(entry: CatalogEntry): boolean {
  return (
    SYSTEM_STREAM.test(entry.tap_stream_id) ||
    SYSTEM_STREAM.test(entry.stream ?? "") ||
    SYSTEM_SCHEMAS.has(String(rootOf(entry)["schema-name"]))
  );
}

/** Compares texts by code units, which no locale changes. */
export function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function sorted(metadata: readonly CatalogMetadata[]): readonly CatalogMetadata[] {
  return [...metadata].sort((one, other) =>
    compare(JSON.stringify(one.breadcrumb), JSON.stringify(other.breadcrumb)),
  );
}

function notACatalog(where: string, why: string): UserError {
  return new UserError(`${where} is not a Singer catalog: ${why}.`);
}
