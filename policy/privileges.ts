import type { Json, JsonObject } from "../src/model/connector-settings";
import { containerText, podsOf, type Pod } from "./pods";
import { objectOf, objectsOf, type ResourcePolicy } from "./policy";

/** Settings of {@link privileges}. */
export interface PrivilegeSettings {
  /** Templates whose containers may run as root. */
  readonly mayBeRoot: readonly string[];
  /** Capabilities that a container may add. */
  readonly capabilities: readonly string[];
}

/** Fields that share a namespace of the node with the pod. */
const SHARED = ["hostNetwork", "hostPID", "hostIPC"] as const;

/** Rejects containers that run as root or with privileges on the node. */
export const privileges: ResourcePolicy<PrivilegeSettings> = {
  name: "no-privileges",
  description:
    "Containers are not privileged, do not run as root, cannot gain privileges and share nothing with the node.",
  level: "mandatory",
  scope: "resource",
  settings: {
    mayBeRoot: {
      type: "array",
      items: { type: "string" },
      default: ["follow-up-pod", "job-run-pod"],
      description:
        "Workflow templates whose containers may run as root, because users provide the image; never privileged.",
    },
    capabilities: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Capabilities that a container may add, such as NET_BIND_SERVICE.",
    },
  },
  check: (resource, settings) =>
    podsOf(resource).flatMap((pod) => [
      ...sharedWithNode(pod),
      ...pod.containers.flatMap((container) =>
        wrongWith(container, pod, settings).map(
          (what) => `${pod.where}${containerText(container)} ${what}`,
        ),
      ),
    ]),
};

function sharedWithNode({ where, spec }: Pod): readonly string[] {
  const flags = SHARED.filter((name) => spec[name] === true).map(
    (name) => `${where}the pod sets ${name}`,
  );
  const paths = objectsOf(spec["volumes"])
    .filter((volume) => "hostPath" in volume)
    .map(() => `${where}the pod mounts a directory of the node (hostPath)`);
  return [...flags, ...paths];
}

function wrongWith(
  container: JsonObject,
  { spec, template, extent }: Pod,
  { mayBeRoot, capabilities }: PrivilegeSettings,
): readonly string[] {
  const own = objectOf(container["securityContext"]);
  const added = listOf(objectOf(own["capabilities"])["add"]).filter(
    (name) => !capabilities.includes(name),
  );
  const root =
    template !== undefined && mayBeRoot.includes(template)
      ? []
      : rootProblems({ ...objectOf(spec["securityContext"]), ...own }, extent);
  return [
    ...(own["privileged"] === true ? ["is privileged"] : []),
    ...(own["allowPrivilegeEscalation"] === true
      ? ["can gain privileges: allowPrivilegeEscalation is true"]
      : []),
    ...(added.length > 0 ? [`adds capabilities: ${added.join(", ")}`] : []),
    ...root,
  ];
}

/** A complete pod must set `runAsNonRoot`; a patch may leave it to the template. */
function rootProblems(security: JsonObject, extent: Pod["extent"]): readonly string[] {
  if (security["runAsUser"] === 0) return ["runs as root: runAsUser is 0"];
  if (security["runAsNonRoot"] === true) return [];
  return extent === "patch" && security["runAsNonRoot"] === undefined
    ? []
    : ["may run as root: set runAsNonRoot to true"];
}

function listOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly Json[]).map(String) : [];
}
