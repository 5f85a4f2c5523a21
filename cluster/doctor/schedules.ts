import { parseCron } from "../../pipelines/validation/cron";
import { dueAfter } from "../../status/pipeline-status";
import type { CronWorkflowObject } from "../objects";
import { look, type Check } from "./check";
import type { DoctorFacts } from "./facts";
import { fail, ok, type Finding } from "./finding";

const LONGEST_NAME = 52;
const UNSCHEDULED_SECONDS = 300;

/** Does Argo hold a schedule invalid, which it says nowhere else? */
export const schedulesCheck: Check = (facts) =>
  look("schedules", facts.crons, (crons) => {
    const problems = crons.flatMap((cron) => scheduleProblems(cron, facts));
    return problems.length > 0 ? problems : ok("schedules", `${crons.length} on the cluster, all valid`);
  });

function scheduleProblems(cron: CronWorkflowObject, { now, workflows }: DoctorFacts): readonly Finding[] {
  const { metadata, spec, status } = cron;
  const { name } = metadata;
  const said = (status?.conditions ?? []).find(({ type, status: is }) => (type === "SpecError" || type === "SubmissionError") && is === "True");
  if (said !== undefined) return fail("schedules", `${name}: Argo says ${said.type}: ${said.message ?? "nothing more"}`, "mend the entry, and deploy it: npm run up");
  if (status?.phase === "Stopped") return fail("schedules", `${name}: Argo has stopped it for good`, `delete it, and deploy it again: kubectl delete cronworkflow ${name} -n ${metadata.namespace ?? ""}; npm run up`);
  const schedules = spec.schedules ?? [];
  const wrong = schedules.length === 0 ? "it has no schedules" : name.length > LONGEST_NAME ? `its name is longer than ${LONGEST_NAME}` : schedules.map(parseProblem).find((problem) => problem !== undefined);
  if (wrong !== undefined) return fail("schedules", `${name}: Argo never starts it: ${wrong}`, "mend the entry, and deploy it: npm run up");
  const started = workflows.ok && workflows.value.some((workflow) => workflow.metadata.labels?.["workflows.argoproj.io/cron-workflow"] === name);
  const due = spec.suspend || started || status?.lastScheduledTime ? undefined : dueAfter(schedules, spec.timezone ?? "UTC", new Date(metadata.creationTimestamp));
  if (due !== undefined && now.getTime() - due.getTime() > UNSCHEDULED_SECONDS * 1000) {
    return fail("schedules", `${name}: was due at ${due.toISOString()} and was never started; Argo does not say why`, "see the controller's log for its name; a changed entry makes Argo look again: npm run up");
  }
  return [];
}

function parseProblem(schedule: string): string | undefined {
  const parsed = parseCron(schedule);
  return parsed.ok ? undefined : `schedule "${schedule}": ${parsed.problem}`;
}
