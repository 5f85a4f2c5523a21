import type { SettingType } from "../src/model/connector-settings";

/** Settings of the bulk targets that load into a database. */
export interface BulkTargetSettings {
  /**
   * How rows are loaded. `append` adds them. `upsert` replaces the rows with the same key. `scd2`
   * keeps every version of a row, with the times `_sdc_valid_from` and `_sdc_valid_to`. `replace`
   * builds a new table and swaps it in when the input ends. Default: `upsert` for streams with a
   * key, otherwise `append`.
   */
  readonly mode?: "append" | "upsert" | "scd2" | "replace";

  /** Rows of a stream after which a batch is committed and the state is reported. Default: 100000. */
  readonly batch_size_rows?: number;

  /**
   * Database schemas by the first part of stream names of the form `<schema>-<table>`. They take
   * precedence over `default_target_schema`. Default: none.
   */
  readonly schema_mapping?: { readonly [schema: string]: { readonly target_schema: string } };
}

/** Types of {@link BulkTargetSettings}. */
export const bulkTargetSettings = {
  mode: "string",
  batch_size_rows: "number",
  schema_mapping: "json",
} as const satisfies Record<keyof BulkTargetSettings, SettingType>;
