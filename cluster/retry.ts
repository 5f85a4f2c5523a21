import { UserError } from "../errors";
import { runFileKey, runPrefix } from "../store/keys";
import type { ObjectStore } from "../store/object-store";
import { listRuns } from "../store/runs";
import { readState } from "../store/state";

/** An extract that is loaded once more. */
export interface StoredExtract {
  /** Run that it is of. */
  readonly run: string;
  /** Its key in the bucket. */
  readonly key: string;
  readonly bytes: number;
}

/**
 * The extract of a run: that of its last attempt.
 *
 * @param wanted id of the run; undefined for the newest one that has an extract
 * @param savesState whether the load will save the extract's state
 * @throws UserError where there is none, where the tap had not finished it, or where its state would lead back behind a
 *   newer one.
 */
export async function extractOf(store: ObjectStore, pipeline: string, wanted: string | undefined, savesState: boolean): Promise<StoredExtract> {
  const extract = await find(store, pipeline, wanted);
  const result = await store.get(runFileKey(pipeline, extract.run, "extract-result.json"));
  const code = result && codeOf(result);
  if (code !== undefined && code !== 0) throw new UserError(`the extract of run ${extract.run} is not whole: its tap failed; ask the source again: npx tapctl run ${pipeline}`);
  const saved = savesState ? await readState(store, pipeline) : undefined;
  if (saved !== undefined && saved.envelope.run > extract.run) {
    throw new UserError(`run ${saved.envelope.run} has saved a state since run ${extract.run}, which that of the extract would lead back behind; load its data and save no state: --data-only`);
  }
  return extract;
}

async function find(store: ObjectStore, pipeline: string, wanted: string | undefined): Promise<StoredExtract> {
  const runs = wanted === undefined ? (await listRuns(store, pipeline, 20)).map(({ run }) => run) : [wanted];
  for (const run of runs) {
    const files = (await store.list(runPrefix(pipeline, run))).filter(({ key }) => /\/extract(?:-\d+)?\.jsonl$/.test(key));
    const last = files.sort((a, b) => attempt(a.key) - attempt(b.key)).at(-1);
    if (last !== undefined) return { run, key: last.key, bytes: last.size };
  }
  throw new UserError(`${wanted === undefined ? `none of the last runs of "${pipeline}"` : `run ${wanted} of "${pipeline}"`} has a stored extract; in stream mode none is kept; ask the source again: npx tapctl run ${pipeline}`);
}

function attempt(key: string): number {
  return Number(/-(\d+)\.jsonl$/.exec(key)?.[1] ?? -1);
}

function codeOf(result: Buffer): number | undefined {
  try {
    return (JSON.parse(result.toString("utf8")) as { readonly code?: number }).code;
  } catch {
    return undefined;
  }
}
