import type { JsonObject } from "./connector-settings";
import { settingsOf } from "./connector";
import type { Replication } from "./replication";
import type { RequestFor } from "./request/schema";
import { serialReason } from "./validation/parallel";

/** How the runner splits the streams of a pipeline. */
export type Parallel = NonNullable<RequestFor<"stream">["parallel"]>;

/** How the runner splits the streams of a pipeline; undefined if it runs with one tap and one target. */
export function parallelOf(entry: Replication): Parallel | undefined {
  const { parallel: slices = 1 } = entry;
  if (slices === 1 || serialReason(entry) !== undefined) return undefined;
  const { connector } = entry.target;
  return {
    slices,
    aliases: tableAliases(settingsOf(entry.target)),
    newTogether: connector.concurrentSetup !== true,
  };
}

/**
 * Tables that the `stream_maps` of an SDK target give to streams, by stream or pattern: the tap's
 * pod must not see the rest of its settings.
 */
function tableAliases({ stream_maps: maps }: JsonObject): { readonly [stream: string]: string } {
  const entries = Object.entries(isObject(maps) ? maps : {}).flatMap(([stream, rules]) => {
    if (!isObject(rules)) return [];
    const { __alias__: alias, __source__: source } = rules;
    if (typeof source === "string")
      return [[source, typeof alias === "string" ? alias : stream] as const];
    return typeof alias === "string" ? [[stream, alias] as const] : [];
  });
  return Object.fromEntries(entries);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
