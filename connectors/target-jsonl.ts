import { target } from "../src/model/connector";

/** Settings of {@link targetJsonl}. */
export interface TargetJsonlSettings {
  /** Folder of the files. Default: the output folder of the run. */
  readonly destination_path?: string;

  /** Name of the file instead of the stream's; all streams share it then. Default: the stream's name. */
  readonly custom_name?: string;

  /** Put the local time of the start into the name; without it runs append to one file. Default: true. */
  readonly do_timestamp_file?: boolean;
}

/**
 * Writes files of one JSON object a line with target-jsonl, one a stream.
 *
 * @example `targetJsonl({})`
 */
export const targetJsonl = target<TargetJsonlSettings>({
  name: "target-jsonl",
  package: "target-jsonl",
  version: "0.1.4",
  settings: { destination_path: "string", custom_name: "string", do_timestamp_file: "boolean" },
  required: [],
  outputSetting: "destination_path",
  destination: ["destination_path"],
});
