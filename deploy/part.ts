const VARIABLE = "TAPCTL_PLATFORM_ONLY";

/** Environment of an update that declares what pipelines run on and none of them: only for a stack that has none yet, as it would delete them. */
export const PLATFORM_ONLY = { [VARIABLE]: "true" };

/** Whether this program is to declare what pipelines run on, and none of them. */
export function isPlatformOnly(): boolean {
  return process.env[VARIABLE] === "true";
}
