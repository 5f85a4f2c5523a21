import { isPassing, nodeMessage } from "../cluster/node-problem";
import { WORKFLOW_LABEL } from "../cluster/workflow-pods";
import type { TextWithCommands } from "../common/commands";

/** A pod in a list of the cluster, reduced to the fields used here. */
export interface PodStatus {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: { readonly [name: string]: string };
  };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly initContainerStatuses?: readonly ContainerState[];
    readonly containerStatuses?: readonly ContainerState[];
  };
}

interface ContainerState {
  readonly name: string;
  readonly image?: string;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: Terminated;
  };
  readonly lastState?: { readonly terminated?: Terminated };
}

interface Terminated {
  readonly exitCode: number;
  readonly reason?: string;
}

/** An event of the cluster. */
export interface ClusterEvent {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly involvedObject: {
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
  };
}

/** Why something does not start, and how to fix it. */
export interface Problem {
  /** Stable while the cluster's wording changes. */
  readonly key: string;
  readonly cause: string;
  readonly fix: TextWithCommands;
}

const IMAGE = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "RegistryUnavailable",
]);
const CONFIG = new Set(["CreateContainerConfigError", "CreateContainerError"]);

const VOLUME_FIX =
  "correct the storage class or the size in the settings (tapctl:objectStore.storageClass and size, tapctl:scratch), or add a default StorageClass or a matching volume to the cluster";

/** Events that explain why a pod is not created or its volumes are missing. */
const eventFixes = (): { readonly [reason: string]: string } => ({
  FailedCreate:
    "change what rejects the pod: a quota, a LimitRange or an admission rule of the namespace",
  FailedCreatePodSandBox: "check the node: its container runtime, network plugin and sandbox image",
  NetworkNotReady: "check the node: its network plugin and the configuration of it",
  FailedMount: "create the missing object, or correct its name",
  FailedAttachVolume: "check the cluster's storage driver",
  FailedBinding: VOLUME_FIX,
  ProvisioningFailed: VOLUME_FIX,
});

/**
 * Why pods of an installation do not start, as far as the cluster reports it. Pods of runs are left
 * out: they fail for reasons of their own, which `tapctl status` shows.
 *
 * @param pods the pods of the namespaces.
 * @param events the events of the namespaces.
 */
export function podProblems(
  pods: readonly PodStatus[],
  events: readonly ClusterEvent[] = [],
): readonly Problem[] {
  const runs = pods.filter(isOfRun).map(({ metadata: { name } }) => name);
  const found = [
    ...pods.filter((pod) => !isOfRun(pod)).flatMap(problemsOf),
    ...events.filter((event) => !concernsAny(runs, event)).flatMap(eventProblem),
  ];
  return [...new Map(found.map((problem) => [problem.key, problem])).values()];
}

function isOfRun({ metadata: { labels = {} } }: PodStatus): boolean {
  return labels[WORKFLOW_LABEL] !== undefined;
}

/** Whether an event is about one of these pods or a claim for its volumes, `POD-VOLUME`. */
function concernsAny(pods: readonly string[], { involvedObject }: ClusterEvent): boolean {
  return pods.some(
    (pod) => involvedObject.name === pod || involvedObject.name.startsWith(`${pod}-`),
  );
}

function problemsOf({ metadata: { name, namespace }, status = {} }: PodStatus): readonly Problem[] {
  if (status.phase === "Succeeded") return [];
  const pod = `pod ${namespace}/${name}`;
  const unscheduled = status.conditions?.find(
    ({ type, status: is, reason }) =>
      type === "PodScheduled" && is === "False" && reason === "Unschedulable",
  );
  if (unscheduled)
    return [
      problem(
        `${pod} cannot be scheduled: ${unscheduled.message ?? "no node has room"}`,
        fixOfScheduling(unscheduled.message ?? ""),
      ),
    ];
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].flatMap(
    (container) => containerProblem(pod, namespace, name, container),
  );
}

function problem(cause: string, fix: TextWithCommands): Problem {
  return { key: cause, cause, fix };
}

function fixOfScheduling(message: string): TextWithCommands {
  if (/PersistentVolumeClaim/i.test(message)) return VOLUME_FIX;
  return /Insufficient/.test(message)
    ? "add a node, or reduce the resource requests in the settings"
    : ({ kubectl }) => `check the nodes and their taints: ${kubectl("get nodes")}`;
}

function containerProblem(
  pod: string,
  namespace: string,
  name: string,
  { name: container, image, state, lastState }: ContainerState,
): readonly Problem[] {
  const { reason = "", message = "" } = state?.waiting ?? {};
  if (IMAGE.has(reason))
    return [
      {
        key: `${pod} ${image ?? ""}`,
        cause: `${pod} cannot pull ${image ?? "its image"}: ${pullError(message) || reason}`,
        fix: "check the image name, that the nodes can reach its registry, and the pull secrets (tapctl:argo.imageRegistry, tapctl:objectStore.image, tapctl:imagePullSecrets)",
      },
    ];
  if (CONFIG.has(reason))
    return [
      problem(
        `${pod} cannot start "${container}": ${message || reason}`,
        "create the missing object, or correct its name in the settings",
      ),
    ];
  const isRestarting = reason === "CrashLoopBackOff";
  const ended = state?.terminated ?? (isRestarting ? lastState?.terminated : undefined);
  if (ended === undefined || ended.exitCode === 0) return [];
  const how = ended.reason === "OOMKilled" ? "ran out of memory" : `exited with ${ended.exitCode}`;
  return [
    problem(`${pod}: "${container}" ${how}`, ({ kubectl }) =>
      kubectl(`-n ${namespace} logs ${name} -c ${container}${isRestarting ? " --previous" : ""}`),
    ),
  ];
}

/** The registry's error: the kubelet wraps it in descriptions that quote the image. */
function pullError(message: string): string {
  return message
    .replace(/^.*": /s, "")
    .replace(/^Back-off pulling image .*$/s, "")
    .trim();
}

function eventProblem({
  type,
  reason = "",
  message = "",
  involvedObject: { kind, name, namespace },
}: ClusterEvent): readonly Problem[] {
  const fix = eventFixes()[reason];
  // Kubernetes reports a claim that no volume matches as normal.
  if ((type !== "Warning" && reason !== "FailedBinding") || fix === undefined) return [];
  if (isPassing(message)) return [];
  const error = nodeMessage(message);
  const cause = `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}: ${error}`;
  // Such a node fails all its pods, each attempt with another id.
  const isOfNode = reason === "FailedCreatePodSandBox" || reason === "NetworkNotReady";
  return [{ key: isOfNode ? error.replace(/[0-9a-f]{32,}/g, "") : cause, cause, fix }];
}
