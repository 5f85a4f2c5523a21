import type { ClusterSettings } from "./cluster-settings";
import { parameter } from "./parameters";
import { previousInput, stateInputs, storeConfigInputs } from "./singer-inputs";
import { extractRequest } from "./connector-requests";
import { configMount, configVolume, runnerContainer, singerPod, workMounts } from "./singer-pod";
import { withRetries } from "./singer-retry";
import { fileOut, keys, optionalFileIn, optionalFileOut, WORK } from "./store-artifacts";
import type { NamedTemplate, Template } from "./types";

/**
 * Runs the tap and stores its output. A failed tap is retried. In the last attempt its output
 * counts as a `partial` extract, so that its progress is loaded before the run fails. An error that
 * a retry cannot fix ends the pod successfully with the outcome `failed`; a verdict then fails the
 * run.
 */
export function extractTemplates(settings: ClusterSettings): readonly Template[] {
  return withRetries(extractPod(settings), ["extract", "result", "catalog"]);
}

function extractPod(settings: ClusterSettings): NamedTemplate {
  const pod = singerPod(settings);
  return {
    name: "extract",
    ...pod,
    inputs: {
      parameters: [{ name: "run" }],
      artifacts: [
        ...stateInputs,
        optionalFileIn("overlay", keys.overlay),
        optionalFileIn("stored-catalog", keys.catalog),
        ...storeConfigInputs("tap"),
        ...previousInput(settings, "tap"),
      ],
    },
    volumes: [...pod.volumes, configVolume("tap")],
    podSpecPatch: parameter("tapPatch"),
    container: runnerContainer(settings, "main", parameter("tapImage"), extractRequest, [
      ...workMounts,
      configMount("tap"),
    ]),
    outputs: {
      parameters: [{ name: "outcome", valueFrom: { path: `${WORK}/outcome` } }],
      artifacts: [
        optionalFileOut("extract", keys.extract, `${WORK}/extract.jsonl`),
        fileOut("result", keys.file("extract-result.json"), `${WORK}/result.json`),
        optionalFileOut("catalog", keys.file("catalog.json"), `${WORK}/catalog.json`),
        optionalFileOut("log", keys.tapLog, `${WORK}/tap.log`),
        optionalFileOut("overlay", keys.overlay, `${WORK}/overlay.json`),
        optionalFileOut("discovered", keys.catalog, `${WORK}/discovered.json`),
      ],
    },
  };
}
