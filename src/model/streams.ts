import type { JsonObject } from "./connector-settings";
import type { Duration } from "./units";

/** Replication method of a stream, as in Singer catalogs. */
export type ReplicationMethod = "FULL_TABLE" | "INCREMENTAL" | "LOG_BASED";

/**
 * What replaces the value of a property before it is stored or loaded: a keyed `hash` (the same for
 * the same value and salt), `null`, or nothing, because the property is removed (`drop`).
 */
export type MaskMethod = "hash" | "null" | "drop";

/** What a run does when a stream's schema differs from that of the run before. */
export type SchemaChangePolicy =
  /** Loads the data and reports the change. */
  | "load"
  /** The same, with a warning. */
  | "warn"
  /** Fails before anything of the stream is loaded. */
  | "fail";

/** Expectations of a run's data. A run that does not meet them fails. */
export interface Expectations {
  /**
   * Minimum number of records of a run, checked before the load (in stream mode before the state is
   * saved). Records of resumed attempts are added up. Default: 0.
   */
  readonly minRecords?: number;

  /**
   * Maximum age of each selected stream's bookmark after a run, for bookmarks that are dates or
   * times. A bookmark in the future in every time zone fails too. Example: `"2d"`. Default: no
   * limit.
   */
  readonly maxStaleness?: Duration;
}

/** What the values of a column must be: not null, or one of these values. */
export type ColumnExpectation = "not null" | readonly (string | number | boolean | null)[];

/** Expectations of one stream's data. A run that does not meet them fails. */
export interface StreamExpectations<Column extends string = string> extends Expectations {
  /**
   * Greatest loss of records of a full-table stream from one run to the next, in percent. A stream
   * that loses more is not loaded, so that its table is not emptied. Example: `"50%"`. Default: no
   * limit.
   */
  readonly maxDrop?: `${number}%`;

  /**
   * Expectations of values, by column. Example: `{ id: "not null", status: ["new", "paid"] }`.
   * Default: none.
   */
  readonly columns?: { readonly [Name in Column]?: ColumnExpectation };
}

/** Options of a stream that need no catalog: they apply to what the tap sends. */
export interface DataOptions<Column extends string = string> {
  /**
   * How far before its bookmark a run of an incremental stream starts, for rows committed late: a
   * duration for dates and times, a number for numeric bookmarks. The saved state is not moved
   * back. Example: `"10m"`. Default: 0.
   */
  readonly lookback?: Duration | number;

  /**
   * Properties whose values are masked before they are stored or loaded, by name or nested path.
   * Example: `{ email: "hash", card_number: "drop", "address.street": "null" }`. `hash` needs the
   * pipeline's `maskSalt`. Default: none.
   */
  readonly mask?: { readonly [Name in Column]?: MaskMethod };

  /**
   * What a run does when the stream's schema differs from that of the run before. Default: the
   * pipeline's `onSchemaChange`.
   */
  readonly onSchemaChange?: SchemaChangePolicy;

  /**
   * JSON Schema that the stream's SCHEMA messages must satisfy: a file of the project, or the
   * schema itself. `tapctl schema NAME --export` writes one. Example: `"contracts/orders.json"`.
   * Default: none.
   */
  readonly contract?: string | JsonObject;

  /** Expectations of the stream's data. Default: none. */
  readonly expectations?: StreamExpectations<Column>;
}

/** Selects a stream, or several by a pattern, in the list form of `streams`. The tap must have a catalog. */
export interface StreamRule extends DataOptions {
  /** Name of the stream in the tap's catalog; `*` matches any text. Example: `"public-orders"`. */
  readonly stream: string;

  /** Replication method. Default: the one in the tap's catalog. */
  readonly replicationMethod?: ReplicationMethod;

  /**
   * Column that identifies new and changed rows. Example: `"updated_at"`. Default: the one in the
   * tap's catalog.
   */
  readonly replicationKey?: string;

  /** Properties to include; `*` matches any text. Default: all. */
  readonly include?: readonly string[];

