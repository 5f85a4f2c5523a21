/**
 * The one table of the store's layout, the same in a folder and in a bucket:
 *
 * | key | content | written by |
 * | --- | --- | --- |
 * | `state/<pipeline>/state.json` | the saved state in its envelope (state.ts) | a run that succeeded, `state set` |
 * | `state/<pipeline>/history/<run>.json` | the envelope that run saved | the same, before state.json |
 * | `state/<pipeline>/overlay.json` | settings that the tap changed itself; private | the runner |
 * | `notifications/<pipeline>.json` | what of its newest notification did not reach a channel | a cluster's notifier |
 * | `state/<pipeline>/failing.json` | whether its last run failed, so that a recovery is notified | a cluster's notifier |
 * | `schemas/<pipeline>/current.json` | the schemas of the streams in the last successful run (schemas.ts) | a run that succeeded, `schema --accept` |
 * | `leases/<pipeline>/<generation>.json` | who runs the pipeline (lease.ts) | a run, `state set` |
 * | `runs/<pipeline>/<run>/extract.jsonl` | the tap's raw output | the runner |
 * | `runs/<pipeline>/<run>/extract-<attempt>.jsonl` | the same on a cluster, by attempt from 0 | the runner |
 * | `runs/<pipeline>/<run>/extract.jsonl/<slice>.jsonl`, `extract-<attempt>.jsonl/<slice>.jsonl` | the same of a parallel run, a file per slice | the runner |
 * | `runs/<pipeline>/<run>/extract.jsonl/slices.json`, `extract-<attempt>.jsonl/slices.json` | the slices of a parallel run and their streams | the runner |
 * | `runs/<pipeline>/<run>/candidate-<attempt>.json` | on a cluster: the state of a load, before it is saved | the runner |
 * | `runs/<pipeline>/<run>/extract-result.json`, `load-result.json` | on a cluster: what a step came to | the runner |
 * | `runs/<pipeline>/<run>/output.tar.gz` | on a cluster: files the target wrote, in one archive | the target |
 * | `runs/<pipeline>/<run>/catalog.json` | the catalog the tap was given | the runner |
 * | `runs/<pipeline>/<run>/schema.json` | the schemas of the streams after the run (schemas.ts) | the runner |
 * | `runs/<pipeline>/<run>/tap.log`, `target.log` | the connectors' logs | the runner |
 * | `runs/<pipeline>/<run>/tap-<attempt>.log`, `target-<attempt>.log` | the same on a cluster, by attempt from 0 | the runner |
 * | `runs/<pipeline>/<run>/logs/<step>/<attempt>/main.log` | on a cluster: what a follow-up, or a `job`, printed, by attempt from 0 | Argo |
 * | `runs/<pipeline>/<run>/output/...` | files the target wrote | the target |
 * | `runs/<pipeline>/<run>/summary.json` | how the run went (runs.ts) | `tapctl run`, on a cluster the commit step or the exit handler |
 * | `requests/<pipeline>/<id>/state.json` | the state that a run on a cluster resumes from | `tapctl run --state`, `--from` |
 * | `backfills/<pipeline>/<id>.json` | how far a backfill has come | `tapctl backfill` |
 * | `configs/<pipeline>/...` | config and catalog of a pipeline with `configFrom: "store"` | `config put` |
 * | `catalogs/<pipeline>/catalog.json` | the catalog that runs use | `tapctl discover`, a run with `catalog` |
 * | `cluster.json` | marks a bucket that belongs to a cluster (open.ts) | the stack, or its smoke test |
 */

import { randomInt } from "node:crypto";

/** The object that marks a bucket as a cluster's. */
export const clusterMarkerKey = "cluster.json";

/** Content of that object. */
export const clusterMarkerText = `{"cluster":true}`;

/** Folders of expiring objects in a cluster's bucket; none contains a saved state or a config. */
export const expiringPrefixes: readonly string[] = ["runs/", "requests/", "smoke-test/"];

/** The saved state of a pipeline. */
export const stateKey = (pipeline: string): string => `state/${pipeline}/state.json`;

/** The folder of the states that earlier runs saved. */
export const historyPrefix = (pipeline: string): string => `state/${pipeline}/history/`;

/** The state that one run saved. */
export const historyKey = (pipeline: string, run: string): string =>
  `${historyPrefix(pipeline)}${run}.json`;

/** Settings the tap changed itself, such as rotated tokens. Private. */
export const overlayKey = (pipeline: string): string => `state/${pipeline}/overlay.json`;

/** Whether a pipeline's last run failed. */
export const failingKey = (pipeline: string): string => `state/${pipeline}/failing.json`;

