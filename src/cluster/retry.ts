import { UserError } from "../common/errors";
import { runFileKey, runPrefix } from "../store/keys";
import type { ObjectStore } from "../store/object-store";
import { listRuns } from "../store/runs/runs";
import { readState } from "../store/state/state";
import type { Connection } from "./connection";
import { runIdOf } from "./run-id";
import { submit } from "./submit";

/** The key of an extract: a file, or the folder of the files of a parallel run. */
const EXTRACT = /^(.*\/extract(?:-\d+)?\.jsonl)(?:\/[^/]+)?$/;

/** An extract that can be loaded again. */
export interface StoredExtract {
  /** Id of its run. */
  readonly run: string;
  /** Its key in the bucket; of a parallel run that of its folder. */
  readonly key: string;
  readonly bytes: number;
  /** Whether the tap finished: if not, its progress is loaded and saved. */
  readonly outcome: "complete" | "partial";
  /** Key of the catalog it was extracted with; undefined if none was given. */
  readonly catalog: string | undefined;
}

/**
 * The extract of a run's last attempt.
 *
 * @param wanted id of the run; undefined for the newest one with an extract
 * @param savesState whether the load will save the extract's state
 * @throws UserError if there is no extract, or its state is older than the saved one.
 */
export async function extractOf(
  store: ObjectStore,
  pipeline: string,
  wanted: string | undefined,
  savesState: boolean,
): Promise<StoredExtract> {
  const extract = await find(store, pipeline, wanted);
  const saved = savesState ? await readState(store, pipeline) : undefined;
  if (saved !== undefined && saved.envelope.run > extract.run) {
    throw new UserError(
      `Run ${saved.envelope.run} has saved a newer state than the one in the extract of run ${extract.run}.`,
      { fix: "To load the data without saving its state, add --data-only." },
    );
  }
  return extract;
}

/** A run that loads a stored extract again. */
export interface Retried {
  /** Id of the new run. */
  readonly run: string;
  readonly workflow: string;
  readonly extract: StoredExtract;
}

/**
 * Starts a run that loads a stored extract again, without reading the source.
 *
 * @param wanted id of the run with the extract; undefined for the newest one
 * @param dataOnly whether it neither saves the state nor runs follow-ups
 * @throws UserError as {@link extractOf}, or if the pipeline is not deployed.
 */
export async function retryRun(
  connection: Connection,
  store: ObjectStore,
  pipeline: string,
  wanted: string | undefined,
  dataOnly: boolean,
): Promise<Retried> {
  const extract = await extractOf(store, pipeline, wanted, !dataOnly);
  const { metadata } = await submit(connection, pipeline, {
    trigger: "retry",
    entrypoint: dataOnly ? "load-only" : "retry",
    parameters: {
      extractKey: extract.key,
      extractOutcome: extract.outcome,
      ...(extract.catalog !== undefined && { catalogKey: extract.catalog }),
    },
  });
  return { run: runIdOf(metadata), workflow: metadata.name, extract };
}

async function find(
  store: ObjectStore,
  pipeline: string,
  wanted: string | undefined,
): Promise<StoredExtract> {
  const runs =
    wanted === undefined ? (await listRuns(store, pipeline, 20)).map(({ run }) => run) : [wanted];
  for (const run of runs) {
    const files = await store.list(runPrefix(pipeline, run));
    const extracts = new Map<string, number>();
    for (const { key, size } of files) {
      const extract = EXTRACT.exec(key)?.[1];
      if (extract !== undefined) extracts.set(extract, (extracts.get(extract) ?? 0) + size);
    }
    const last = [...extracts].sort(([a], [b]) => attempt(a) - attempt(b)).at(-1);
    if (last === undefined) continue;
    const [key, bytes] = last;
    const result = await store.get(runFileKey(pipeline, run, "extract-result.json"));
    const catalog = files.find(({ key }) => key === runFileKey(pipeline, run, "catalog.json"))?.key;
    return {
      run,
      key,
      bytes,
      outcome: result !== undefined && codeOf(result) !== 0 ? "partial" : "complete",
      catalog,
    };
  }
  throw new UserError(
    `${wanted === undefined ? `None of the last runs of "${pipeline}" has a` : `Run ${wanted} of "${pipeline}" has no`} stored extract. Runs in stream mode store none.`,
    { fix: ({ tapctl }) => `Read the source again with: ${tapctl(`run ${pipeline}`)}` },
  );
}

function attempt(key: string): number {
  return Number(/-(\d+)\.jsonl$/.exec(key)?.[1] ?? -1);
}

function codeOf(result: Buffer): number {
  return (JSON.parse(result.toString("utf8")) as { readonly code?: number }).code ?? 1;
}