  /** Properties to exclude from those included. Example: `["*_secret", "ssn"]`. Default: none. */
  readonly exclude?: readonly string[];

  /** Columns that identify a row, instead of those in the tap's catalog. Example: `["id"]`. */
  readonly primaryKeys?: readonly string[];
}

/** A column, a pattern with `*`, or either with `!` before it, which excludes. */
type ColumnPattern<Column extends string> = Column | `!${Column}` | `${string}*${string}`;

/**
 * Options of a stream, or of several by a pattern, in the object form of `streams`.
 *
 * @typeParam Column names of the stream's columns. Default: any text.
 */
export interface StreamOptions<Column extends string = string> extends DataOptions<Column> {
  /**
   * Replication method. Default: `incremental` with a `key`, else the one in the tap's catalog.
   */
  readonly replication?: "full-table" | "incremental" | "log-based";

  /**
   * Replication key: the column that identifies new and changed rows. Example: `"updated_at"`.
   * Default: the one in the tap's catalog.
   */
  readonly key?: Column;

  /**
   * Columns to select, in order: a name, a pattern with `*`, a nested path such as `address.city`,
   * or any of them with `!` before it, which excludes. The last that matches wins. Without an
   * entry that selects, all columns that are not excluded are selected. Example: `["*",
   * "!card_number"]`. Default: all.
   */
  readonly columns?: readonly ColumnPattern<Column>[];

  /** Columns that identify a row, instead of those in the tap's catalog. Example: `["id"]`. */
  readonly primaryKeys?: readonly Column[];
}

/**
 * Streams to replicate, by name or by a pattern with `*`. All entries that match a stream apply, in
 * the order written; later ones win field by field. `"ignore"` leaves a stream out.
 *
 * @example
 * ```ts
 * { "public-*": {}, "public-orders": { key: "updated_at" }, "public-log_*": "ignore" }
 * ```
 */
export interface StreamMap {
  readonly [stream: string]: StreamOptions | "ignore";
}

/**
 * Streams in the list form. That it may be changed lets the compiler report an error in a list as
 * one of this form.
 */
export type StreamList = readonly (string | StreamRule)[] | (string | StreamRule)[];

/**
 * Streams of a catalog with the names of their columns: a text with `, ` between the names, or a
 * list. A text of all names costs the compiler a tenth of a union, because it is read only for the
 * streams that a pipeline selects.
 */
export type CatalogTypes<Catalog> = {
  readonly [Stream in keyof Catalog]: string | readonly string[];
};

/** The names of the columns of a stream of {@link CatalogTypes}. */
type ColumnsOf<Columns> = Columns extends readonly (infer Column extends string)[]
  ? Column
  : Columns extends string
    ? SplitColumns<Columns>
    : never;

type SplitColumns<
  Text extends string,
  Found extends string = never,
> = Text extends `${infer First}, ${infer Rest}` ? SplitColumns<Rest, Found | First> : Found | Text;

/**
 * {@link StreamMap} with the names of a catalog.
 *
 * @typeParam Catalog names of columns, by stream.
 */
export type StreamsOf<Catalog extends CatalogTypes<Catalog>> = {
  readonly [Stream in keyof Catalog | `${string}*${string}`]?:
    | (Stream extends keyof Catalog ? StreamOptions<ColumnsOf<Catalog[Stream]>> : StreamOptions)
    | "ignore";
};

/**
 * Returns the function by which a pipeline selects streams of a catalog: a stream or column that is
 * not in it does not compile. `tapctl discover` writes a file that calls it.
 *
 * @typeParam Catalog names of columns, by stream.
 * @example
 * ```ts
 * const ordersStreams = streamsOf<{ "public-orders": "id, updated_at" }>();
 * const streams = ordersStreams({ "public-orders": { key: "updated_at" } });
 * ```
 */
export function streamsOf<Catalog extends CatalogTypes<Catalog>>(): (
  streams: StreamsOf<Catalog>,
) => StreamMap {
  return (streams) => streams as StreamMap;
}