/** Prefix of {@link undeliveredKey}. */
export const UNDELIVERED_PREFIX = "notifications/";

/** What of a pipeline's newest notification did not reach a channel. */
export const undeliveredKey = (pipeline: string): string => `${UNDELIVERED_PREFIX}${pipeline}.json`;

/** The schemas that the streams of a pipeline had in its last successful run. */
export const schemasKey = (pipeline: string): string => `schemas/${pipeline}/current.json`;

/** A file that runs read of a pipeline whose settings are kept in the store. */
export type ConfigFile =
  | `${"tap" | "target"}-${"config" | "secrets"}.json`
  | "catalog.json"
  | "select.json"
  | "initial-state.json";

/** The folder of a pipeline whose settings are kept in the store. */
export const configPrefix = (pipeline: string): string => `configs/${pipeline}/`;

/** One file of that folder. */
export const configKey = (pipeline: string, file: ConfigFile): string =>
  configPrefix(pipeline) + file;

/** The state that one run resumes from; the id has the form of a run id. */
export const requestKey = (pipeline: string, id: string): string =>
  `requests/${pipeline}/${id}/state.json`;

/** Progress of a backfill. */
export const backfillKey = (pipeline: string, id: string): string =>
  `backfills/${pipeline}/${id}.json`;

/** The catalog that a discovery stored for later runs, with what it belongs to. */
export const catalogKey = (pipeline: string): string => `catalogs/${pipeline}/catalog.json`;

/** The folder of a pipeline's lease. */
export const leasePrefix = (pipeline: string): string => `leases/${pipeline}/`;

/**
 * One generation of the lease, padded so that names sort as numbers:
 * `leases/orders/0000000007.json`.
 */
export const leaseKey = (pipeline: string, generation: number): string =>
  `${leasePrefix(pipeline)}${String(generation).padStart(10, "0")}.json`;

/** The folder of all runs of a pipeline. */
export const runsPrefix = (pipeline: string): string => `runs/${pipeline}/`;

/** The folder of one run. */
export const runPrefix = (pipeline: string, run: string): string =>
  `${runsPrefix(pipeline)}${run}/`;

/** A file of a run that has a fixed name. */
export type RunFile =
  | "extract.jsonl"
  | "catalog.json"
  | "tap.log"
  | "target.log"
  | "summary.json"
  | "schema.json"
  | "extract-result.json"
  | "load-result.json"
  | "output.tar.gz"
  | `extract-${string}.jsonl`
  | `tap-${string}.log`
  | `target-${string}.log`
  | `candidate-${string}.json`;

/** One file of a run. */
export const runFileKey = (pipeline: string, run: string, file: RunFile): string =>
  runPrefix(pipeline, run) + file;

/** The folder of the files a run's target wrote. */
export const outputPrefix = (pipeline: string, run: string): string =>
  `${runPrefix(pipeline, run)}output/`;

/** The folder of the log of a step with a user's image; Argo names the file in it `main.log`. */
export const stepLogFolder = (
  pipeline: string,
  run: string,
  step: string,
  attempt: string,
): string => `${runPrefix(pipeline, run)}logs/${step}/${attempt}`;

const RUN_ID = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-[0-9a-f]{6}$/;

const TICKS = 4096;

/**
 * Creates a run id, such as `20261123T081502Z-4f2a9c`. Ids sort by time to the millisecond: of the
 * last six digits, the first three are the fraction of the second (in 1/4096) and the others are
 * random.
 * @param after id that the new one must sort after, regardless of the clock. Default: none.
 * @param random value of the random digits, 0-4095. Default: random.
 */
export function newRunId(
  now: Date,
  after?: string,
  random: () => number = () => randomInt(4096),
): string {
  const hex = (value: number): string => value.toString(16).padStart(3, "0");
  const least = after === undefined ? undefined : runTime(after)?.getTime();
  const next =
    least === undefined
      ? 0
      : (least / 1000) * TICKS + Number.parseInt((after ?? "").slice(-6, -3), 16) + 1;
  const ticks = Math.max(Math.floor((now.getTime() / 1000) * TICKS), next);
  const seconds = new Date(Math.floor(ticks / TICKS) * 1000)
    .toISOString()
    .slice(0, 19)
    .replace(/[-:]/g, "");
  return `${seconds}Z-${hex(ticks % TICKS)}${hex(random())}`;
}

/** Whether a text has the form of a run id. */
export const isRunId = (text: string): boolean => RUN_ID.test(text);

/** Start of a run to the second, from its id; undefined if the text is not a run id. */
export function runTime(run: string): Date | undefined {
  const match = RUN_ID.exec(run);
  if (match === null) {
    return undefined;
  }
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  return new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second));
}
