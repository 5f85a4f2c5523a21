import type { ClusterSettings } from "./cluster-settings";
import { parameter } from "./parameters";
import { commitArgs, committedState } from "./singer-commit";
import { stateInputs } from "./singer-inputs";
import { configMount, configVolume, retriedByCode, runnerContainer, singerPod, tapFlags, targetFlags, workMounts } from "./singer-pod";
import { keys, optionalFileIn, optionalFileOut, WORK } from "./store-artifacts";
import type { Template } from "./types";

const PIPE = `${WORK}/pipe`;

/**
 * Runs tap and target at the same time in one pod, with a FIFO between them. The third container begins only when both
 * ended well, so that the file it leaves, and with it the state, exists in no other case.
 *
 * Every container of a set is a main one: a tap that is killed fails the pod, which a side-car's would not.
 */
export function streamTemplate(settings: ClusterSettings): Template {
  const pod = singerPod(settings);
  return {
    name: "stream-pod",
    ...pod,
    inputs: { parameters: [{ name: "run" }], artifacts: [...stateInputs, optionalFileIn("overlay", keys.overlay)] },
    volumes: [...pod.volumes, configVolume("tap"), configVolume("target")],
    podSpecPatch: parameter("streamPatch"),
    retryStrategy: retriedByCode,
    initContainers: [{ ...runnerContainer(settings, "fifo", parameter("targetImage"), [], workMounts), command: ["python3", "-c"], args: [`import os; os.mkfifo("${PIPE}")`] }],
    containerSet: {
      // Inputs go to a volume of all containers: elsewhere an optional one that is not in the store becomes a folder.
      volumeMounts: workMounts,
      containers: [
        member(settings, "tap", parameter("tapImage"), tapArgs, "tap"),
        member(settings, "target", parameter("targetImage"), targetArgs, "target"),
        { ...member(settings, "main", settings.runnerImage, commitArgs), dependencies: ["tap", "target"] },
      ],
    },
    outputs: {
      artifacts: [
        ...committedState.map((artifact) => ({ ...artifact, optional: true })),
        optionalFileOut("tap-log", keys.file("tap.log"), `${WORK}/tap.log`),
        optionalFileOut("target-log", keys.file("target.log"), `${WORK}/target.log`),
        optionalFileOut("catalog", keys.file("catalog.json"), `${WORK}/catalog.json`),
        optionalFileOut("overlay", keys.overlay, `${WORK}/overlay.json`),
        optionalFileOut("tap-result", keys.file("extract-result.json"), `${WORK}/tap-result.json`),
        optionalFileOut("target-result", keys.file("load-result.json"), `${WORK}/target-result.json`),
      ],
    },
  };
}

const tapArgs = ["extract", ...tapFlags, "--output", PIPE, "--result", `${WORK}/tap-result.json`];

const targetArgs = ["load", ...targetFlags, "--input", PIPE, "--result", `${WORK}/target-result.json`];

/** A container of the set, which mounts the work volumes into each of them. */
function member(settings: ClusterSettings, name: string, image: string, args: readonly string[], config?: "tap" | "target") {
  return runnerContainer(settings, name, image, args, config ? [configMount(config)] : []);
}
