import { parseCron } from "../model/cron/cron";
import type { CronWorkflowObject } from "./objects";
import { isNewerThanStatus } from "./spec-owner";

/** Argo makes a run's name of the schedule's and a number. */
const LONGEST_NAME = 52;

/** Why Argo never starts a schedule, in its words where it says so; undefined where it is valid. */
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

/** What Argo says of a schedule in a condition of that type; undefined where the condition does not hold, or is about an earlier schedule. */
export function saidByArgo(
  cron: CronWorkflowObject,
  type: "SpecError" | "SubmissionError",
): string | undefined {
  const condition = (cron.status?.conditions ?? []).find(
    (each) => each.type === type && each.status === "True",
  );
  if (condition === undefined || isOutdated(cron, condition.message ?? "")) return undefined;
  return `Argo says ${type}: ${condition.message ?? "nothing more"}`;
}

/** Argo takes a condition back at the next run alone, and runs a schedule that was mended meanwhile. */
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
