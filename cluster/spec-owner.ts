import type { CronWorkflowObject, ManagedFields } from "./objects";

/** Who wrote the spec of an object last. */
export interface SpecOwner {
  /** Such as `kubectl-patch`. */
  readonly manager: string;
  /** RFC 3339 in UTC. */
  readonly time: string;
}

/** Manager of the fields that `npm run up` writes: pulumi-kubernetes puts a number of its own behind it. */
const PULUMI = /^pulumi-kubernetes/;

/** Since when a schedule has been there as it is, RFC 3339 in UTC: since it was written last, or made where nobody says so. */
export function scheduledSince(cron: CronWorkflowObject): string {
  return specOwner(cron)?.time ?? cron.metadata.creationTimestamp;
}

/** Who wrote a schedule last, as Kubernetes keeps it; undefined where it does not say. */
function specOwner({ metadata }: CronWorkflowObject): SpecOwner | undefined {
  const writers = (metadata.managedFields ?? []).filter(writesSpec).sort((a, b) => ((a.time ?? "") < (b.time ?? "") ? 1 : -1));
  const [{ manager, time } = {}] = writers;
  return manager === undefined || time === undefined ? undefined : { manager, time };
}

/** Whether a schedule was written after Argo last wrote its status, which is about an earlier one then. */
export function isNewerThanStatus(cron: CronWorkflowObject): boolean {
  const written = (cron.metadata.managedFields ?? []).filter(({ fieldsV1 }) => fieldsV1 !== undefined && "f:status" in fieldsV1).map(({ time }) => time ?? "");
  return written.length > 0 && scheduledSince(cron) > (written.sort().at(-1) ?? "");
}

/** Who changed by hand what `npm run up` had written; undefined where nobody did, or where something else deploys the schedules. */
export function changedByHand(cron: CronWorkflowObject): SpecOwner | undefined {
  const byPulumi = (cron.metadata.managedFields ?? []).some(({ manager = "" }) => PULUMI.test(manager));
  const owner = specOwner(cron);
  return byPulumi && owner !== undefined && !PULUMI.test(owner.manager) ? owner : undefined;
}

function writesSpec({ fieldsV1 }: ManagedFields): boolean {
  return fieldsV1 !== undefined && "f:spec" in fieldsV1;
}
