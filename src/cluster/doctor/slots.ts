import { isReplication, type PipelineEntry } from "../../model/define";
import { readsLog } from "../../model/reads-log";
import { slotProblems, suspendedSlotFix } from "../../store/runs/slots";
import type { ObjectStore } from "../../store/object-store";
import { listRuns } from "../../store/runs/runs";
import { plural } from "../../common/plural";
import { BUCKET_FIRST, ifKnown, type Check } from "./check";
import type { SlotFact } from "./facts";
import { ok, warn } from "./finding";

/** Newest runs in which a slot may have been read. */
const RUNS = 5;

/**
 * The replication slots of a pipeline when a run last read them; undefined for pipelines that do
 * not read a log.
 */
export async function slotFact(
  store: ObjectStore,
  entry: PipelineEntry,
): Promise<SlotFact | undefined> {
  if (!isReplication(entry) || !readsLog(entry)) return undefined;
  const runs = await listRuns(store, entry.name, RUNS);
  return { pipeline: entry.name, slots: runs.find(({ slots }) => slots)?.slots ?? [] };
}

/** Is a replication slot lost, or does one retain too much, or that of a suspended pipeline? */
export const slotsCheck: Check = ({ slots, crons }) =>
  ifKnown(
    "slots",
    slots,
    (found) => {
      if (found.length === 0) return [];
      const suspended = new Set(
        (crons.ok ? crons.value : [])
          .filter(({ spec }) => spec.suspend)
          .map(({ metadata }) => metadata.name),
      );
      const problems = found.flatMap(({ pipeline, slots: all }) =>
        slotProblems(all, suspended.has(pipeline)).flatMap((problem) =>
          warn("slots", `${pipeline}: ${problem}`, (commands) =>
            suspended.has(pipeline)
              ? suspendedSlotFix(pipeline, commands)
              : `measure it again: ${commands.tapctl(`check ${pipeline}`)}; then see "A replication slot" in the runbook`,
          ),
        ),
      );
      if (problems.length > 0) return problems;
      const known = found.filter(({ slots: all }) => all.length > 0).length;
      return ok(
        "slots",
        `${plural(found.length, "pipeline")} with LOG_BASED streams, ${known} with a slot that a run has checked`,
      );
    },
    BUCKET_FIRST,
  );
