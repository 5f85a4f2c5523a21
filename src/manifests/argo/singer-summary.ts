import type { ClusterSettings } from "./cluster-settings";
import { summaryRequest } from "./outcome-requests";
import { SUMMARY } from "./pod-files";
import { withReports } from "./singer-lineage";
import { runnerContainer, smallPod, workMounts } from "./singer-pod";
import { fileOut, keys, optionalFileIn } from "./store-artifacts";
import type { EnvVar, Template } from "./types";

/** Results that the steps of a run may have written. */
export const resultInputs = [
  optionalFileIn("tap-result", keys.file("extract-result.json")),
  optionalFileIn("target-result", keys.file("load-result.json")),
];

/**
 * The failed nodes as Argo lists them, in base64, so that neither Argo nor Kubernetes finds
 * placeholders in them. A variable of more than 128 KiB would prevent the pod from starting, so a
 * longer list is truncated (argo-workflows#6093).
 */
export const FAILURES: EnvVar = {
  name: "FAILURES",
  value: "{{=toBase64(workflow.failures[0:60000])}}",
};

/**
 * Writes the summary of a run that failed or that continued after the commit. Otherwise the commit
 * has already written it, so that such a run needs one pod less.
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
    container: withReports({ ...container, env: [...(container.env ?? []), FAILURES] }, settings),
    outputs: { artifacts: [fileOut("summary", keys.file("summary.json"), SUMMARY)] },
  };
}
