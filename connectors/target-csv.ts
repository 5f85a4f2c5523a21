import { target } from "../src/model/connector";
import { sdkTargetSettings, type SdkTargetSettings } from "./sdk";

/** Settings of {@link targetCsv}. */
export interface TargetCsvSettings extends SdkTargetSettings {
  /** Folder of the files. Default: the output folder of the run. */
  readonly output_path?: string;

  /** The same under the name that another variant of this target uses. */
  readonly destination_path?: string;

  /**
   * Name of a stream's file, of `{stream_name}`, `{datestamp}` and `{timestamp}`. The target empties a file that is
   * there. Default: `{stream_name}-{timestamp}.csv`, which together with `timestamp_format` never comes twice.
   */
  readonly file_naming_scheme?: string;

  /** Form of `{datestamp}`, in Python's `strftime`. Default: `%Y-%m-%d`. */
  readonly datestamp_format?: string;

  /**
   * Form of `{timestamp}`, in Python's `strftime`. Default: `%Y%m%dT%H%M%S-%f`, to the microsecond: a schema that
   * changes within a run begins a second file, which in the same second would replace the first.
   */
  readonly timestamp_format?: string;

  /** Time zone of both stamps, such as `Europe/Berlin`. Default: `UTC`. */
  readonly timestamp_timezone?: string;

  /** Property that the records of a batch are sorted by. Default: not sorted. */
  readonly record_sort_property_name?: string;

  /** Accepted by version 0.5.0 and not obeyed: a file that is there is always emptied. */
  readonly overwrite_behavior?: "append_records" | "replace_file";

  /** Character before a special one. Default: values are quoted instead. */
  readonly escape_character?: string;

  /** Character encoding, in Python's words. Default: `utf-8`. */
  readonly encoding?: string;
}

/**
 * Writes CSV files with meltanolabs-target-csv, one a stream and run.
 *
 * Rows of a batch are held in memory; the default is 10,000, because without one the target holds all of them.
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
