import type { Json, JsonObject, SettingType } from "../src/model/connector-settings";

/**
 * Settings of every connector that is built with the Singer SDK.
 *
 * Source of this and the following interfaces: `--about --format=json` of the connectors.
 */
export interface SdkSettings {
  /**
   * Transformations of records by stream: rename, drop, compute or filter. Default: none.
   * @example `{ "public-users": { email: "md5(email)", __filter__: "active" } }`
   * @see https://sdk.meltano.com/en/latest/stream_maps.html
   */
  readonly stream_maps?: JsonObject;

  /** Values for expressions in `stream_maps`. Default: none. */
  readonly stream_map_config?: JsonObject;

  /**
   * Seed and locale of `fake` in `stream_maps`, for packages installed with Faker. Default: none.
   */
  readonly faker_config?: { readonly seed?: Json; readonly locale?: string | readonly string[] };

  /** Flattens nested objects into columns. Default: false. */
  readonly flattening_enabled?: boolean;

  /** Levels of nesting to flatten. Required with `flattening_enabled`. */
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

/** Settings for flattened names in newer versions of the SDK. */
export interface SdkFlattenedNames {
  /** Maximum length of a flattened name, in characters. Default: no limit. */
  readonly flattening_max_key_length?: number;

  /** Separator between the parts of a flattened name. Default: `__`. */
  readonly flattening_separator?: string;
}

/** Types of {@link SdkFlattenedNames}. */
export const sdkFlattenedNames = {
  flattening_max_key_length: "number",
  flattening_separator: "string",
} as const satisfies Record<keyof SdkFlattenedNames, SettingType>;

/** Settings of taps that can write batches of records to files. */
export interface SdkBatches {
  /**
   * Writes records to batch files and sends only their names. The target must support BATCH
   * messages and have access to the files; on a cluster, use an object store as `root`. Runs count
   * the rows of JSON Lines batches on a shared disk only. Default: records are sent in the stream.
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

/** Settings of every target that is built with the Singer SDK. */
export interface SdkTargetSettings extends SdkSettings, SdkFlattenedNames {
  /**
   * How rows with an existing key are loaded: `append-only` adds them, `upsert` replaces the
   * existing rows, `overwrite` empties the table before the load. Default: `append-only`.
   */
  readonly load_method?: "append-only" | "upsert" | "overwrite";

  /**
   * Rows per batch. A batch is held in memory and written at once. Default: the default of the
   * target.
   */
  readonly batch_size_rows?: number;

  /** Validates every record against its schema; an invalid record fails the run. Default: true. */
  readonly validate_records?: boolean;

  /**
   * Adds metadata columns such as `_sdc_extracted_at` and `_sdc_batched_at`. Default: the default
   * of the target.
   */
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

/**
 * Settings that only the published connectors have, with what to use instead.
 *
 * @param identifier of the published connector, such as `tapPostgresSdk`.
 */
export function sdkOnly(
  identifier: string,
  more: readonly string[] = [],
): { readonly [setting: string]: string } {
  const names = [...Object.keys({ ...sdkSettings, ...sdkFlattenedNames }), ...more];
  return Object.fromEntries(names.map((name) => [name, `Use ${identifier}, which has it.`]));
}
