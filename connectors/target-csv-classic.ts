import { target } from "../src/model/define-connector";
import {
  required,
  settings,
  settingsSchema,
  type TargetCsvClassicSettings,
} from "./settings/target-csv-classic";

export type { TargetCsvClassicSettings };

/**
 * Writes CSV files named `<stream>-<local time>.csv` with target-csv 0.3.0, the first Singer
 * target.
 *
 * For pipelines that already use it. {@link targetCsv} is maintained and several times faster. A
 * launcher makes it work on Python 3.10 and later.
 *
 * @example `targetCsvClassic({ delimiter: ";" })`
 */
export const targetCsvClassic = target<TargetCsvClassicSettings>({
  name: "target-csv-classic",
  package: "target-csv",
  version: "0.3.0",
  executable: "target-csv",
  launcher: "target_csv.py",
  settings,
  required,
  settingsSchema,
  defaults: { disable_collection: true },
  concurrentSetup: true,
  outputSetting: "destination_path",
  destination: ["destination_path"],
  limitations: [
    {
      cases: ["text_empty"],
      outcome: "differs",
      text: "Empty text and NULL look the same: a CSV file has no NULL.",
    },
    {
      cases: ["decimal_38"],
      outcome: "differs",
      text: "Numbers with a fraction keep 15 to 17 digits. Integers keep all digits.",
    },
    {
      cases: ["json_object", "json_numbers", "json_escape"],
      outcome: "differs",
      text: "The members of an object become separate columns, such as `value__a` for `{ value: { a: 1 } }`. Lists are JSON.",
    },
  ],
});
