import type { PipelineEntry } from "../pipelines/define";

const VARIABLE = "TAPCTL_PLATFORM_ONLY";

/** Environment of an update that declares what pipelines run on and none of them: only for a stack that has none yet, as it would delete them. */
export const PLATFORM_ONLY = { [VARIABLE]: "true" };

/** The pipelines that this program is to declare: all of the array, or none beside what they run on. */
export function declaredOf(entries: readonly PipelineEntry[]): readonly PipelineEntry[] {
  return process.env[VARIABLE] === "true" ? [] : entries;
}
