import { target } from "../src/model/define-connector";
import {
  required,
  settings,
  settingsSchema,
  type TargetFilesSettings,
} from "./settings/target-files";

export type { TargetFilesSettings };

/**
 * Writes Parquet, CSV or JSON Lines files with a bulk connector, to the output folder of the run or
 * to S3. Files appear when they are complete. A manifest per run, `_manifests/<run>.json`, lists
 * them with their rows and bytes.
 *
 * @example `targetFiles({ format: "parquet", partition_by_date: true })`
 */
export const targetFiles = target<TargetFilesSettings>({
  name: "target-files",
  bulk: "target_files",
  requirements: ["boto3==1.44.8", "duckdb==1.5.6", "msgspec==0.23.0"],
  settings,
  required,
  settingsSchema,
  concurrentSetup: true,
  outputSetting: "output_path",
  destination: ["output_path"],
  limitations: [
    {
      cases: ["decimal_38"],
      outcome: "differs",
      text: "Parquet: numbers are stored as `DOUBLE`, which keeps 15 to 17 digits. CSV and JSON Lines keep all digits.",
    },
    {
      cases: ["number_38", "int_38", "int_10_38"],
      outcome: "rejected",
      text: "Parquet: integers beyond 64 bits, and those that the tap declares as a number and that a `DOUBLE` would round. CSV and JSON Lines keep them.",
    },
    {
      cases: ["column_case"],
      outcome: "rejected",
      text: "CSV and Parquet: two columns whose names differ only in case.",
    },
  ],
});
