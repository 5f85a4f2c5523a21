import { target } from "../src/model/define-connector";
import {
  required,
  settings,
  settingsSchema,
  type TargetJsonlSettings,
} from "./settings/target-jsonl";

export type { TargetJsonlSettings };

/**
 * Writes JSON Lines files with target-jsonl, one per stream.
 *
 * @example `targetJsonl({})`
 */
export const targetJsonl = target<TargetJsonlSettings>({
  name: "target-jsonl",
  package: "target-jsonl",
  version: "0.1.4",
  settings,
  required,
  settingsSchema,
  concurrentSetup: true,
  outputSetting: "destination_path",
  destination: ["destination_path"],
});
