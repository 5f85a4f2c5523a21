import {
  certificateEnvironment,
  certificateMounts,
  certificateVolumes,
} from "./certificate-authority";
import type { ClusterSettings, Scratch } from "./cluster-settings";
import { parameter } from "./parameters";
import { proxyEnvironment } from "./proxy";
import { requestArgument, type RequestTemplate } from "./request-template";
import { hardenedContainer, hardenedPod } from "./security";
import { WORK } from "./store-artifacts";
import type { Container, Template, Volume, VolumeMount } from "./types";

const SMALL: Scratch = { size: "1Gi" };

/** Template fields of a pod that runs a connector. */
export function singerPod(
  settings: ClusterSettings,
): Required<Pick<Template, "securityContext" | "volumes">> {
  return {
    securityContext: hardenedPod,
    volumes: [...workVolumes(settings), ...certificateVolumes(settings)],
  };
}

/**
 * {@link singerPod} for a pod without a connector. Its files are small, and creating a volume would
 * take longer than its work.
 */
export function smallPod(settings: ClusterSettings): ReturnType<typeof singerPod> {
  return singerPod({ ...settings, scratch: SMALL });
}

/**
 * Volumes for the files of a run and for temporary files of connectors; the root file system is
 * read-only.
 */
export function workVolumes({ scratch }: ClusterSettings): Volume[] {
  return ["work", "tmp"].map((name) => ({ name, ...scratchSource(scratch) }));
}

function scratchSource({ size, storageClass }: Scratch): Omit<Volume, "name"> {
  if (storageClass === undefined) return { emptyDir: { sizeLimit: size } };
  return {
    ephemeral: {
      volumeClaimTemplate: {
        spec: {
          accessModes: ["ReadWriteOnce"],
          storageClassName: storageClass,
          resources: { requests: { storage: size } },
        },
      },
    },
  };
}

/** Mount of the files of a run. */
export const workMount: VolumeMount = { name: "work", mountPath: WORK };

/** HOME of a container, for files that do not belong to the run. */
export const temporaryMount: VolumeMount = { name: "tmp", mountPath: "/tmp" };

/** Mounts of {@link workVolumes}. */
export const workMounts: VolumeMount[] = [workMount, temporaryMount];

/**
 * Keys of the pipeline's Secret that a container may read. They are optional, because the runner
 * reports a missing key more clearly than a pod that never starts.
 */
export function configVolume(kind: "tap" | "target"): Volume {
  const names = [
    `${kind}-config.json`,
    `${kind}-secrets.json`,
    "identity.json",
    "initial-state.json",
    "rules.json",
    ...(kind === "tap" ? ["select.json", "mask-salt"] : []),
  ];
  return {
    name: `${kind}-config`,
    secret: {
      secretName: parameter("configSecret"),
      optional: true,
      items: names.map((name) => ({ key: name, path: name })),
    },
  };
}

/** Mount of a {@link configVolume}. */
export function configMount(kind: "tap" | "target"): VolumeMount {
  return { name: `${kind}-config`, mountPath: "/singer/config", readOnly: true };
}

/** Resources of the runner alone; the patch of a pod with a connector replaces them. */
const RUNNER_RESOURCES = { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "256Mi" } };

/**
 * A container of the runner. The command is explicit, so that Argo does not have to look it up in
 * the registry.
 */
export function runnerContainer(
  settings: ClusterSettings,
  name: string,
  image: string,
  request: RequestTemplate | undefined,
  mounts: readonly VolumeMount[],
): Container {
  const volumeMounts = [...mounts, ...certificateMounts(settings)];
  return {
    name,
    image,
    imagePullPolicy: "IfNotPresent",
    command: ["singer-runner"],
    args: request ? [requestArgument(request)] : [],
    workingDir: WORK,
    env: [
      { name: "HOME", value: "/tmp" },
      ...proxyEnvironment(settings),
      ...certificateEnvironment(settings),
      // The steps then leave in their results which datasets they read and write.
      ...(settings.lineage ? [{ name: "TAPCTL_LINEAGE", value: "true" }] : []),
    ],
    resources: RUNNER_RESOURCES,
    securityContext: hardenedContainer,
    ...(volumeMounts.length > 0 && { volumeMounts }),
  };
}
