import type { Check } from "./check";
import { fail } from "./finding";

/** Can nodes start the pods of runs? Only events explain why not; there is no finding if all can. */
export const nodesCheck: Check = ({ nodeProblems, namespace }) => {
  // The check of images reports why pods could not be read.
  const byPod = new Map((nodeProblems.ok ? nodeProblems.value : []).map((one) => [one.pod, one]));
  return [...byPod.values()].flatMap(({ pod, reason, message }) =>
    fail(
      "nodes",
      `pod ${pod} does not start: ${reason}: ${message.split("\n")[0]}`,
      ({ kubectl }) =>
        `fix it on the node, or ask who runs the cluster; the run then continues: ${kubectl(`describe pod ${pod} -n ${namespace}`)}`,
    ),
  );
};
