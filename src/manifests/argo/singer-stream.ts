import type { ClusterSettings } from "./cluster-settings";
import { parameter } from "./parameters";
import { streamTapRequest, streamTargetRequest } from "./connector-requests";
import { streamCommitRequest } from "./outcome-requests";
import { SCHEMAS, STREAM } from "./pod-files";
import type { RequestTemplate } from "./request-template";
import { committed } from "./singer-commit";
import { previousInput, schemasInput, stateInputs } from "./singer-inputs";
import { withReports } from "./singer-lineage";
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

/**
 * Size that container runtimes give `/dev/shm` of a pod. Its content counts as memory of the
 * container that wrote it.
 */
const SHARED_MEMORY = "64Mi";

/**
 * Runs tap and target in parallel in one pod, connected by a FIFO. The third container starts only
 * if both succeeded, so that its output file, and with it the state, exists in no other case.
 *
 * Every container of a set is a main container: a killed tap fails the pod, a killed sidecar would
 * not.
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
        schemasInput,
        optionalFileIn("overlay", keys.overlay),
        optionalFileIn("stored-catalog", keys.catalog),
        optionalFileIn("earlier", keys.file("load-result.json")),
        ...previousInput(settings, "tap"),
      ],
    },
    volumes: [
      ...pod.volumes,
      ...["tap", "target"].map(privateVolume),
      configVolume("tap"),
      configVolume("target"),
    ],
    podSpecPatch: parameter("streamPatch"),
    // Uses the runner's image, which the pod needs anyway: Argo and cluster tools report little
    // about an init container that waits for its image.
    initContainers: [
      {
        ...runnerContainer(settings, "fifo", settings.runnerImage, undefined, [workMount]),
        command: ["python3", "-c"],
        args: [`import os; os.mkfifo("${STREAM.pipe}")`],
      },
    ],
    containerSet: {
      // Inputs go to a volume shared by all containers: elsewhere, a missing optional input becomes
      // a folder. Argo stores outputs only from such a volume.
      volumeMounts: [workMount],
      containers: [
        member(settings, "tap", parameter("tapImage"), streamTapRequest, "tap"),
        member(settings, "target", parameter("targetImage"), streamTargetRequest, "target"),
        {
          ...withReports(
            member(settings, "main", settings.runnerImage, streamCommitRequest),
            settings,
          ),
          dependencies: ["tap", "target"],
        },
      ],
    },
    metrics: { prometheus: [...committedMetrics] },
    outputs: {
      parameters: [
        { name: "outcome", valueFrom: { path: STREAM.tapOutcome } },
        // Missing if the target fails the pod.
        { name: "load-outcome", valueFrom: { path: STREAM.targetOutcome, default: "unchanged" } },
        ...(committed.parameters ?? []),
      ],
      artifacts: [
        ...(committed.artifacts ?? []).map((artifact) => ({ ...artifact, optional: true })),
        optionalFileOut("tap-log", keys.tapLog, `${WORK}/tap.log`),
        optionalFileOut("target-log", keys.targetLog, `${WORK}/target.log`),
        optionalFileOut("catalog", keys.file("catalog.json"), `${WORK}/catalog.json`),
        optionalFileOut("overlay", keys.overlay, `${WORK}/overlay.json`),
        optionalFileOut("schema", keys.file("schema.json"), SCHEMAS),
        optionalFileOut("discovered", keys.catalog, `${WORK}/discovered.json`),
        optionalFileOut("tap-result", keys.file("extract-result.json"), STREAM.tapResult),
        optionalFileOut("target-result", keys.file("load-result.json"), STREAM.targetResult),
      ],
    },
  };
}

/** A container of the set. Argo mounts the work volume into each of them. */
function member(
  settings: ClusterSettings,
  name: string,
  image: string,
  request: RequestTemplate,
  config?: "tap" | "target",
) {
  const own = config ? [privateMount(config), configMount(config)] : [];
  // Each has its own folder, because connectors store their configuration below HOME.
  return runnerContainer(settings, name, image, request, [
    { ...temporaryMount, subPath: name },
    ...own,
  ]);
}

/**
 * Memory for the copy of the configuration that a runner makes for its connector. The runtime
 * mounts one `/dev/shm` into all containers of a pod, where both connectors could read both copies,
 * since they run as the same user; a volume at that path replaces it. Source: containerd,
 * `containerMounts` of its CRI server.
 */
function privateVolume(kind: string): Volume {
  return { name: `${kind}-private`, emptyDir: { medium: "Memory", sizeLimit: SHARED_MEMORY } };
}

function privateMount(kind: string): VolumeMount {
  return { name: `${kind}-private`, mountPath: "/dev/shm" };
}
