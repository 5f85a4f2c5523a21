import { mapConcurrent } from "../../common/map-concurrent";
import { parseJson } from "../../common/json";
import { UNDELIVERED_PREFIX, undeliveredKey } from "../keys";
import type { ObjectStore } from "../object-store";

/** A notification of a pipeline's newest notified run that did not reach a channel. */
export interface Undelivered {
  readonly run: string;
  /** `failed`, `recovered` and so on. */
  readonly event: string;
  /** Channel and reason, e.g. `slack: HTTP 500`. */
  readonly failures: readonly string[];
}

const AT_ONCE = 16;

/** Size of `{}`, which a notifier writes when everything was delivered. */
const EMPTY_BYTES = 4;

/**
 * Notifications that did not reach a channel, by pipeline, with one listing for all pipelines.
 *
 * @param only name of a single pipeline. Default: all.
 */
export async function listUndelivered(
  store: ObjectStore,
  only?: string,
): Promise<ReadonlyMap<string, Undelivered>> {
  const keys = only === undefined ? await listKeys(store) : [undeliveredKey(only)];
  const found = await mapConcurrent(AT_ONCE, keys, async (key) => {
    const body = await store.get(key);
    const value = body && (parseJson(body) as Undelivered);
    const name = key.slice(UNDELIVERED_PREFIX.length, -".json".length);
    return value && Array.isArray(value.failures) ? ([[name, value]] as const) : [];
  });
  return new Map(found.flat());
}

async function listKeys(store: ObjectStore): Promise<readonly string[]> {
  const objects = await store.list(UNDELIVERED_PREFIX);
  return objects.filter(({ size }) => size > EMPTY_BYTES).map(({ key }) => key);
}

/** On one line. @example `the notification of run R (failed) was not delivered: slack: HTTP 500` */
export function undeliveredText({ run, event, failures }: Undelivered): string {
  return `the notification of run ${run} (${event}) was not delivered: ${failures.join("; ")}`;
}
