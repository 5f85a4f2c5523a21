import { parseCron } from "../model/cron/cron";
import type { CronWorkflowObject } from "./objects";
import { isNewerThanStatus } from "./spec-owner";

/** Argo names a run after the schedule, with a numeric suffix. */
const LONGEST_NAME = 52;

/** Why Argo never starts a schedule, in Argo's words if it reports it; undefined if it is valid. */
export function invalidSchedule(cron: CronWorkflowObject): string | undefined {
  const said = saidByArgo(cron, "SpecError");
  if (said !== undefined) return said;
  const { metadata, spec } = cron;
  const schedules = spec.schedules ?? [];
  const wrong =
    schedules.length === 0
      ? "it has no schedules"
      : metadata.name.length > LONGEST_NAME
        ? `its name is longer than ${LONGEST_NAME}`
        : schedules.map(parseProblem).find((problem) => problem !== undefined);
  return wrong === undefined ? undefined : `Argo never starts it: ${wrong}`;
}

/**
 * Argo's message for a condition of this type; undefined if the condition is false or about an
 * earlier schedule.
 */
export function saidByArgo(
  cron: CronWorkflowObject,
  type: "SpecError" | "SubmissionError",
): string | undefined {
  const condition = (cron.status?.conditions ?? []).find(
    (each) => each.type === type && each.status === "True",
  );
  if (condition === undefined || isOutdated(cron, condition.message ?? "")) return undefined;
  return `Argo reports ${type}: ${condition.message ?? "no details"}`;
}

/**
 * Argo clears a condition only at the next run, and already runs a schedule that was fixed in the
 * meantime.
 */
function isOutdated(cron: CronWorkflowObject, message: string): boolean {
  const malformed = /cron schedule (.+) is malformed/.exec(message)?.[1];
  if (
    malformed !== undefined &&
    !(cron.spec.schedules ?? []).some((schedule) => malformed.endsWith(schedule))
  )
    return true;
  return isNewerThanStatus(cron);
}

function parseProblem(schedule: string): string | undefined {
  const parsed = parseCron(schedule);
  return parsed.ok ? undefined : `schedule "${schedule}": ${parsed.problem}`;
}
