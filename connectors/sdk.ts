import type { Json, JsonObject, SettingType } from "../src/model/connector-settings";

/**
 * Settings that every connector made with the Singer SDK takes.
 *
 * Source of this and the next interfaces: `--about --format=json` of the connectors.
 */
export interface SdkSettings {
  /**
   * Changes to records on their way, by stream: rename, drop, compute or filter. Default: none.
   * @example `{ "public-users": { email: "md5(email)", __filter__: "active" } }`
   * @see https://sdk.meltano.com/en/latest/stream_maps.html
   */
  readonly stream_maps?: JsonObject;

  /** Values for the expressions in `stream_maps`. Default: none. */
  readonly stream_map_config?: JsonObject;

  /** Seed and locale of `fake` in `stream_maps`, where the package is installed with Faker. Default: none. */
  readonly faker_config?: { readonly seed?: Json; readonly locale?: string | readonly string[] };

  /** Turn nested objects into columns of their own. Default: false. */
  readonly flattening_enabled?: boolean;

  /** Levels that are flattened. Needed with `flattening_enabled`. */
  readonly flattening_max_depth?: number;
}

/** Types of {@link SdkSettings}. */
export const sdkSettings = {
  stream_maps: "json",
  stream_map_config: "json",
  faker_config: "json",
  flattening_enabled: "boolean",
  flattening_max_depth: "number",
} as const satisfies Record<keyof SdkSettings, SettingType>;

/** What newer versions of the SDK take about flattened names. */
export interface SdkFlattenedNames {
  /** Longest name of a flattened column, in characters. Default: no limit. */
  readonly flattening_max_key_length?: number;

  /** What joins the parts of a flattened name. Default: `__`. */
  readonly flattening_separator?: string;
}

/** Types of {@link SdkFlattenedNames}. */
export const sdkFlattenedNames = {
  flattening_max_key_length: "number",
  flattening_separator: "string",
} as const satisfies Record<keyof SdkFlattenedNames, SettingType>;

/** Settings of taps that can write batches of records to files of their own. */
export interface SdkBatches {
  /**
   * Write batches to files and print only their names. The target must understand BATCH messages and reach the files:
   * on the cluster an object store as `root`. Runs count the rows of JSON lines on a disk that they share, no others.
   * Default: records in the stream.
   */
  readonly batch_config?: {
    readonly encoding?: {
      readonly format?: "jsonl" | "parquet";
      readonly compression?: "gzip" | "none";
    };
    readonly storage?: { readonly root?: string; readonly prefix?: string };
  };
}

/** Types of {@link SdkBatches}. */
export const sdkBatches = { batch_config: "json" } as const satisfies Record<
  keyof SdkBatches,
  SettingType
>;

/** Settings that every target made with the Singer SDK takes. */
export interface SdkTargetSettings extends SdkSettings, SdkFlattenedNames {
  /**
   * What happens to rows with the same key: `append-only` keeps both, `upsert` replaces, `overwrite` empties the table
   * first. Default: `append-only`.
   */
  readonly load_method?: "append-only" | "upsert" | "overwrite";

  /** Rows of one batch; a batch is held in memory and written at once. Default: the target's own. */
  readonly batch_size_rows?: number;

  /** Hold every record to its schema, and fail where it does not fit. Default: true. */
  readonly validate_records?: boolean;

  /** Add columns such as `_sdc_extracted_at` and `_sdc_batched_at`. Default: the target's own. */
  readonly add_record_metadata?: boolean;
}

/** Types of {@link SdkTargetSettings}. */
export const sdkTargetSettings = {
  ...sdkSettings,
  ...sdkFlattenedNames,
  load_method: "string",
  batch_size_rows: "number",
  validate_records: "boolean",
  add_record_metadata: "boolean",
} as const satisfies Record<keyof SdkTargetSettings, SettingType>;
