import type { CronWorkflowObject } from "./objects";

/** The last writer of an object's spec or status. */
export interface SpecOwner {
  /** E.g. `kubectl-patch`. */
  readonly manager: string;
  /** RFC 3339 in UTC. */
  readonly time: string;
}

/** Field manager of `tapctl up`: pulumi-kubernetes appends a suffix. */
const PULUMI = /^pulumi-kubernetes/;

/** When a schedule was last changed, RFC 3339 in UTC; its creation time if unknown. */
export function scheduledSince(cron: CronWorkflowObject): string {
  return specOwner(cron)?.time ?? cron.metadata.creationTimestamp;
}

/** The last writer of a schedule's spec; undefined if Kubernetes does not report it. */
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

/**
 * Whether a schedule was changed after Argo last wrote its status, which then refers to an earlier
 * schedule.
 */
export function isNewerThanStatus(cron: CronWorkflowObject): boolean {
  const status = lastWriter(cron, "f:status");
  return status !== undefined && scheduledSince(cron) > status.time;
}

/**
 * Who changed a schedule manually after `tapctl up`; undefined if it is unchanged, or not deployed
 * by Pulumi.
 */
export function changedByHand(cron: CronWorkflowObject): SpecOwner | undefined {
  const byPulumi = (cron.metadata.managedFields ?? []).some(({ manager = "" }) =>
    PULUMI.test(manager),
  );
  const owner = specOwner(cron);
  return byPulumi && owner !== undefined && !PULUMI.test(owner.manager) ? owner : undefined;
}
