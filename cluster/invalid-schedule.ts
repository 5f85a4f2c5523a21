import { parseCron } from "../pipelines/validation/cron";
import type { CronWorkflowObject } from "./objects";

/** Argo makes a run's name of the schedule's and a number. */
const LONGEST_NAME = 52;

/** Why Argo never starts a schedule, in its words where it says so; undefined where it is valid. */
export function invalidSchedule({ metadata, spec, status }: CronWorkflowObject): string | undefined {
  const said = saidByArgo(status, "SpecError");
  if (said !== undefined) return said;
  const schedules = spec.schedules ?? [];
  const wrong = schedules.length === 0 ? "it has no schedules" : metadata.name.length > LONGEST_NAME ? `its name is longer than ${LONGEST_NAME}` : schedules.map(parseProblem).find((problem) => problem !== undefined);
  return wrong === undefined ? undefined : `Argo never starts it: ${wrong}`;
}

/** What Argo says of a schedule in a condition of that type; undefined where the condition does not hold. */
export function saidByArgo(status: CronWorkflowObject["status"], type: "SpecError" | "SubmissionError"): string | undefined {
  const condition = (status?.conditions ?? []).find((each) => each.type === type && each.status === "True");
  return condition && `Argo says ${type}: ${condition.message ?? "nothing more"}`;
}

function parseProblem(schedule: string): string | undefined {
  const parsed = parseCron(schedule);
  return parsed.ok ? undefined : `schedule "${schedule}": ${parsed.problem}`;
}
