import type { ClusterSettings } from "./cluster-settings";
import { commitRequest, COMMITTED, LOADED, SUMMARY, verdictRequest } from "./requests";
import { committedFacts, committedMetrics } from "./singer-metrics";
import { runnerContainer, smallPod, workMounts } from "./singer-pod";
import { withRetries } from "./singer-retry";
import { resultInputs } from "./singer-summary";
import { fileFromStep, fileOut, keys, optionalFileOut, WORK } from "./store-artifacts";
import type { Template } from "./types";

/**
 * What a commit stores: the state, in the history first, so that each one in force can be found there; then what the
 * run has come to. A run without a new state leaves the first two out.
 */
export const committed: NonNullable<Template["outputs"]> = {
  parameters: [...committedFacts],
  artifacts: [
    optionalFileOut("history", keys.history, COMMITTED),
    optionalFileOut("state", keys.state, COMMITTED),
    fileOut("summary", keys.file("summary.json"), SUMMARY),
  ],
};

/**
 * Saves the state that a load left. It is a pod of its own: an output that fails to upload does not stop the next one
 * of the same pod, and the state must not be saved where an output of the load was lost.
 */
export function commitTemplates(settings: ClusterSettings): readonly Template[] {
  return withRetries({
    name: "commit",
    ...smallPod(settings),
    inputs: {
      parameters: [{ name: "run" }, { name: "tapOutcome" }],
      artifacts: [
        { ...fileFromStep("candidate", `${WORK}/candidate.json`), optional: true },
        ...resultInputs,
      ],
    },
    metrics: { prometheus: [...committedMetrics] },
    container: runnerContainer(settings, "main", settings.runnerImage, commitRequest, workMounts),
    outputs: committed,
  });
}

/** Fails a run with the error of a step that had left that to it, and tells how much was loaded all the same: a notification has no other way to know. */
export function verdictTemplate(settings: ClusterSettings): Template {
  return {
    name: "verdict",
    ...smallPod(settings),
    inputs: {
      artifacts: [
        fileFromStep("result", `${WORK}/result.json`),
        { ...fileFromStep("loaded", LOADED), optional: true },
      ],
    },
    container: runnerContainer(settings, "main", settings.runnerImage, verdictRequest, workMounts),
  };
}
