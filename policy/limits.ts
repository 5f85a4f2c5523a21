import type { JsonObject } from "../src/model/connector-settings";
import { containerText, podsOf } from "./pods";
import { objectOf, type ResourcePolicy } from "./policy";

/** Settings of {@link limits}. */
export interface LimitSettings {
  /** Whether a limit of processor time is asked for as well; one that is too low makes everything slow. */
  readonly cpuLimit: boolean;
}

/** A container without requests lands anywhere; one without a memory limit takes others with it. */
export const limits: ResourcePolicy<LimitSettings> = {
  name: "requests-and-limits",
  description: "Containers reserve processor time and memory, and have a limit of memory.",
  level: "mandatory",
  scope: "resource",
  settings: {
    cpuLimit: {
      type: "boolean",
      default: false,
      description: "Whether a limit of processor time is asked for as well.",
    },
  },
  check: (resource, { cpuLimit }) =>
    podsOf(resource).flatMap(({ where, containers, extent }) => {
      if (extent === "open") return [];
      return containers.flatMap((container) => {
        const missing = missingOf(objectOf(container["resources"]), cpuLimit);
        return missing.length === 0
          ? []
          : [`${where}${containerText(container)} has no ${missing.join(", no ")}`];
      });
    }),
};

function missingOf(resources: JsonObject, cpuLimit: boolean): readonly string[] {
  const [requests, most] = [objectOf(resources["requests"]), objectOf(resources["limits"])];
  const wanted: readonly (readonly [name: string, isThere: boolean])[] = [
    ["resources.requests.cpu", "cpu" in requests || "cpu" in most],
    ["resources.requests.memory", "memory" in requests || "memory" in most],
    ["resources.limits.memory", "memory" in most],
    ["resources.limits.cpu", "cpu" in most || !cpuLimit],
  ];
  return wanted.flatMap(([name, isThere]) => (isThere ? [] : [name]));
}
