import { schedulesOf } from "../../model/define";
import { currentZone } from "../../model/cron/zone-names";
import { dueAfter } from "../../status/pipeline-status";
import { invalidSchedule, saidByArgo } from "../invalid-schedule";
import type { CronWorkflowObject } from "../objects";
import { changedByHand, scheduledSince } from "../spec-owner";
import { ifKnown, type Check } from "./check";
import type { DoctorFacts } from "./facts";
import { fail, ok, warn, type Finding } from "./finding";

const UNSCHEDULED_SECONDS = 300;

/**
 * Does Argo consider a schedule invalid, which it reports nowhere else? Does each match the array?
 */
export const schedulesCheck: Check = (facts) =>
  ifKnown("schedules", facts.crons, (crons) => {
    const problems = crons.flatMap((cron) => scheduleProblems(cron, facts));
    return problems.length > 0
      ? problems
      : ok("schedules", `${crons.length} on the cluster, all valid`);
  });

function scheduleProblems(cron: CronWorkflowObject, facts: DoctorFacts): readonly Finding[] {
  const { name } = cron.metadata;
  const changed = difference(cron, facts.entries);
  const invalid = invalidSchedule(cron);
  if (invalid === undefined) return [...startProblems(cron, facts), ...drift(cron, changed)];
  if (changed === undefined)
    return fail(
      "schedules",
      `${name}: ${invalid}`,
      ({ onStack }) => `fix the entry, then deploy it: ${onStack("up")}`,
    );
  return fail(
    "schedules",
    `${name}: ${invalid}; ${changed}`,
    ({ onStack }) => `if it was changed manually, restore it with: ${onStack("up")}`,
  );
}

/** Differences from the array, or from what the last update wrote. */
function drift(cron: CronWorkflowObject, changed: string | undefined): readonly Finding[] {
  const { name } = cron.metadata;
  const byHand = changedByHand(cron);
  if (byHand === undefined)
    return changed === undefined
      ? []
      : warn(
          "schedules",
          `${name}: ${changed}`,
          ({ onStack }) => `not deployed yet, or changed manually: ${onStack("up")}`,
        );
  return warn(
    "schedules",
    `${name}: changed manually by "${byHand.manager}" at ${byHand.time}${changed === undefined ? "" : `; ${changed}`}`,
    ({ onStack }) => `restore what the array specifies: ${onStack("up")}`,
  );
}

/** What prevents a valid schedule from starting runs. */
function startProblems(
  cron: CronWorkflowObject,
  { now, workflows }: DoctorFacts,
): readonly Finding[] {
  const { metadata, spec, status } = cron;
  const { name } = metadata;
  const refused = saidByArgo(cron, "SubmissionError");
  if (refused !== undefined)
    return fail(
      "schedules",
      `${name}: ${refused}`,
      ({ onStack }) => `fix the entry, then deploy it: ${onStack("up")}`,
    );
  if (status?.phase === "Stopped")
    return fail(
      "schedules",
      `${name}: Argo has stopped it permanently`,
      ({ kubectl, onStack }) =>
        `delete and redeploy it: ${kubectl(`delete cronworkflow ${name} -n ${metadata.namespace ?? ""}`)}; ${onStack("up")}`,
    );
  const started =
    workflows.ok &&
    workflows.value.some(
      (workflow) => workflow.metadata.labels?.["workflows.argoproj.io/cron-workflow"] === name,
    );
  const due =
    spec.suspend || started || status?.lastScheduledTime
      ? undefined
      : dueAfter(spec.schedules ?? [], spec.timezone ?? "UTC", new Date(scheduledSince(cron)));
  if (due !== undefined && now.getTime() - due.getTime() > UNSCHEDULED_SECONDS * 1000) {
    return fail(
      "schedules",
      `${name}: was due at ${due.toISOString()} but never started; Argo does not report why`,
      ({ tapctl }) =>
        zoneHint(spec.timezone) +
        "check the controller's log, as under TapctlPipelineLate in the runbook; until then, run it manually: " +
        tapctl(`run ${name}`),
    );
  }
  return [];
}

/**
 * A controller that does not know a time zone reports it only in its log (argo-workflows#15653).
 */
function zoneHint(timezone = "UTC"): string {
  return timezone === "UTC"
    ? ""
    : `older controllers do not know every time zone: try "UTC" instead of "${timezone}"; or `;
}

/** How a schedule differs from the array; undefined if it does not, or is not in the array. */
function difference(
  { metadata, spec }: CronWorkflowObject,
  entries: DoctorFacts["entries"],
): string | undefined {
  const entry = entries.find(({ name }) => name === metadata.name);
  if (entry === undefined) return undefined;
  const [there, here] = [
    scheduleText(spec.schedules ?? [], spec.timezone, spec.suspend),
    scheduleText(schedulesOf(entry), currentZone(entry.timezone ?? "UTC"), entry.suspend),
  ];
  return there === here ? undefined : `on the cluster ${there}, in the array ${here}`;
}

function scheduleText(schedules: readonly string[], timezone = "UTC", suspended = false): string {
  const texts =
    schedules.length === 0 ? "none" : schedules.map((schedule) => `"${schedule}"`).join(" and ");
  return `${texts}${timezone === "UTC" ? "" : ` (${timezone})`}${suspended ? ", switched off" : ""}`;
}
