import type { JsonObject } from "../src/model/connector-settings";
import { containerText, podsOf } from "./pods";
import { objectOf, type ResourcePolicy } from "./policy";

/** Settings of {@link limits}. */
export interface LimitSettings {
  /** Whether a CPU limit is required too. A CPU limit that is too low slows a run down. */
  readonly cpuLimit: boolean;
}

/** Requires requests, which the scheduler needs, and a memory limit, which protects other pods of the node. */
export const limits: ResourcePolicy<LimitSettings> = {
  name: "requests-and-limits",
  description: "Containers have CPU and memory requests and a memory limit.",
  level: "mandatory",
  scope: "resource",
  settings: {
    cpuLimit: {
      type: "boolean",
      default: false,
      description: "Whether a CPU limit is required too.",
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
