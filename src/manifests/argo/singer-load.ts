import type { ClusterSettings } from "./cluster-settings";
import { parameter } from "./parameters";
import { stateInputs, storeConfigInputs } from "./singer-inputs";
import {
  configMount,
  configVolume,
  runnerContainer,
  singerPod,
  targetFlags,
  workMounts,
} from "./singer-pod";
import { withRetries } from "./singer-retry";
import { fileFromStep, folderOut, keys, optionalFileOut, WORK } from "./store-artifacts";
import type { NamedTemplate, Template } from "./types";

/** Folder that targets write files to. */
export const OUTPUT = `${WORK}/output`;

/** Gives an extract to the target. It leaves the state to save as a candidate of this attempt, and saves nothing. */
export function loadTemplates(settings: ClusterSettings): readonly Template[] {
  return withRetries(loadPod(settings), ["candidate", "result"]);
}

function loadPod(settings: ClusterSettings): NamedTemplate {
  const pod = singerPod(settings);
  return {
    name: "load",
    ...pod,
    inputs: {
      parameters: [{ name: "run" }, { name: "tapOutcome" }],
      artifacts: [
        fileFromStep("extract", `${WORK}/extract.jsonl`),
        { ...fileFromStep("catalog", `${WORK}/catalog.json`), optional: true },
        ...stateInputs,
        ...storeConfigInputs("target"),
      ],
    },
    volumes: [...pod.volumes, configVolume("target")],
    podSpecPatch: parameter("targetPatch"),
    container: runnerContainer(settings, "main", parameter("targetImage"), loadArgs, [
      ...workMounts,
      configMount("target"),
    ]),
    outputs: {
      parameters: [{ name: "outcome", valueFrom: { path: `${WORK}/outcome` } }],
      artifacts: [
        optionalFileOut("candidate", keys.candidate, `${WORK}/candidate.json`),
        folderOut("output", keys.file("output.tar.gz"), OUTPUT),
        optionalFileOut("result", keys.file("load-result.json"), `${WORK}/result.json`),
        optionalFileOut("log", keys.targetLog, `${WORK}/target.log`),
      ],
    },
  };
}

const loadArgs = [
  ...["load", ...targetFlags, "--tap-outcome", "{{inputs.parameters.tapOutcome}}"],
  ...[
    "--input",
    `${WORK}/extract.jsonl`,
    "--catalog",
    `${WORK}/catalog.json`,
    "--result",
    `${WORK}/result.json`,
    "--outcome",
    `${WORK}/outcome`,
    "--leave-verdict",
  ],
];
