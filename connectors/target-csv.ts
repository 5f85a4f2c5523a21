import { target } from "../src/model/connector";
import { sdkTargetSettings, type SdkTargetSettings } from "./sdk";

/** Settings of {@link targetCsv}. */
export interface TargetCsvSettings extends SdkTargetSettings {
  /** Output folder. Default: the output folder of the run. */
  readonly output_path?: string;

  /** Alias of `output_path`, the name in another variant of this target. */
  readonly destination_path?: string;

  /**
   * File name of a stream, with the placeholders `{stream_name}`, `{datestamp}` and `{timestamp}`.
   * The target overwrites an existing file. Default: `{stream_name}-{timestamp}.csv`, which
   * together with `timestamp_format` is always unique.
   */
  readonly file_naming_scheme?: string;

  /** Format of `{datestamp}`, as in Python's `strftime`. Default: `%Y-%m-%d`. */
  readonly datestamp_format?: string;

  /**
   * Format of `{timestamp}`, as in Python's `strftime`. Default: `%Y%m%dT%H%M%S-%f`, in
   * microseconds: a schema change during a run starts a second file, which would overwrite the
   * first one if both had the same name.
   */
  readonly timestamp_format?: string;

  /** Time zone of `{datestamp}` and `{timestamp}`, such as `Europe/Berlin`. Default: `UTC`. */
  readonly timestamp_timezone?: string;

  /** Property that sorts the records of a batch. Default: not sorted. */
  readonly record_sort_property_name?: string;

  /** Accepted but ignored by version 0.5.0: an existing file is always overwritten. */
  readonly overwrite_behavior?: "append_records" | "replace_file";

  /** Escape character. Default: values are quoted instead. */
  readonly escape_character?: string;

  /** Character encoding, as named by Python. Default: `utf-8`. */
  readonly encoding?: string;
}

/**
 * Writes CSV files with meltanolabs-target-csv, one per stream and run.
 *
 * The rows of a batch are held in memory. `batch_size_rows` defaults to 10,000, because without it
 * the target holds all rows.
 *
 * @example `targetCsv({ file_naming_scheme: "{stream_name}-{timestamp}.csv" })`
 */
export const targetCsv = target<TargetCsvSettings>({
  name: "target-csv",
  package: "meltanolabs-target-csv",
  version: "0.5.0",
  launcher: "meltanolabs_target_csv.py",
  python: { min: "3.10" },
  settings: {
    ...sdkTargetSettings,
    output_path: "string",
    destination_path: "string",
    file_naming_scheme: "string",
    datestamp_format: "string",
    timestamp_format: "string",
    timestamp_timezone: "string",
    record_sort_property_name: "string",
    overwrite_behavior: "string",
    escape_character: "string",
    encoding: "string",
  },
  required: [],
  defaults: {
    batch_size_rows: 10_000,
    file_naming_scheme: "{stream_name}-{timestamp}.csv",
    timestamp_format: "%Y%m%dT%H%M%S-%f",
  },
  concurrentSetup: true,
  outputSetting: "output_path",
  outputAliases: ["destination_path"],
  destination: ["output_path", "destination_path"],
  limitations: [
    {
      cases: ["text_empty"],
      outcome: "differs",
      text: "Empty text and NULL look the same: a CSV file has no NULL.",
    },
    {
      cases: ["date_bc", "date_far", "date_infinity", "moment_bc", "moment_far", "moment_infinity"],
      outcome: "rejected",
      text: "Dates and timestamps that Python does not support: before year 1, after year 9999, infinite.",
    },
  ],
});
