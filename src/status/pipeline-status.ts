import { describeCron, nextRuns, parseCron } from "../model/cron/cron";
import { ageOf, newestBookmarks, oddestBookmark } from "../store/state/bookmarks";
import type { ReplicationSlot } from "../store/runs/run-summary";
import type { Undelivered } from "../store/runs/undelivered";
import type { PipelineFacts } from "./facts";

/** Status of a pipeline: a row of `tapctl status`. */
export interface PipelineStatus {
  readonly name: string;
  /** The most important condition; `ok` if there is no problem. */
  readonly condition:
    | "invalid schedule"
    | "failing"
    | "late"
    | "not deployed"
    | "not in the array"
    | "running"
    | "never ran"
    | "ok"
    | "suspended";
  /** Schedule in words. */
  readonly schedule: string;
  /** Why Argo never starts it; null if it is valid. */
  readonly invalid: string | null;
  readonly suspended: boolean;
  /** When the next run is due, RFC 3339; null if it has no schedule. */
  readonly next: string | null;
  /** How long a run is overdue, in seconds; null if none is. */
  readonly lateSeconds: number | null;
  /**
   * The running or waiting run, why its pods do not start, and how long it has been silent, if
   * known; null if there is none.
   */
  readonly active: {
    readonly run: string;
    readonly status: "running" | "waiting";
    readonly seconds: number;
    readonly stuck: string | null;
    readonly silentSeconds: number | null;
  } | null;
  /** The newest finished run; null if there is none. */
  readonly last: {
    readonly run: string;
    readonly status: string;
    readonly started: string;
    readonly agoSeconds: number;
    readonly seconds: number | null;
    readonly records: number | null;
    readonly bytes: number | null;
    readonly leftOut: readonly string[];
    readonly schemaChanges: readonly string[];
    /** Replication slots that the run has read. */
    readonly slots: readonly ReplicationSlot[];
    readonly uncountedFiles: number;
    readonly error: string | null;
  } | null;
  /**
   * The oldest bookmark, or one in the future, with a negative age; null if no selected stream has
   * a date or time.
   */
  readonly bookmark: {
    readonly stream: string | null;
    readonly value: string;
    readonly ageSeconds: number;
  } | null;
  readonly consecutiveFailures: number;
  /** What of its newest notification did not reach a channel; null if nothing, or not known. */
  readonly undelivered: Undelivered | null;
}

/** Argo checks schedules every ten seconds, and pods take time to start. */
const TOLERANCE_SECONDS = 120;

const ORDER: readonly PipelineStatus["condition"][] = [
  "invalid schedule",
  "failing",
  "late",
  "not deployed",
  "not in the array",
  "running",
  "never ran",
  "ok",
  "suspended",
];

/** Status of all pipelines, problems first. */
export function statusOf(facts: readonly PipelineFacts[], now: Date): readonly PipelineStatus[] {
  return facts.map((one) => pipelineStatus(one, now)).sort(compareStatus);
}

/** Order of a list: problems first, then by name. */
export function compareStatus(one: PipelineStatus, other: PipelineStatus): number {
  const rank = ({ condition }: PipelineStatus) => ORDER.indexOf(condition);
  return rank(one) - rank(other) || (one.name < other.name ? -1 : 1);
}

/** Status of a pipeline at a point in time. */
export function pipelineStatus(facts: PipelineFacts, now: Date): PipelineStatus {
  const { name, schedules, timezone, invalid, suspended, since, runs, last, failures } = facts;
  const ago = (time: string) => Math.max(0, Math.round((now.getTime() - Date.parse(time)) / 1000));
  const active = runs.find(({ status }) => status === "running" || status === "waiting");
  const runsByItself = since !== null && !suspended && invalid === null;
  const late = runsByItself && active === undefined ? lateSeconds(facts, now) : null;
  const bookmark = oddestBookmark(newestBookmarks(last?.state, last?.unselected), now);
  const status = {
    name,
    schedule: `${schedules.map(describeCron).join("; ")}${timezone === "UTC" ? "" : ` (${timezone})`}`,
    invalid,
    suspended,
    next: runsByItself
      ? (dueAfter(schedules, timezone, now)?.toISOString().replace(".000Z", "Z") ?? null)
      : null,
    lateSeconds: late,
    active:
      active === undefined
        ? null
        : {
            run: active.run,
            status: active.status === "waiting" ? ("waiting" as const) : ("running" as const),
            seconds: ago(active.started),
            stuck: active.stuck ?? null,
            silentSeconds: active.silentSince === undefined ? null : ago(active.silentSince),
          },
    last:
      last === null
        ? null
        : {
            run: last.run,
            status: last.status,
            started: last.started,
            agoSeconds: ago(last.started),
            seconds: last.seconds,
            records: last.records,
            bytes: last.bytes,
            leftOut: last.leftOut,
            schemaChanges: last.schemaChanges ?? [],
            slots: last.slots ?? [],
            uncountedFiles: last.uncountedFiles,
            error: last.error,
          },
    bookmark:
      bookmark === undefined
        ? null
        : { stream: bookmark.stream, value: bookmark.value, ageSeconds: ageOf(bookmark, now) },
    consecutiveFailures: failures,
    undelivered: facts.undelivered ?? null,
  };
  return { ...status, condition: conditionOf(facts, status) };
}

function conditionOf(
  { where }: PipelineFacts,
  status: Omit<PipelineStatus, "condition">,
): PipelineStatus["condition"] {
  if (where === "array") return "not deployed";
  if (status.invalid !== null) return "invalid schedule";
  if (status.consecutiveFailures > 0) return "failing";
  if (where === "cluster") return "not in the array";
  if (status.lateSeconds !== null) return "late";
  if (status.active !== null) return "running";
  if (status.suspended) return "suspended";
  return status.last === null ? "never ran" : "ok";
}

/**
 * Seconds since the first run was due after the newest one, and after the schedule was created or
 * changed.
 */
function lateSeconds(
  { schedules, timezone, since, runs }: PipelineFacts,
  now: Date,
): number | null {
  const moments = [runs[0]?.started, since].flatMap((time) => (time ? [Date.parse(time)] : []));
  const due =
    moments.length === 0
      ? undefined
      : dueAfter(schedules, timezone, new Date(Math.max(...moments)));
  const seconds = due === undefined ? 0 : Math.floor((now.getTime() - due.getTime()) / 1000);
  return seconds > TOLERANCE_SECONDS ? seconds : null;
}

/** When the first run of the schedules is due after a point in time. */
export function dueAfter(
  schedules: readonly string[],
  timezone: string,
  after: Date,
): Date | undefined {
  const times = schedules.flatMap((text) => {
    const parsed = parseCron(text);
    return parsed.ok ? nextRuns(parsed.schedule, timezone, after, 1) : [];
  });
  return times.sort((a, b) => a.getTime() - b.getTime())[0];
}
