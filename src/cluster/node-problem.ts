import { absentOrForbidden } from "./api-errors";
import type { Connection } from "./connection";
import { containersOf } from "./containers";
import type { EventObject, Page, PodObject } from "./objects";
import { EVENTS } from "./resources";

/** Why a node cannot start the containers of a pod, as reported by the kubelet's events. */
const NODE_REASONS: readonly string[] = [
  "FailedCreatePodSandBox",
  "NetworkNotReady",
  "FailedMount",
  "FailedAttachVolume",
];

/**
 * The kubelet repeats an event while its reason persists, after the first 25 every five minutes; the
 * cluster keeps events for an hour. Source: client-go 0.34, tools/record/events_cache.go
 * (`defaultSpamQPS`).
 */
const REPEATED_WITHIN_MS = 330_000;

/**
 * Whether an event is about a delay that the kubelet reports as an error: when a node is busy, and
 * when it does not know a pod's Secrets yet because something else keeps the pod from starting.
 */
export function isPassing(message = ""): boolean {
  return /failed to sync (secret|configmap) cache: timed out|object \S+ not registered/.test(
    message,
  );
}

/** A pod that its node cannot start. */
export interface NodeProblem {
  readonly pod: string;
  /** E.g. `FailedCreatePodSandBox`. */
  readonly reason: string;
  readonly message: string;
}

/** The first of {@link nodeProblems}; undefined if there is none. */
export async function nodeProblem(
  connection: Connection,
  pods: readonly PodObject[],
  now = new Date(),
): Promise<NodeProblem | undefined> {
  return (await nodeProblems(connection, pods, now))[0];
}

/**
 * Why nodes cannot start any container of pods. Only events report it: such a pod looks as if it
 * were initializing. Empty if no pod has such an event, or access is denied.
 */
export async function nodeProblems(
  connection: Connection,
  pods: readonly PodObject[],
  now = new Date(),
): Promise<readonly NodeProblem[]> {
  const names = new Set(pods.filter(hasNotStarted).map(({ metadata }) => metadata.name));
  if (names.size === 0) return [];
  const page = await connection
    .ask<Page<EventObject>>({
      verb: "list",
      resource: EVENTS,
      namespace: connection.namespace,
      query: { fieldSelector: "involvedObject.kind=Pod,type=Warning" },
    })
    .catch(absentOrForbidden);
  return (page?.items ?? [])
    .filter(
      ({ reason, message, involvedObject, lastTimestamp }) =>
        NODE_REASONS.includes(reason) &&
        !isPassing(message) &&
        names.has(involvedObject.name) &&
        now.getTime() - Date.parse(lastTimestamp ?? "") < REPEATED_WITHIN_MS,
    )
    .map(({ reason, message, involvedObject }) => ({
      pod: involvedObject.name,
      reason,
      message: nodeMessage(message ?? ""),
    }));
}

function hasNotStarted(pod: PodObject): boolean {
  return pod.status?.phase === "Pending" && containersOf(pod).every(({ state }) => state?.waiting);
}

/** The kubelet's message without the prefixes of its remote calls. */
export function nodeMessage(message: string): string {
  return message.replace(/^[^"]*? desc = /, "").trim();
}
