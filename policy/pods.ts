import type { JsonObject } from "../src/model/connector-settings";
import { kindOf, objectOf, objectsOf, textOf, type Resource } from "./policy";
import { isDeferred, jsonOf, resolved, workflowOf, type Workflow } from "./workflow";

/** A pod that a resource creates, or the part of a pod that an argument sets. */
export interface Pod {
  /** Prefix of messages that names the place, such as `template "extract": `; empty for the resource itself. */
  readonly where: string;
  /** Name of the template that the pod belongs to, if any. */
  readonly template: string | undefined;
  /** Spec of the pod, with its security context and volumes. */
  readonly spec: JsonObject;
  /** All containers, with patches applied. */
  readonly containers: readonly JsonObject[];
  /**
   * - `whole`: the complete spec of the pod.
   * - `open`: a spec that each run completes with a patch.
   * - `patch`: such a patch; the template sets everything else.
   */
  readonly extent: "whole" | "open" | "patch";
}

/** Path of the pod spec in each kind that creates pods. */
const POD_SPECS: { readonly [kind: string]: readonly string[] } = {
  Pod: ["spec"],
  ...Object.fromEntries(
    ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"].map(
      (kind) => [kind, ["spec", "template", "spec"]],
    ),
  ),
  CronJob: ["spec", "jobTemplate", "spec", "template", "spec"],
};

/** Lists the pods of a Kubernetes or Argo resource, including patches passed as Workflow arguments. */
export function podsOf(resource: Resource): readonly Pod[] {
  const path = POD_SPECS[kindOf(resource) ?? ""];
  if (path !== undefined) {
    const spec = path.reduce((at, name) => objectOf(at[name]), resource.props);
    return [
      {
        where: "",
        template: undefined,
        spec,
        containers: [...objectsOf(spec["initContainers"]), ...objectsOf(spec["containers"])],
        extent: "whole",
      },
    ];
  }
  const workflow = workflowOf(resource);
  return workflow === undefined
    ? []
    : [
        ...workflow.templates.flatMap((template) => templatePods(template, workflow)),
        ...argumentPods(workflow),
      ];
}

/** The container as named in messages. */
export function containerText({ name }: JsonObject): string {
  return `container "${textOf(name) ?? "main"}"`;
}

function templatePods(template: JsonObject, workflow: Workflow): readonly Pod[] {
  const main = [template["container"], template["script"]]
    .filter((one) => one !== undefined)
    .map(objectOf);
  const containers = [
    ...objectsOf(template["initContainers"]),
    ...main.map((one) => ({ name: "main", ...one })),
    ...objectsOf(objectOf(template["containerSet"])["containers"]),
    ...objectsOf(template["sidecars"]),
  ];
  if (containers.length === 0) return [];
  const name = textOf(template["name"]) ?? "";
  const patches = [workflow.spec["podSpecPatch"], template["podSpecPatch"]].flatMap((patch) =>
    typeof patch === "string" ? [resolved(patch, workflow)] : [],
  );
  const security = objectOf(template["securityContext"] ?? workflow.spec["securityContext"]);
  const patched = patches.reduce<readonly JsonObject[]>(merged, containers);
  const open = patches.some((patch) => isDeferred(patch) || patch.trim() === "{}");
  return [
    {
      where: `template "${name}": `,
      template: name,
      spec: { ...workflow.spec, ...template, securityContext: security },
      containers: patched,
      extent: open ? "open" : "whole",
    },
  ];
}

/** Lists the patches that a run passes as an argument or as part of a follow-up. */
function argumentPods({ parameters }: Workflow): readonly Pod[] {
  return [...parameters].flatMap(([name, text]) => {
    const value = jsonOf(text);
    if (Array.isArray(value))
      return objectsOf(value).flatMap((item) =>
        patchPods(`argument "${name}", "${textOf(item["name"]) ?? ""}": `, item["patch"]),
      );
    return patchPods(`argument "${name}": `, text);
  });
}

function patchPods(where: string, patch: JsonObject[string] | undefined): readonly Pod[] {
  const spec = objectOf(jsonOf(patch));
  const containers = [...objectsOf(spec["initContainers"]), ...objectsOf(spec["containers"])];
  return containers.length === 0
    ? []
    : [{ where, template: undefined, spec, containers, extent: "patch" }];
}

/** Applies a patch to the containers it names: objects are merged, other values replaced. */
function merged(containers: readonly JsonObject[], patch: string): readonly JsonObject[] {
  const patches = objectsOf(objectOf(jsonOf(patch))["containers"]);
  return containers.map((container) =>
    patches.filter(({ name }) => name === container["name"]).reduce<JsonObject>(joined, container),
  );
}

function joined(one: JsonObject, other: JsonObject): JsonObject {
  const fields = Object.entries(other).map(
    ([name, value]) =>
      [name, isPlainObject(value) ? joined(objectOf(one[name]), value) : value] as const,
  );
  return { ...one, ...Object.fromEntries(fields) };
}

function isPlainObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
