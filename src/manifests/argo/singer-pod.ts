import {
  certificateEnvironment,
  certificateMounts,
  certificateVolumes,
} from "./certificate-authority";
import type { ClusterSettings, Scratch } from "./cluster-settings";
import { parameter } from "./parameters";
import { proxyEnvironment } from "./proxy";
import { requestArgument, type RequestTemplate } from "./requests";
import { hardenedContainer, hardenedPod } from "./security";
import { WORK } from "./store-artifacts";
import type { Container, Template, Volume, VolumeMount } from "./types";

const SMALL: Scratch = { size: "1Gi" };

/** What a pod that runs a connector has. */
export function singerPod(
  settings: ClusterSettings,
): Required<Pick<Template, "securityContext" | "volumes">> {
  return {
    securityContext: hardenedPod,
    volumes: [...workVolumes(settings), ...certificateVolumes(settings)],
  };
}

/** {@link singerPod} for one without a connector: its files are small, and a volume of its own would take longer to make than it works. */
export function smallPod(settings: ClusterSettings): ReturnType<typeof singerPod> {
  return singerPod({ ...settings, scratch: SMALL });
}

/** Volumes for a run's files and for what connectors write elsewhere: the root of the container is read-only. */
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

/** Where a run's files are seen. */
export const workMount: VolumeMount = { name: "work", mountPath: WORK };

/** HOME of a container: where it writes files that do not belong to the run. */
export const temporaryMount: VolumeMount = { name: "tmp", mountPath: "/tmp" };

/** Where {@link workVolumes} are seen. */
export const workMounts: VolumeMount[] = [workMount, temporaryMount];

/**
 * Keys of the pipeline's Secret that a container sees, and no others. They are optional, because the runner says more
 * clearly than a pod that never starts what is missing.
 */
export function configVolume(kind: "tap" | "target"): Volume {
  const names = [
    `${kind}-config.json`,
    `${kind}-secrets.json`,
    "identity.json",
    "initial-state.json",
    ...(kind === "tap" ? ["select.json"] : []),
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

/** Where a {@link configVolume} is seen. */
export function configMount(kind: "tap" | "target"): VolumeMount {
  return { name: `${kind}-config`, mountPath: "/singer/config", readOnly: true };
}

/** What the runner needs by itself; the patch of a pod with a connector says what that one needs instead. */
const RUNNER_RESOURCES = { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "256Mi" } };

/** A container of the runner: the command is explicit, so that Argo need not ask a registry for it. */
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
    ],
    resources: RUNNER_RESOURCES,
    securityContext: hardenedContainer,
    ...(volumeMounts.length > 0 && { volumeMounts }),
  };
}
