import { target } from "../src/model/define-connector";
import { required, settings, settingsSchema, type TargetCsvSettings } from "./settings/target-csv";

export type { TargetCsvSettings };

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
  settings,
  required,
  settingsSchema,
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
