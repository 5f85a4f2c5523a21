import type { ClusterSettings } from "./cluster-settings";
import { SUMMARY, summaryRequest } from "./requests";
import { runnerContainer, smallPod, workMounts } from "./singer-pod";
import { fileOut, keys, optionalFileIn } from "./store-artifacts";
import type { EnvVar, Template } from "./types";

/** What the steps of the run left, where they left something. */
export const resultInputs = [
  optionalFileIn("tap-result", keys.file("extract-result.json")),
  optionalFileIn("target-result", keys.file("load-result.json")),
];

/**
 * What failed, as Argo lists it, in base64: neither Argo nor Kubernetes finds anything to replace in it. A variable of
 * more than 128 KiB would keep the pod from being started, so that the end of a longer list is cut off
 * (argo-workflows#6093).
 */
export const FAILURES: EnvVar = {
  name: "FAILURES",
  value: "{{=toBase64(workflow.failures[0:60000])}}",
};

/**
 * Writes what a run has come to that failed, or that did more than to commit. Where a replication went well and nothing
 * follows it, the commit has written it already, so that such a run needs no pod more.
 */
export function summaryTemplate(settings: ClusterSettings): Template {
  const container = runnerContainer(
    settings,
    "main",
    settings.runnerImage,
    summaryRequest,
    workMounts,
  );
  return {
    name: "summarize",
    ...smallPod(settings),
    activeDeadlineSeconds: 60,
    timeout: "120s",
    inputs: {
      parameters: [{ name: "run" }],
      artifacts: [...resultInputs, optionalFileIn("committed", keys.file("summary.json"))],
    },
    container: { ...container, env: [...(container.env ?? []), FAILURES] },
    outputs: { artifacts: [fileOut("summary", keys.file("summary.json"), SUMMARY)] },
  };
}
