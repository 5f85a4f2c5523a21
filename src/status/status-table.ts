import pc from "picocolors";
import type { Commands } from "../common/commands";
import type { PipelineStatus } from "./pipeline-status";
import { formatBytes, table } from "../common/print";
import { recordsCellText } from "../store/runs/run-text";
import { undeliveredText } from "../store/runs/undelivered";
import { slotProblems } from "../store/runs/slots";

/** A duration in the most readable unit. @example `formatAge(5400) === "90 min"` */
export function formatAge(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3600)} h`
    : `${Math.round(seconds / 86_400)} d`;
}

/** Age of a bookmark, or the time until it. @example `formatBookmarkAge(-172_800) === "in 2 d"` */
export function formatBookmarkAge(seconds: number): string {
  return seconds < 0 ? `in ${formatAge(-seconds)}` : `${formatAge(seconds)} old`;
}

/** The table of `tapctl status`, one line per pipeline, colored by condition. */
export function statusTable(rows: readonly PipelineStatus[], { tapctl }: Commands): string {
  if (rows.length === 0) return "No pipelines, neither in the array nor on the cluster.";
  const [header = "", ...lines] = table(
    [
      "PIPELINE",
      "STATUS",
      "SCHEDULE",
      "NEXT RUN",
      "LAST RUN",
      "RESULT",
      "DURATION",
      "RECORDS",
      "BYTES",
      "BOOKMARK",
      "FAILURES",
    ],
    rows.map(cells),
  ).split("\n");
  const errors = rows.flatMap((row) =>
    reasonsOf(row).map((reason) => `${pc.red(row.name)}: ${reason}`),
  );
  const late = rows.filter(({ condition }) => condition === "late").length;
  const leftOut = rows.flatMap(({ name, last }) =>
    (last?.leftOut ?? []).map((text) => `${pc.yellow(name)}: its last run skipped ${text}`),
  );
  const schemas = rows.flatMap(({ name, last }) =>
    (last?.schemaChanges ?? []).map((text) => `${pc.yellow(name)}: schema changed: ${text}`),
  );
  const slots = rows.flatMap(({ name, suspended, last }) =>
    slotProblems(last?.slots ?? [], suspended).map((text) => `${pc.yellow(name)}: ${text}`),
  );
  const undelivered = rows.flatMap(({ name, undelivered: one }) =>
    one === null ? [] : [`${pc.yellow(name)}: ${undeliveredText(one)}`],
  );
  const notes = [
    ...errors,
    ...leftOut,
    ...schemas,
    ...slots,
    ...undelivered,
    ...(late > 0
      ? [`${pc.yellow(`${late} late`)}: to check whether Argo starts runs, use ${tapctl("doctor")}`]
      : []),
  ];
  return [
    pc.bold(header),
    ...lines.map((line, index) => colour(rows[index]?.condition)(line)),
    ...(notes.length > 0 ? ["", ...notes] : []),
  ].join("\n");
}

/** A note for a cluster whose controller is inactive. */
export function idleNote(why: string, { tapctl }: Commands): string {
  return `${pc.red(why)}, and runs shown as running may have ended. To diagnose it, use ${tapctl("doctor")}`;
}

/**
 * Display text of a run's result. @example `resultText({ status: "running", stuck:
 * "ImagePullBackOff" }) === "waiting: ImagePullBackOff"`
 */
export function resultText({
  status,
  stuck,
}: {
  readonly status: string;
  readonly stuck: string | null;
}): string {
  return stuck === null ? status : `waiting: ${stuck}`;
}

/**
 * Why a pipeline needs attention: what prevents its schedule from starting, and the error of its
 * newest run.
 */
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
      : recordsCellText({ ...last, records: last.records }),
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
