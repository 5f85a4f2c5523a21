import { DEFAULTS } from "../defaults";
import type { Resources, Retries } from "../entry";
import { durationSeconds } from "../units";
import { all, isFields, quote, record, wholeNumber, type Check } from "./checks";
import { bytesOf, cpu, duration, memory, milliCores } from "./quantities";

const resourceFields: { readonly [Key in keyof Required<Resources>]: Check } = {
  cpu,
  cpuLimit: cpu,
  memory,
  ephemeralStorage: memory,
};

const retryFields: { readonly [Key in keyof Required<Retries>]: Check } = {
  limit: wholeNumber(0, 10),
  delay: duration,
  maxDelay: duration,
};

/** Resources of a container. Kubernetes refuses a request above the limit. */
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

/** Resources of the tap and the target of a replication. */
export const pairResources: Check = record({ tap: resources, target: resources });

/** Connectors in Python use 30 to 90 MiB before they process any data. */
const LEAST_FOR_CONNECTOR = 64 * 2 ** 20;

/**
 * Notes about the memory of a replication's connectors. Kubernetes would kill a pod with too little
 * at its first run.
 */
export function memoryNotes(entry: unknown): readonly string[] {
  const pair = isFields(entry) ? entry["resources"] : undefined;
  if (!isFields(pair)) return [];
  return ["tap", "target"].flatMap((side) => {
    const given = pair[side];
    const value = isFields(given) ? given["memory"] : undefined;
    const bytes = bytesOf(value);
    if (bytes === undefined || bytes >= LEAST_FOR_CONNECTOR) return [];
    return [
      `resources.${side}.memory ${JSON.stringify(value)}: is too little for most connectors, which use 30 to 90 MiB before they process any data`,
    ];
  });
}

/** Retries of failed steps. The first delay cannot be longer than the longest. */
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
