import { schedulesOf, type PipelineEntry } from "../model/define";
import { describeCron, nextRuns, parseCron } from "../model/cron/cron";
import { zoneOffset } from "../model/cron/zone";
import { plain, risk, type Fact } from "./fact";
import { code } from "./markdown";

const RUNS_SHOWN = 3;

/** A pipeline's schedule in words and its next runs, with the previous schedule if it changed. */
export function scheduleFacts(
  before: PipelineEntry | undefined,
  after: PipelineEntry,
  now: Date,
): readonly Fact[] {
  const words = inWords(after);
  const was = before && inWords(before);
  const changed = was === undefined || was === words ? "" : `${was} → `;
  const off = before?.suspend && after.suspend ? " (suspended)" : "";
  return [
    ...suspension(before, after),
    plain(`schedule: ${changed}${words}${off}`),
    ...(after.suspend ? [] : upcoming(after, now)),
  ];
}

function suspension(before: PipelineEntry | undefined, after: PipelineEntry): readonly Fact[] {
  if (after.suspend && !before) return [plain("suspended: it only runs manually")];
  if (after.suspend && !before?.suspend)
    return [risk("it is suspended: its schedule no longer starts runs")];
  return before?.suspend && !after.suspend
    ? [risk("it is no longer suspended: its schedule starts runs again")]
    : [];
}

function inWords(entry: PipelineEntry): string {
  const schedules = schedulesOf(entry);
  const words = schedules.map(describeCron).join("; ");
  const cron = schedules.some((text) => describeCron(text) !== text)
    ? ` (${schedules.map(code).join(", ")})`
    : "";
  return `${cron === "" ? code(words) : words}${cron}, ${entry.timezone ?? "UTC"}`;
}

/** Next runs; not for `@every`, which counts from the time of the deployment. */
function upcoming(entry: PipelineEntry, now: Date): readonly Fact[] {
  const zone = entry.timezone ?? "UTC";
  const times = schedulesOf(entry).flatMap((text) => {
    const parsed = parseCron(text);
    return parsed.ok && parsed.schedule.kind === "calendar"
      ? nextRuns(parsed.schedule, zone, now, RUNS_SHOWN)
      : [];
  });
  const next = [...new Set(times.map((time) => time.getTime()))]
    .sort((one, other) => one - other)
    .slice(0, RUNS_SHOWN);
  return next.length === 0
    ? []
    : [plain(`next runs: ${next.map((time) => clockText(zone, time)).join(", ")}`)];
}

function clockText(zone: string, time: number): string {
  return new Date(time + zoneOffset(zone, time)).toISOString().slice(0, 16).replace("T", " ");
}
