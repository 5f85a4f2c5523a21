import type { ClusterSettings } from "./cluster-settings";
import { parameter } from "./parameters";
import { previousInput, schemasInput, stateInputs, storeConfigInputs } from "./singer-inputs";
import { loadRequest } from "./connector-requests";
import { OUTPUT, SCHEMAS } from "./pod-files";
import { configMount, configVolume, runnerContainer, singerPod, workMounts } from "./singer-pod";
import { withRetries } from "./singer-retry";
import {
  extractFromStep,
  fileFromStep,
  folderOut,
  keys,
  optionalFileOut,
  WORK,
} from "./store-artifacts";
import type { NamedTemplate, Template } from "./types";

/**
 * Passes an extract to the target. The new state remains a candidate of this attempt until the
 * commit saves it.
 */
export function loadTemplates(settings: ClusterSettings): readonly Template[] {
  return withRetries(loadPod(settings), ["candidate", "result", "schema"]);
}

function loadPod(settings: ClusterSettings): NamedTemplate {
  const pod = singerPod(settings);
  return {
    name: "load",
    ...pod,
    inputs: {
      parameters: [{ name: "run" }, { name: "tapOutcome" }],
      artifacts: [
        extractFromStep("extract", `${WORK}/extract.jsonl`),
        { ...fileFromStep("catalog", `${WORK}/catalog.json`), optional: true },
        ...stateInputs,
        schemasInput,
        ...storeConfigInputs("target"),
        ...previousInput(settings, "target"),
      ],
    },
    volumes: [...pod.volumes, configVolume("target")],
    podSpecPatch: parameter("targetPatch"),
    container: runnerContainer(settings, "main", parameter("targetImage"), loadRequest, [
      ...workMounts,
      configMount("target"),
    ]),
    outputs: {
      parameters: [{ name: "outcome", valueFrom: { path: `${WORK}/outcome` } }],
      artifacts: [
        optionalFileOut("candidate", keys.candidate, `${WORK}/candidate.json`),
        folderOut("output", keys.file("output.tar.gz"), OUTPUT),
        optionalFileOut("result", keys.file("load-result.json"), `${WORK}/result.json`),
        optionalFileOut("schema", keys.file("schema.json"), SCHEMAS),
        optionalFileOut("log", keys.targetLog, `${WORK}/target.log`),
      ],
    },
  };
}
