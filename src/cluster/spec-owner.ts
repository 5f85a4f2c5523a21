import type { CronWorkflowObject } from "./objects";

/** Who wrote the spec, or another part, of an object last. */
export interface SpecOwner {
  /** Such as `kubectl-patch`. */
  readonly manager: string;
  /** RFC 3339 in UTC. */
  readonly time: string;
}

/** Manager of the fields that `tapctl up` writes: pulumi-kubernetes puts a number of its own behind it. */
const PULUMI = /^pulumi-kubernetes/;

/** Since when a schedule has been there as it is, RFC 3339 in UTC: since it was written last, or made where nobody says so. */
export function scheduledSince(cron: CronWorkflowObject): string {
  return specOwner(cron)?.time ?? cron.metadata.creationTimestamp;
}

/** Who wrote a schedule last, as Kubernetes keeps it; undefined where it does not say. */
function specOwner(cron: CronWorkflowObject): SpecOwner | undefined {
  return lastWriter(cron, "f:spec");
}

function lastWriter(
  { metadata }: CronWorkflowObject,
  field: "f:spec" | "f:status",
): SpecOwner | undefined {
  const writers = (metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => fieldsV1 !== undefined && field in fieldsV1)
    .sort((a, b) => ((a.time ?? "") < (b.time ?? "") ? 1 : -1));
  const [{ manager, time } = {}] = writers;
  return manager === undefined || time === undefined ? undefined : { manager, time };
}

/** Whether a schedule was written after Argo last wrote its status, which is about an earlier one then. */
export function isNewerThanStatus(cron: CronWorkflowObject): boolean {
  const status = lastWriter(cron, "f:status");
  return status !== undefined && scheduledSince(cron) > status.time;
}

/** Who changed by hand what `tapctl up` had written; undefined where nobody did, or where something else deploys the schedules. */
export function changedByHand(cron: CronWorkflowObject): SpecOwner | undefined {
  const byPulumi = (cron.metadata.managedFields ?? []).some(({ manager = "" }) =>
    PULUMI.test(manager),
  );
  const owner = specOwner(cron);
  return byPulumi && owner !== undefined && !PULUMI.test(owner.manager) ? owner : undefined;
}
