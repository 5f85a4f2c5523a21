import type { Job } from "./job";
import type { Replication, StreamRule } from "./replication";

/** One entry of the array: a replication, or a job with `kind: "job"`. */
export type PipelineEntry = Replication | Job;

/** Text with five spaces or more: a placeholder in a template type also matches spaces, so that `Cron` accepts it. */
type SixFields = `${string} ${string} ${string} ${string} ${string} ${string}`;

/** The type that an entry with such a schedule must have; a schedule of six fields or more has none. */
type EntryWith<Schedule> =
  Extract<
    Schedule extends readonly unknown[] ? Schedule[number] : Schedule,
    SixFields
  > extends never
    ? PipelineEntry
    : PipelineEntry & {
        readonly schedule: {
          readonly "a schedule has five fields: minute hour day-of-month month day-of-week": never;
        };
      };

/** Where the compiler reads the schedules from. It infers from both branches, and checks the first one: nothing. */
type SchedulesFrom<Schedules> = Schedules extends readonly unknown[]
  ? unknown
  : { readonly [Index in keyof Schedules]: { readonly schedule: Schedules[Index] } };

/**
 * The typed array that people edit. It is plain data: the same array runs on a laptop and on the cluster.
 *
 * Text of the wrong shape, unknown settings and missing required ones do not compile; `tapctl validate` checks the
 * rest and reports every problem at once.
 *
 * The compiler compares each entry with every type that an entry of the array may have. That is one type as long as
 * the entries are right, so that the time it takes grows with their number and not with its square.
 *
 * @typeParam Schedules the entries' schedules, found by the compiler.
 */
export function definePipelines<const Schedules extends readonly unknown[]>(
  entries: SchedulesFrom<Schedules> &
    NoInfer<{ readonly [Index in keyof Schedules]: EntryWith<Schedules[Index]> }>,
): readonly PipelineEntry[] {
  return entries;
}

/** Whether an entry replicates data, rather than being a job. */
export function isReplication(entry: PipelineEntry): entry is Replication {
  return entry.kind !== "job";
}

/** The entry's schedules as a list. */
export function schedulesOf(entry: PipelineEntry): readonly string[] {
  return typeof entry.schedule === "string" ? [entry.schedule] : entry.schedule;
}

/** The entry's stream rules, each as an object; undefined where the tap takes what it takes by itself. */
export function streamRulesOf(entry: Replication): readonly StreamRule[] | undefined {
  return entry.streams?.map((stream) => (typeof stream === "string" ? { stream } : stream));
}
