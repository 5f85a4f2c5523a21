import type { ClusterSettings } from "./cluster-settings";
import { parameter } from "./parameters";
import {
  STREAM,
  streamCommitRequest,
  streamTapRequest,
  streamTargetRequest,
  type RequestTemplate,
} from "./requests";
import { committed } from "./singer-commit";
import { stateInputs } from "./singer-inputs";
import { committedMetrics } from "./singer-metrics";
import {
  configMount,
  configVolume,
  runnerContainer,
  singerPod,
  temporaryMount,
  workMount,
} from "./singer-pod";
import { withRetries } from "./singer-retry";
import { keys, optionalFileIn, optionalFileOut, WORK } from "./store-artifacts";
import type { NamedTemplate, Template, Volume, VolumeMount } from "./types";

/** As much as a container runtime gives a pod at `/dev/shm`; what is in it counts as memory of the container that wrote it. */
const SHARED_MEMORY = "64Mi";

/**
 * Runs tap and target at the same time in one pod, with a FIFO between them. The third container begins only when both
 * ended well, so that the file it leaves, and with it the state, exists in no other case.
 *
 * Every container of a set is a main one: a tap that is killed fails the pod, which a side-car's would not.
 */
export function streamTemplates(settings: ClusterSettings): readonly Template[] {
  return withRetries(streamPod(settings), ["tap-result", "target-result"]);
}

function streamPod(settings: ClusterSettings): NamedTemplate {
  const pod = singerPod(settings);
  return {
    name: "replicate",
    ...pod,
    inputs: {
      parameters: [{ name: "run" }],
      artifacts: [
        ...stateInputs,
        optionalFileIn("overlay", keys.overlay),
        optionalFileIn("earlier", keys.file("load-result.json")),
      ],
    },
    volumes: [
      ...pod.volumes,
      ...["tap", "target"].map(privateVolume),
      configVolume("tap"),
      configVolume("target"),
    ],
    podSpecPatch: parameter("streamPatch"),
    // By the runner's image, which the pod has anyway: Argo and the cluster's tools say little of an init container that waits for its image.
    initContainers: [
      {
        ...runnerContainer(settings, "fifo", settings.runnerImage, undefined, [workMount]),
        command: ["python3", "-c"],
        args: [`import os; os.mkfifo("${STREAM.pipe}")`],
      },
    ],
    containerSet: {
      // Inputs go to a volume of all containers: elsewhere an optional one that is not in the store becomes a folder.
      // Argo stores outputs from such a volume alone.
      volumeMounts: [workMount],
      containers: [
        member(settings, "tap", parameter("tapImage"), streamTapRequest, "tap"),
        member(settings, "target", parameter("targetImage"), streamTargetRequest, "target"),
        {
          ...member(settings, "main", settings.runnerImage, streamCommitRequest),
          dependencies: ["tap", "target"],
        },
      ],
    },
    metrics: { prometheus: [...committedMetrics] },
    outputs: {
      parameters: [
        { name: "outcome", valueFrom: { path: STREAM.tapOutcome } },
        // A target that fails the pod leaves none.
        { name: "load-outcome", valueFrom: { path: STREAM.targetOutcome, default: "unchanged" } },
        ...(committed.parameters ?? []),
      ],
      artifacts: [
        ...(committed.artifacts ?? []).map((artifact) => ({ ...artifact, optional: true })),
        optionalFileOut("tap-log", keys.tapLog, `${WORK}/tap.log`),
        optionalFileOut("target-log", keys.targetLog, `${WORK}/target.log`),
        optionalFileOut("catalog", keys.file("catalog.json"), `${WORK}/catalog.json`),
        optionalFileOut("overlay", keys.overlay, `${WORK}/overlay.json`),
        optionalFileOut("tap-result", keys.file("extract-result.json"), STREAM.tapResult),
        optionalFileOut("target-result", keys.file("load-result.json"), STREAM.targetResult),
      ],
    },
  };
}

/** A container of the set, which mounts the work volume into each of them. */
function member(
  settings: ClusterSettings,
  name: string,
  image: string,
  request: RequestTemplate,
  config?: "tap" | "target",
) {
  const own = config ? [privateMount(config), configMount(config)] : [];
  // A folder of its own for each, because connectors leave what they were given below HOME.
  return runnerContainer(settings, name, image, request, [
    { ...temporaryMount, subPath: name },
    ...own,
  ]);
}

/**
 * Memory for the copy of its configuration that a runner makes for its connector. The runtime mounts one `/dev/shm` into
 * all containers of a pod, where both connectors, being the same user, could read both copies; one that the pod names
 * takes its place. Source: containerd, `containerMounts` of its CRI server.
 */
function privateVolume(kind: string): Volume {
  return { name: `${kind}-private`, emptyDir: { medium: "Memory", sizeLimit: SHARED_MEMORY } };
}

function privateMount(kind: string): VolumeMount {
  return { name: `${kind}-private`, mountPath: "/dev/shm" };
}
