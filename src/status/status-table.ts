import pc from "picocolors";
import { tapctl } from "../common/command-text";
import type { PipelineStatus } from "./pipeline-status";
import { formatBytes, table } from "../common/print";
import { recordsCell } from "../store/runs/run-text";

/** How long, in the unit that reads best. @example `formatAge(5400) === "90 min"` */
export function formatAge(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3600)} h`
    : `${Math.round(seconds / 86_400)} d`;
}

/** How old a bookmark is, or in how long it will be now. @example `formatBookmarkAge(-172_800) === "in 2 d"` */
export function formatBookmarkAge(seconds: number): string {
  return seconds < 0 ? `in ${formatAge(-seconds)}` : `${formatAge(seconds)} old`;
}

/** The table of `tapctl status`, a line a pipeline, coloured where that says something. */
export function statusTable(rows: readonly PipelineStatus[]): string {
  if (rows.length === 0) return "no pipelines: neither in the array nor on the cluster";
  const [header = "", ...lines] = table(
    [
      "PIPELINE",
      "IS",
      "SCHEDULE",
      "NEXT RUN",
      "LAST RUN",
      "RESULT",
      "TOOK",
      "RECORDS",
      "BYTES",
      "BOOKMARK",
      "FAILED",
    ],
    rows.map(cells),
  ).split("\n");
  const errors = rows.flatMap((row) =>
    reasonsOf(row).map((reason) => `${pc.red(row.name)}: ${reason}`),
  );
  const late = rows.filter(({ condition }) => condition === "late").length;
  const leftOut = rows.flatMap(({ name, last }) =>
    (last?.leftOut ?? []).map((text) => `${pc.yellow(name)}: its last run left out ${text}`),
  );
  const notes = [
    ...errors,
    ...leftOut,
    ...(late > 0
      ? [`${pc.yellow(`${late} late`)}: whether Argo starts runs at all says ${tapctl("doctor")}`]
      : []),
  ];
  return [
    pc.bold(header),
    ...lines.map((line, index) => colour(rows[index]?.condition)(line)),
    ...(notes.length > 0 ? ["", ...notes] : []),
  ].join("\n");
}

/** What is told beside pipelines of a cluster on which nothing starts or ends. */
export function idleNote(why: string): string {
  return `${pc.red(why)}, and what is said to run may have ended since; what to do says ${tapctl("doctor")}`;
}

/** A run's result in words. @example `resultText({ status: "running", stuck: "ImagePullBackOff" }) === "waiting: ImagePullBackOff"` */
export function resultText({
  status,
  stuck,
}: {
  readonly status: string;
  readonly stuck: string | null;
}): string {
  return stuck === null ? status : `waiting: ${stuck}`;
}

/** Why a pipeline needs somebody: what keeps its schedule from starting, and what failed its newest run. */
export function reasonsOf({
  condition,
  invalid,
  consecutiveFailures,
  last,
}: PipelineStatus): readonly string[] {
  if (condition !== "invalid schedule" && condition !== "failing") return [];
  return [invalid, consecutiveFailures > 0 ? (last?.error ?? null) : null].filter(
    (reason) => reason !== null,
  );
}

function cells({
  name,
  condition,
  schedule,
  next,
  lateSeconds,
  active,
  last,
  bookmark,
  consecutiveFailures,
}: PipelineStatus): readonly string[] {
  const is =
    lateSeconds !== null && condition === "late" ? `late by ${formatAge(lateSeconds)}` : condition;
  return [
    name,
    is,
    schedule,
    next === null ? "-" : next.slice(0, 16).replace("T", " "),
    active === null
      ? last === null
        ? "-"
        : `${formatAge(last.agoSeconds)} ago`
      : `now, for ${formatAge(active.seconds)}${active.silentSeconds === null ? "" : `, silent for ${formatAge(active.silentSeconds)}`}`,
    active === null
      ? (last?.status ?? "-")
      : `${resultText(active)}${last === null ? "" : `, before: ${last.status}`}`,
    last?.seconds === undefined || last.seconds === null ? "-" : formatAge(last.seconds),
    last?.records === undefined || last.records === null
      ? "-"
      : recordsCell({ ...last, records: last.records }).toLocaleString("en-US"),
    last?.bytes === undefined || last.bytes === null ? "-" : formatBytes(last.bytes),
    bookmark === null
      ? "-"
      : `${bookmark.value.slice(0, 19)}, ${formatBookmarkAge(bookmark.ageSeconds)}`,
    consecutiveFailures === 0
      ? "-"
      : consecutiveFailures === 1
        ? "once"
        : `${consecutiveFailures} times`,
  ];
}

function colour(condition: PipelineStatus["condition"] | undefined): (text: string) => string {
  switch (condition) {
    case "invalid schedule":
    case "failing":
      return pc.red;
    case "late":
    case "not deployed":
    case "not in the array":
      return pc.yellow;
    case "running":
      return pc.cyan;
    case "suspended":
      return pc.dim;
    default:
      return (text) => text;
  }
}
