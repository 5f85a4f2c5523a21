import { problemOf } from "../common/errors";
import { mapConcurrent } from "../common/map-concurrent";
import type { Connection } from "../cluster/connection";
import type { MetadataOnly } from "../cluster/objects";
import { runIdOf } from "../cluster/run-id";
import { progressOf } from "../cluster/run-progress";
import { clusterFacts } from "../cluster/status";
import { podReader, workflowOf } from "../cluster/workflow-pods";
import { listActiveWorkflows } from "../cluster/workflows";
import { isRun, phaseOf } from "../cluster/workflow-status";
import { PIPELINE_LABEL } from "../manifests/argo/names";
import type { PipelineEntry } from "../model/define";
import type { PipelineFacts } from "../status/facts";
import type { ObjectStore } from "../store/object-store";
import type { LivePipelines, Reading } from "./live";
import { restUntilNext } from "./rest";
import { cacheRuns } from "./run-cache";

/** Number of pipelines whose runs are read in parallel. */
const AT_ONCE = 16;
/** Shortest time between two looks at the current runs, with and without an open page. */
const PAUSE_MS = { watched: 700, unwatched: 5000 } as const;
/** Everything is read again after this time, and takes at most one part in `SHARE` of the time. */
const WHOLE_MS = 60_000;
const SHARE = 10;
/** Pause between two readings of the current runs' progress, and the most runs it is read of. */
const PROGRESS_MS = 4000;
const MOST_IN_PROGRESS = 30;

/** What a source of cluster pipelines reads. */
export interface ClusterReading {
  readonly connection: Connection;
  readonly store: ObjectStore;
  readonly entries: readonly PipelineEntry[];
  /** Changes what was read, for a console that has no array. Default: unchanged. */
  readonly describe?: (facts: PipelineFacts) => Partial<Reading>;
  readonly signal: AbortSignal;
}

/** A running reader. */
export interface Reader {
  /** Ends after the signal. */
  readonly ended: Promise<void>;
  readonly refresh: (pipeline: string) => Promise<void>;
}

/**
 * Reads the pipelines of a cluster until the signal stops it; returns after the first reading. Each
 * second it lists the Workflows that have not ended, and reads the pipelines again whose Workflows
 * have changed.
 */
export async function readClusterPipelines(
  live: LivePipelines,
  args: ClusterReading,
): Promise<Reader> {
  const { connection, signal } = args;
  const read = clusterReader(live, args);
  let active = signaturesOf(await listActiveWorkflows(connection));
  await read();
  const look = async () => {
    const workflows = (await listActiveWorkflows(connection)).filter(isRun);
    const now = signaturesOf(workflows);
    const dirty = [
      ...new Set(
        [...now, ...active].flatMap(([key, pipeline]) =>
          now.get(key) === active.get(key) ? [] : [pipeline],
        ),
      ),
    ];
    active = now;
    live.rates.keep(new Set(workflows.map(({ metadata }) => runIdOf(metadata))));
    await mapConcurrent(AT_ONCE, dirty, read);
    if (dirty.length > 0) live.changed();
    return workflows;
  };
  const go = async () => {
    let whole = performance.now() + WHOLE_MS;
    let progress = 0;
    while (!signal.aborted) {
      try {
        const workflows = await look();
        if (live.isWatched && performance.now() >= progress) {
          await readProgress(live, connection, workflows);
          progress = performance.now() + PROGRESS_MS;
        }
        if (live.isWatched && performance.now() >= whole) {
          const begun = performance.now();
          await read();
          live.changed();
          whole = performance.now() + Math.max(WHOLE_MS, SHARE * (performance.now() - begun));
        }
      } catch (error) {
        live.note = problemOf(error);
        live.changed();
      }
      await restUntilNext(live, PAUSE_MS, signal);
    }
  };
  return {
    ended: go(),
    refresh: async (name) => {
      await read(name);
      live.changed();
    },
  };
}

/** Reads one pipeline, or all of them. */
function clusterReader(
  live: LivePipelines,
  { connection, store, entries, describe }: ClusterReading,
): (only?: string) => Promise<void> {
  const cached = cacheRuns(store);
  return async (only) => {
    let note: string | undefined;
    const wanted = only === undefined ? entries : entries.filter(({ name }) => name === only);
    const facts = await clusterFacts(connection, () => Promise.resolve(store), wanted, {
      ...(only !== undefined && { only }),
      onUnread: (why) => (note = `Incomplete: ${why}`),
      onIdle: (why) => (note = `${why}, and runs shown as running may have ended.`),
    });
    await mapConcurrent(AT_ONCE, facts, async (one) => {
      const { runs } = await cached(one.name).catch(() => ({ runs: [] }));
      live.set({ facts: one, runs, ...describe?.(one) });
    });
    if (only !== undefined && facts.length === 0) live.remove(only);
    if (only === undefined) live.keep(new Set(facts.map(({ name }) => name)));
    if (only === undefined || note !== undefined) live.note = note;
  };
}

/** Phase and pipeline of each Workflow, by name. */
function signaturesOf(workflows: readonly MetadataOnly[]): ReadonlyMap<string, string> {
  return new Map(
    workflows
      .filter(isRun)
      .map((one) => [
        `${one.metadata.name} ${phaseOf(one)}`,
        one.metadata.labels?.[PIPELINE_LABEL] ?? "",
      ]),
  );
}

async function readProgress(
  live: LivePipelines,
  connection: Connection,
  workflows: readonly MetadataOnly[],
): Promise<void> {
  const running = workflows
    .filter((workflow) => phaseOf(workflow) === "Running")
    .slice(0, MOST_IN_PROGRESS);
  if (running.length === 0) return;
  const runs = new Map(running.map(({ metadata }) => [metadata.name, runIdOf(metadata)]));
  const pods = await podReader(connection)(new Set(runs.keys()));
  for (const [pod, progress] of await progressOf(connection, pods)) {
    const run = runs.get(workflowOf(pod));
    if (run !== undefined) live.rates.observe(run, progress);
  }
}
