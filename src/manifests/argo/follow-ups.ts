import { DEFAULTS } from "../../model/defaults";
import type { FollowUp } from "../../model/replication";
import type { ClusterSettings } from "./cluster-settings";
import { secondsOf } from "./parameters";
import { containerPatch } from "./pod-spec-patch";

/**
 * The parameter `followUps`, in the order of the array. The template runs the first one and calls
 * itself with the rest. All values are strings, because Argo's expressions insert them into
 * strings.
 */
export function followUpsParameter(
  followUps: readonly FollowUp[],
  secret: string,
  settings: ClusterSettings,
): string {
  return JSON.stringify(
    followUps.map((followUp) => ({
      name: followUp.name,
      image: followUp.image,
      deadline: String(secondsOf(followUp.deadline ?? DEFAULTS.followUpDeadline)),
      patch: containerPatch(followUp, secret, settings.resources),
    })),
  );
}
