import type { Job } from "./job";
import type { Replication } from "./replication";

/** An entry of the array: a replication, or a job with `kind: "job"`. */
export type PipelineEntry = Replication | Job;

/**
 * Text with at least five spaces. A placeholder in a template literal type also matches spaces, so
 * `Cron` alone would accept it.
 */
type SixFields = `${string} ${string} ${string} ${string} ${string} ${string}`;

/** Type of an entry with a given schedule. A schedule of six or more fields has none. */
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

/**
 * Where the compiler infers the schedules from. It infers from both branches and checks only the
 * first, which accepts everything.
 */
type SchedulesFrom<Schedules> = Schedules extends readonly unknown[]
  ? unknown
  : { readonly [Index in keyof Schedules]: { readonly schedule: Schedules[Index] } };

/**
 * Defines the pipelines of a project. The result is plain data: the same array runs locally and on
 * a cluster.
 *
 * Malformed text, unknown settings and missing required settings are compile errors.
 * `tapctl validate` checks everything else and reports all problems at once.
 *
 * The compiler compares each entry with every type that an entry may have. While the entries are
 * correct this is a single type, so compile time grows linearly with their number.
 *
 * @typeParam Schedules schedules of the entries, inferred by the compiler.
 * @example
 * ```ts
 * export const pipelines = definePipelines([
 * { name: "orders", schedule: "0 6 * * *", tap: tapShop({ url: "https://shop.example.com" }),
 * target: targetJsonl({}) },
 * ]);
 * ```
 */
export function definePipelines<const Schedules extends readonly unknown[]>(
  entries: SchedulesFrom<Schedules> &
    NoInfer<{ readonly [Index in keyof Schedules]: EntryWith<Schedules[Index]> }>,
): readonly PipelineEntry[] {
  return entries;
}

/** Whether an entry is a replication and not a job. */
export function isReplication(entry: PipelineEntry): entry is Replication {
  return entry.kind !== "job";
}

/** Schedules of an entry as a list. */
export function schedulesOf(entry: PipelineEntry): readonly string[] {
  return typeof entry.schedule === "string" ? [entry.schedule] : entry.schedule;
}
