import type { PipelineEntry } from "../../model/define";
import { newestBookmarks } from "../../store/state/bookmarks";
import { runFileKey } from "../../store/keys";
import type { ObjectStore } from "../../store/object-store";
import { listRuns } from "../../store/runs/runs";
import { S3NoBucket } from "../../store/s3-errors";
import { readState } from "../../store/state/state";
import { UnreadableState } from "../../store/state/state-envelope";
import { mapConcurrent } from "../../common/map-concurrent";
import type { Connection } from "../connection";
import { openClusterStore, serviceOf, type Repository } from "../store";
import { configFact } from "./configs";
import {
  type BucketFact,
  type DoctorFacts,
  type StateFact,
  type UnreadableStateFact,
  factOf,
} from "./facts";
import { slotFact } from "./slots";

const AT_ONCE = 16;
const UNREAD = { ok: false as const, why: "the bucket cannot be read" };

/** What the object store of the stack contains, or why it cannot be read. */
export async function readStoreFacts(
  connection: Connection,
  entries: readonly PipelineEntry[],
): Promise<Pick<DoctorFacts, "bucket" | "states" | "configs" | "slots">> {
  const opened = await factOf(() => openClusterStore(connection));
  if (!opened.ok) return { bucket: opened, states: UNREAD, configs: UNREAD, slots: UNREAD };
  const { store, repository, isVersioned, close } = opened.value;
  try {
    const bucket = await factOf(() => bucketFact(store, repository, isVersioned));
    if (bucket.ok && bucket.value.is === "missing")
      return { bucket, states: UNREAD, configs: UNREAD, slots: UNREAD };
    const states = await factOf(async () =>
      (await mapConcurrent(AT_ONCE, entries, ({ name }) => stateFact(store, name))).filter(
        (one) => one !== undefined,
      ),
    );
    const configs = await factOf(async () =>
      (await mapConcurrent(AT_ONCE, entries, (entry) => configFact(store, entry))).filter(
        (one) => one !== undefined,
      ),
    );
    const slots = await factOf(async () =>
      (await mapConcurrent(AT_ONCE, entries, (entry) => slotFact(store, entry))).filter(
        (one) => one !== undefined,
      ),
    );
    return { bucket, states, configs, slots };
  } finally {
    close();
  }
}

async function bucketFact(
  store: ObjectStore,
  { bucket: name, endpoint }: Repository,
  isVersioned: () => Promise<boolean>,
): Promise<BucketFact> {
  try {
    await store.listFolders("");
    return { name, is: "there", versioned: await isVersioned() };
  } catch (error) {
    if (!(error instanceof S3NoBucket)) throw error;
    return { name, is: "missing", inCluster: serviceOf(endpoint) !== undefined };
  }
}

async function stateFact(
  store: ObjectStore,
  pipeline: string,
): Promise<StateFact | UnreadableStateFact | undefined> {
  const saved = await readState(store, pipeline).catch((error: unknown) => {
    if (!(error instanceof UnreadableState)) throw error;
    return error;
  });
  if (saved instanceof UnreadableState)
    return {
      pipeline,
      unreadable: saved.problem,
      todo: (commands) => saved.fixWith(commands) ?? "",
    };
  if (saved === undefined) return undefined;
  const { run, time, state, tap, source, target, destination } = saved.envelope;
  const runs = await listRuns(store, pipeline, 20);
  const good = runs.find(({ status }) => status === "succeeded");
  const hasRun = (await store.get(runFileKey(pipeline, run, "summary.json"))) !== undefined;
  return {
    pipeline,
    savedBy: run,
    savedAt: time,
    hasRun,
    newestGood: good?.run ?? null,
    bookmarks: newestBookmarks(state, runs[0]?.unselected),
    identity: { tap, target, destination, ...(source !== undefined && { source }) },
  };
}
