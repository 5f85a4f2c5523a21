import type { ClusterSettings } from "./cluster-settings";
import { retriedByCode, runnerContainer, smallPod, workMounts } from "./singer-pod";
import { fileFromStep, fileOut, keys, WORK } from "./store-artifacts";
import type { Template } from "./types";

const COMMITTED = `${WORK}/commit.json`;

/** Output artifacts that save a state: in the history first, so that each one in force can be found there. */
export const committedState = [fileOut("history", keys.history, COMMITTED), fileOut("state", keys.state, COMMITTED)];

/** Arguments of the runner that turn a candidate into the file that {@link committedState} stores. */
export const commitArgs: readonly string[] = [
  ...["commit", "--candidate", `${WORK}/candidate.json`, "--output", COMMITTED],
  ...["--pipeline", "{{workflow.parameters.pipeline}}", "--run", "{{inputs.parameters.run}}"],
];

/**
 * Saves the state that a load left. It is a pod of its own: an output that fails to upload does not stop the next one
 * of the same pod, and the state must not be saved where an output of the load was lost.
 */
export function commitTemplate(settings: ClusterSettings): Template {
  return {
    name: "commit",
    ...smallPod(settings),
    inputs: { parameters: [{ name: "run" }], artifacts: [fileFromStep("candidate", `${WORK}/candidate.json`)] },
    retryStrategy: retriedByCode,
    container: runnerContainer(settings, "main", settings.runnerImage, commitArgs, workMounts),
    outputs: { artifacts: committedState },
  };
}

/** Fails a run whose tap had failed, after its progress was saved, with the tap's own error. */
export function verdictTemplate(settings: ClusterSettings): Template {
  return {
    name: "verdict",
    ...smallPod(settings),
    inputs: { artifacts: [fileFromStep("result", `${WORK}/result.json`)] },
    container: runnerContainer(settings, "main", settings.runnerImage, ["verdict", "--result", `${WORK}/result.json`], workMounts),
  };
}
