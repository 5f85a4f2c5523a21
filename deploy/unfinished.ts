import { UserError } from "../errors";
import { capture, type CommandResult } from "./command";
import { liveObjects, objectReference, type ObjectKey, type PipelinesCluster } from "./pipeline-objects";

/** Lies in the pipelines' namespace, where any machine finds it, and goes with it. */
const NOTE = "unfinished-update";

/**
 * Notes down objects that an update is about to create while its state is not saved.
 *
 * @param objects all that it may create; those that are there already are none of its own and left out.
 */
export function noteUnfinished(cluster: PipelinesCluster, objects: readonly ObjectKey[]): void {
  const live = liveObjects(cluster);
  const note = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: NOTE, namespace: cluster.namespace, annotations: { "tapctl.dev/description": "What an update is creating. `npm run up` removes this at its end, and what it lists where the update was cut off." } },
    data: { objects: objects.filter((key) => !live.has(key)).join("\n") },
  };
  must(cluster, "noted down", ["apply", "--server-side", "--force-conflicts", "--field-manager", "tapctl", "-f", "-"], JSON.stringify(note));
}

/** What an update was creating that did not come to its end; undefined where none was cut off. */
export function readUnfinished(cluster: PipelinesCluster): readonly ObjectKey[] | undefined {
  const { output } = must(cluster, "looked for", ["get", "configmap", NOTE, "--ignore-not-found", "-o", "json"]);
  if (output === "") return undefined;
  const { data } = JSON.parse(output) as { readonly data?: { readonly objects?: string } };
  return (data?.objects ?? "").split("\n").filter((line) => line !== "") as ObjectKey[];
}

/**
 * Deletes what a cut-off update created and the state does not know; Workflows that run go on.
 *
 * @param recorded what the state knows, which stays.
 * @returns what was deleted.
 */
export function undoUnfinished(cluster: PipelinesCluster, unfinished: readonly ObjectKey[], recorded: ReadonlySet<ObjectKey>): readonly ObjectKey[] {
  const live = liveObjects(cluster);
  const unknown = unfinished.filter((key) => live.has(key) && !recorded.has(key));
  if (unknown.length > 0) {
    const list = { apiVersion: "v1", kind: "List", items: unknown.map((key) => objectReference(key, cluster.namespace)) };
    must(cluster, "undone", ["delete", "--cascade=orphan", "--ignore-not-found", "-f", "-"], JSON.stringify(list));
  }
  return unknown;
}

/** Removes the note of an update that came to its end. */
export function forgetUnfinished(cluster: PipelinesCluster): void {
  must(cluster, "forgotten", ["delete", "configmap", NOTE, "--ignore-not-found"]);
}

function must({ context, namespace }: PipelinesCluster, done: string, args: readonly string[], input?: string): CommandResult {
  const result = capture("kubectl", ["--context", context, "-n", namespace, ...args], input === undefined ? {} : { input });
  if (!result.ok) throw new UserError(`an unfinished update cannot be ${done} in the namespace "${namespace}": ${result.error.split("\n").at(-1)}`, 1);
  return result;
}
