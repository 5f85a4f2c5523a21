import { UserError } from "../../common/errors";
import { parseJson } from "../../common/json";
import { runFileKey, runsPrefix, schemasKey } from "../keys";
import type { ObjectStore } from "../object-store";

/** Schema of a stream, as the runner saves it (images/singer/runner/schema_memory.py). */
export interface StreamSchema {
  readonly stream: string;
  /** Key columns. */
  readonly key: readonly string[];
  /**
   * Types by column path, e.g. `string(date-time)|null`; empty if there are too many columns to
   * save.
   */
  readonly columns: { readonly [path: string]: string };
  /** Paths of columns that every record has. */
  readonly required: readonly string[];
  /** Number of columns. */
  readonly count: number;
  /** Same value for the same columns; absent if the columns are saved. */
  readonly digest?: string;
}

/** Schemas of a pipeline's streams after a run. */
export interface SavedSchemas {
  readonly pipeline: string | null;
  /** The run that saved them. */
  readonly run: string | null;
  /** RFC 3339 in UTC. */
  readonly time: string;
  /** Sorted by name. */
  readonly streams: readonly StreamSchema[];
}

/** The schemas of the last successful run; undefined if there is none. */
export function currentSchemas(
  store: ObjectStore,
  pipeline: string,
): Promise<SavedSchemas | undefined> {
  return read(store, schemasKey(pipeline));
}

/** The schemas after one run, which may have failed; undefined if it saved none. */
export function schemasOfRun(
  store: ObjectStore,
  pipeline: string,
  run: string,
): Promise<SavedSchemas | undefined> {
  return read(store, runFileKey(pipeline, run, "schema.json"));
}

/** The newest run that saved schemas and started after the last one whose schemas are current. */
export async function newerSchemas(
  store: ObjectStore,
  pipeline: string,
): Promise<SavedSchemas | undefined> {
  const current = await currentSchemas(store, pipeline);
  const runs = [...(await store.listFolders(runsPrefix(pipeline)))].reverse();
  for (const run of runs) {
    if (run <= (current?.run ?? "")) return undefined;
    const found = await schemasOfRun(store, pipeline, run);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Makes the schemas of a run those that the next run compares with. */
export async function acceptSchemas(
  store: ObjectStore,
  pipeline: string,
  run: string,
): Promise<void> {
  const body = await store.get(runFileKey(pipeline, run, "schema.json"));
  if (body !== undefined) await store.put(schemasKey(pipeline), body);
}

interface Stored {
  readonly version?: unknown;
  readonly pipeline: string | null;
  readonly run: string | null;
  readonly time: string;
  readonly shapes: readonly {
    readonly columns?: { readonly [path: string]: string };
    readonly required?: readonly string[];
    readonly digest?: string;
    readonly count?: number;
  }[];
  readonly streams: {
    readonly [stream: string]: { readonly shape: number; readonly key: readonly string[] };
  };
}

async function read(store: ObjectStore, key: string): Promise<SavedSchemas | undefined> {
  const body = await store.get(key);
  if (body === undefined) return undefined;
  try {
    const stored = parseJson(body) as Stored;
    if (stored.version !== 1) throw new TypeError("its version is not 1");
    return {
      pipeline: stored.pipeline,
      run: stored.run,
      time: stored.time,
      streams: Object.keys(stored.streams)
        .sort()
        .map((stream) => schemaIn(stored, stream)),
    };
  } catch {
    throw new UserError(`${key} in ${store.url} is not a file of schemas.`, {
      fix: "Delete it: the next run saves it again.",
    });
  }
}

function schemaIn({ shapes, streams }: Stored, stream: string): StreamSchema {
  const { shape, key } = streams[stream] as Stored["streams"][string];
  const { columns = {}, required = [], digest, count } = shapes[shape] as Stored["shapes"][number];
  return {
    stream,
    key,
    columns,
    required,
    count: count ?? Object.keys(columns).length,
    ...(digest !== undefined && { digest }),
  };
}
