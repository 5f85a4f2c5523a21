import { DEFAULTS } from "../defaults";
import type { Resources, Retries } from "../entry";
import { durationSeconds } from "../units";
import { all, isFields, quote, record, wholeNumber, type Check } from "./checks";
import { bytesOf, cpu, duration, memory, milliCores } from "./quantities";

const resourceFields: { readonly [Key in keyof Required<Resources>]: Check } = {
  cpu,
  cpuLimit: cpu,
  memory,
};

const retryFields: { readonly [Key in keyof Required<Retries>]: Check } = {
  limit: wholeNumber(0, 10),
  delay: duration,
  maxDelay: duration,
};

/** What a container may use; Kubernetes refuses a reservation above the limit. */
export const resources: Check = all(record(resourceFields), (value, at) => {
  if (!isFields(value)) return [];
  const limit = milliCores(value["cpuLimit"]);
  const reserved = milliCores(value["cpu"] ?? DEFAULTS.resources.cpu);
  if (limit === undefined || reserved === undefined || reserved <= limit) return [];
  const shown =
    value["cpu"] === undefined
      ? `${DEFAULTS.resources.cpu} (the default)`
      : JSON.stringify(value["cpu"]);
  return [`${at}.cpu ${shown}: is more than cpuLimit ${JSON.stringify(value["cpuLimit"])}`];
});

/** What the tap and the target of a replication may use, each for itself. */
export const pairResources: Check = record({ tap: resources, target: resources });

/** Connectors in Python take 30 to 90 MiB before they move anything. */
const LEAST_FOR_CONNECTOR = 64 * 2 ** 20;

/** What is worth knowing of the memory of a replication's connectors; the pod that has too little is killed at its first run. */
export function memoryNotes(entry: unknown): readonly string[] {
  const pair = isFields(entry) ? entry["resources"] : undefined;
  if (!isFields(pair)) return [];
  return ["tap", "target"].flatMap((side) => {
    const given = pair[side];
    const value = isFields(given) ? given["memory"] : undefined;
    const bytes = bytesOf(value);
    if (bytes === undefined || bytes >= LEAST_FOR_CONNECTOR) return [];
    return [
      `resources.${side}.memory ${JSON.stringify(value)}: most connectors do not start with that little; they take 30 to 90 MiB before they move anything`,
    ];
  });
}

/** How failed steps are tried again; the first pause cannot be longer than the longest. */
export const retries: Check = all(record(retryFields), (value, at) => {
  if (!isFields(value)) return [];
  const { delay, maxDelay = DEFAULTS.retries.maxDelay } = value;
  if (typeof delay !== "string" || typeof maxDelay !== "string") return [];
  const [first, longest] = [durationSeconds(delay), durationSeconds(maxDelay)];
  if (first === undefined || longest === undefined || first <= longest) return [];
  return [
    `${at}.delay ${quote(delay)}: is longer than maxDelay ${quote(maxDelay)}${value["maxDelay"] === undefined ? " (the default)" : ""}`,
  ];
});
