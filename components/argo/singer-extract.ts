import type { ClusterSettings } from "./cluster-settings";
import { parameter } from "./parameters";
import { stateInputs, storeConfigInputs } from "./singer-inputs";
import { configMount, configVolume, retriedByCode, runnerContainer, singerPod, tapFlags, workMounts } from "./singer-pod";
import { fileOut, keys, optionalFileIn, optionalFileOut, WORK } from "./store-artifacts";
import type { Template } from "./types";

/**
 * Runs the tap; its output becomes a file of the store. A tap that fails is tried again; in the last attempt what it
 * sent counts as a `partial` extract, so that its progress is loaded before the run is failed.
 */
export function extractTemplate(settings: ClusterSettings): Template {
  const pod = singerPod(settings);
  return {
    name: "extract",
    ...pod,
    inputs: {
      parameters: [{ name: "run" }],
      artifacts: [...stateInputs, optionalFileIn("overlay", keys.overlay), ...storeConfigInputs("tap")],
    },
    volumes: [...pod.volumes, configVolume("tap")],
    podSpecPatch: parameter("tapPatch"),
    retryStrategy: retriedByCode,
    container: runnerContainer(settings, "main", parameter("tapImage"), extractArgs, [...workMounts, configMount("tap")]),
    outputs: {
      parameters: [{ name: "outcome", valueFrom: { path: `${WORK}/outcome` } }],
      artifacts: [
        fileOut("extract", keys.extract, `${WORK}/extract.jsonl`),
        fileOut("result", keys.file("extract-result.json"), `${WORK}/result.json`),
        optionalFileOut("catalog", keys.file("catalog.json"), `${WORK}/catalog.json`),
        optionalFileOut("log", keys.tapLog, `${WORK}/tap.log`),
        optionalFileOut("overlay", keys.overlay, `${WORK}/overlay.json`),
      ],
    },
  };
}

const extractArgs = [
  ...["extract", ...tapFlags],
  ...["--output", `${WORK}/extract.jsonl`, "--result", `${WORK}/result.json`, "--outcome", `${WORK}/outcome`],
  ...["--last-attempt", parameter("retries")],
];
