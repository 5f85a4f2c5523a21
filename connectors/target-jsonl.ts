import { target } from "../src/model/define-connector";

/** Settings of {@link targetJsonl}. */
export interface TargetJsonlSettings {
  /** Output folder. Default: the output folder of the run. */
  readonly destination_path?: string;

  /** File name for all streams. Default: a file per stream, with its name. */
  readonly custom_name?: string;

  /**
   * Adds the local start time to the file name. If false, runs append to the same file. Default:
   * true.
   */
  readonly do_timestamp_file?: boolean;
}

/**
 * Writes JSON Lines files with target-jsonl, one per stream.
 *
 * @example `targetJsonl({})`
 */
export const targetJsonl = target<TargetJsonlSettings>({
  name: "target-jsonl",
  package: "target-jsonl",
  version: "0.1.4",
  settings: { destination_path: "string", custom_name: "string", do_timestamp_file: "boolean" },
  required: [],
  concurrentSetup: true,
  outputSetting: "destination_path",
  destination: ["destination_path"],
});
