import { DEFAULTS } from "../../model/defaults";
import type { FollowUp } from "../../model/replication";
import type { ClusterSettings } from "./cluster-settings";
import { secondsOf } from "./parameters";
import { containerPatch } from "./pod-spec-patch";

/**
 * Follow-ups as the parameter `followUps`, in their order: the template takes the first one and calls itself with the
 * rest. Every value is text, because Argo's expressions put it into text.
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
