import { nextRuns, parseCron, type CalendarSchedule } from "../src/model/cron/cron";
import { kindOf, objectOf, textOf, type Finding, type Resource, type StackPolicy } from "./policy";
import { shifted } from "./spread";

/** Settings of {@link schedules}. */
export interface ScheduleSettings {
  /** Largest number of pipelines that may start in the same minute. */
  readonly most: number;
}

/** A cron schedule of a pipeline. */
interface Start {
  readonly pipeline: string;
  readonly cron: string;
  readonly schedule: CalendarSchedule;
  readonly timezone: string;
}

/** The day before the one that is checked, a Monday in winter time. */
const FROM = new Date("2026-01-04T23:59:59Z");
const DAY_MINUTES = 1440;
const MOST_LINES = 20;

/** Warns of schedules that start many pods in the same minute, which then wait for nodes and for the source. */
export const schedules: StackPolicy<ScheduleSettings> = {
  name: "schedules-spread",
  description: "Pipelines start at different minutes.",
  level: "advisory",
  scope: "stack",
  settings: {
    most: {
      type: "integer",
      minimum: 1,
      default: 5,
      description: "Largest number of pipelines that may start in the same minute.",
    },
  },
  check: (resources, { most }) => {
    const starts = resources.flatMap(startsOf);
    const [worst] = [...byMinute(starts)].sort(
      ([one, some], [other, others]) => others.length - some.length || one - other,
    );
    return worst === undefined || worst[1].length <= most
      ? []
      : [finding(worst[0], worst[1], most)];
  },
};

/** Leaves out suspended pipelines and `@every`, which counts from the time the controller sees it. */
function startsOf(resource: Resource): readonly Start[] {
  const spec = objectOf(resource.props["spec"]);
  if (kindOf(resource) !== "CronWorkflow" || spec["suspend"] === true) return [];
  const pipeline = textOf(objectOf(resource.props["metadata"])["name"]) ?? resource.name;
  const crons = Array.isArray(spec["schedules"])
    ? (spec["schedules"] as readonly unknown[])
    : [spec["schedule"]];
  return crons.flatMap((cron) => {
    const parsed = typeof cron === "string" ? parseCron(cron) : undefined;
    return typeof cron === "string" && parsed?.ok && parsed.schedule.kind === "calendar"
      ? [{ pipeline, cron, schedule: parsed.schedule, timezone: textOf(spec["timezone"]) ?? "UTC" }]
      : [];
  });
}

/** Groups starts by minute of the day in UTC. A pipeline that runs on Mondays only counts like a daily one. */
function byMinute(starts: readonly Start[]): ReadonlyMap<number, readonly Start[]> {
  const found = new Map<number, Start[]>();
  for (const start of starts) {
    for (const minute of minutesOf(start)) {
      const others = found.get(minute);
      if (others) others.push(start);
      else found.set(minute, [start]);
    }
  }
  return found;
}

function minutesOf({ schedule, timezone }: Start): readonly number[] {
  const offset = offsetMinutes(timezone);
  return [...schedule.hour.values].flatMap((hour) =>
    [...schedule.minute.values].map(
      (minute) => (hour * 60 + minute - offset + 2 * DAY_MINUTES) % DAY_MINUTES,
    ),
  );
}

/** The UTC offset of a time zone, found from its noon. */
function offsetMinutes(timezone: string): number {
  const noon = parseCron("0 12 * * *");
  const [first] = noon.ok ? nextRuns(noon.schedule, timezone, FROM, 1) : [];
  if (first === undefined) return 0;
  return 12 * 60 - (first.getUTCHours() * 60 + first.getUTCMinutes());
}

function finding(minute: number, crowd: readonly Start[], most: number): Finding {
  const names = [...new Set(crowd.map(({ pipeline }) => pipeline))];
  const sorted = [...crowd].sort((one, other) => (one.pipeline < other.pipeline ? -1 : 1));
  const moves = sorted.flatMap((start, index) => {
    const cron = shifted(start.schedule, start.cron, index / sorted.length);
    return cron === undefined ? [] : [`  ${start.pipeline}: "${start.cron}" → "${cron}"`];
  });
  const more = moves.length > MOST_LINES ? [`  and ${moves.length - MOST_LINES} more`] : [];
  const clock = `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  const head = `${names.length} pipelines start at ${clock} UTC (winter time); at most ${most} should`;
  return {
    message:
      moves.length === 0
        ? `${head}: ${names.join(", ")}`
        : [`${head}. Suggested schedules:`, ...moves.slice(0, MOST_LINES), ...more].join("\n"),
  };
}
