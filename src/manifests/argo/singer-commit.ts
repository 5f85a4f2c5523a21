import type { ClusterSettings } from "./cluster-settings";
import { commitRequest, verdictRequest } from "./outcome-requests";
import { COMMITTED, LOADED, SAVED_SCHEMAS, SCHEMAS, SUMMARY } from "./pod-files";
import { withReports } from "./singer-lineage";
import { committedFacts, committedMetrics } from "./singer-metrics";
import { runnerContainer, smallPod, workMounts } from "./singer-pod";
import { withRetries } from "./singer-retry";
import { resultInputs } from "./singer-summary";
import { fileFromStep, fileOut, keys, optionalFileOut, WORK } from "./store-artifacts";
import type { Template } from "./types";

/**
 * What a commit stores: the state, first in the history so that every state ever used can be found
 * there, then the summary of the run. Without a new state, only the summary.
 */
export const committed: NonNullable<Template["outputs"]> = {
  parameters: [...committedFacts],
  artifacts: [
    optionalFileOut("history", keys.history, COMMITTED),
    optionalFileOut("state", keys.state, COMMITTED),
    optionalFileOut("schemas", keys.schemas, SAVED_SCHEMAS),
    fileOut("summary", keys.file("summary.json"), SUMMARY),
  ],
};

/**
 * Saves the state of a load, in a pod of its own: within one pod, an output that fails to upload
 * does not stop the next, and the state must not be saved if an output of the load was lost.
 */
export function commitTemplates(settings: ClusterSettings): readonly Template[] {
  return withRetries({
    name: "commit",
    ...smallPod(settings),
    inputs: {
      parameters: [{ name: "run" }, { name: "tapOutcome" }],
      artifacts: [
        { ...fileFromStep("candidate", `${WORK}/candidate.json`), optional: true },
        { ...fileFromStep("schema", SCHEMAS), optional: true },
        ...resultInputs,
      ],
    },
    metrics: { prometheus: [...committedMetrics] },
    container: withReports(
      runnerContainer(settings, "main", settings.runnerImage, commitRequest, workMounts),
      settings,
    ),
    outputs: committed,
  });
}

/**
 * Fails a run with the error of an earlier step. The error contains how much was loaded, because a
 * notification has no other source for it.
 */
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
