import { plural } from "../../common/plural";
import { compactJson, type JsonText } from "../../common/json";
import { formatBytes, table } from "../../common/print";
import { bookmarkOf, streamsOf, type State } from "../state/bookmarks";
import type { RunSummary, SchemaChange } from "./run-summary";
import { formatNumber } from "../../common/format-number";

/**
 * What a run moved and how long it took.
 *
 * @example `runFigures({ records: 1, bytes: 735, seconds: 9.1 }) === "1 record, 735 B, 9.1 s"`
 */
export function runFigures({
  bytes,
  seconds,
  ...counts
}: Pick<RunSummary, "records" | "bytes" | "seconds" | "uncountedFiles">): string {
  return `${recordsText(counts)}, ${formatBytes(bytes)}, ${(seconds ?? 0).toFixed(1)} s`;
}

/**
 * The records of a run as text, with the BATCH files whose rows are not counted.
 *
 * @example `recordsText({ records: 0, uncountedFiles: 2 }) === "the rows of 2 BATCH files"`
 */
export function recordsText({
  records,
  uncountedFiles = 0,
}: Pick<RunSummary, "records" | "uncountedFiles">): string {
  const counted = plural(records, "record");
  if (uncountedFiles === 0) return counted;
  const files = `the rows of ${plural(uncountedFiles, "BATCH file")}`;
  return records === 0 ? files : `${counted} and ${files}`;
}

/**
 * The records of a run for a table cell; a lower bound, or "not counted", if BATCH files could not
 * be read.
 */
export function recordsCell({
  records,
  uncountedFiles = 0,
}: Pick<RunSummary, "records" | "uncountedFiles">): string | number {
  if (uncountedFiles === 0) return records;
  return records === 0 ? "not counted" : `over ${formatNumber(records)}`;
}

/** The same cell as text. */
export function recordsCellText(run: Parameters<typeof recordsCell>[0]): string {
  const cell = recordsCell(run);
  return typeof cell === "number" ? formatNumber(cell) : cell;
}

/** A column with what runs skipped; no column if none of them skipped anything. */
export function leftOutColumn(runs: readonly { readonly leftOut?: readonly string[] | null }[]): {
  readonly header: readonly string[];
  readonly cell: (run: { readonly leftOut?: readonly string[] | null }) => readonly string[];
} {
  const some = runs.some(({ leftOut }) => (leftOut ?? []).length > 0);
  return some
    ? { header: ["SKIPPED"], cell: ({ leftOut }) => [(leftOut ?? []).join("; ")] }
    : { header: [], cell: () => [] };
}

/** Schema changes, each as text. @example `["orders: column discount added (number|null)"]` */
export function schemaTexts(
  changes: readonly SchemaChange[] | undefined = [],
  limit = 20,
): readonly string[] {
  const texts = changes.slice(0, limit).map(({ stream, text }) => `${stream}: ${text}`);
  return changes.length > limit ? [...texts, `and ${changes.length - limit} more`] : texts;
}

/** A column of a table of runs with changes of schemas, if there were some. */
export function schemaColumn(runs: readonly WithSchemas[]): {
  readonly header: readonly string[];
  readonly cell: (run: WithSchemas) => readonly string[];
} {
  const some = runs.some(({ schemaChanges = [] }) => schemaChanges.length > 0);
  return some
    ? {
        header: ["SCHEMA CHANGES"],
        cell: ({ schemaChanges }) => [schemaTexts(schemaChanges, 1).join(" ")],
      }
    : { header: [], cell: () => [] };
}

interface WithSchemas {
  readonly schemaChanges?: readonly SchemaChange[] | undefined;
}

/**
 * A Singer state as short text: the bookmark of each stream if it has any, otherwise the truncated
 * JSON.
 *
 * @example `{"bookmarks":{"orders":{"replication_key":"id","replication_key_value":7}}}` gives `id 7`
 */
export function describeState(state: State): string {
  if (state === null || state === undefined) return "none";
  const values = streamsOf(state).map((stream) => describeBookmark(bookmarkOf(state, stream)));
  if (values.length > 0 && values.every((value) => value !== undefined))
    return shorten([...new Set(values)].join(", "));
  return shorten(
    compactJson(state)
      .replace(/^\{(.*)\}$/, "$1")
      .replace(/"/g, ""),
  );
}

/** The state after a run as short text. A run that failed early has not changed it. */
export function describeStateAfter({
  status,
  stateAfter,
  stateCommitted,
}: Pick<RunSummary, "status" | "stateAfter" | "stateCommitted">): string {
  return stateAfter === null && !stateCommitted && status !== "succeeded"
    ? "unchanged"
    : describeState(stateAfter);
}

/** The slices of a parallel run as short text; null for other runs. */
export function describeSlices({ slices = [] }: Pick<RunSummary, "slices">): string | null {
  const [slowest] = [...slices].sort((one, other) => other.seconds - one.seconds);
  if (slowest === undefined) return null;
  const failed = slices.filter(({ status }) => status === "failed").length;
  return `${slices.length}${failed > 0 ? `, ${failed} failed` : ""}; the slowest took ${slowest.seconds.toFixed(1)} s (${slowest.streams.join(", ")})`;
}

/**
 * The table printed at the end of a run: one row per stream, with the totals of the run on the
 * first.
 */
export function summaryTable(summaries: readonly RunSummary[]): string {
  const rows = summaries.flatMap((summary) => {
    const streams = summary.streams.length > 0 ? summary.streams : [{ stream: "-", records: 0 }];
    return streams.map(({ stream, records }, index) => [
      index === 0 ? summary.pipeline : "",
      stream,
      records === 0 ? recordsCell({ ...summary, records }) : records,
      index === 0 ? formatBytes(summary.bytes) : "",
      index === 0 ? (summary.seconds ?? 0).toFixed(1) : "",
      index === 0 ? describeState(summary.stateBefore) : "",
      index === 0 ? describeStateAfter(summary) : "",
      index === 0 ? summary.status : "",
    ]);
  });
  return table(
    ["PIPELINE", "STREAM", "RECORDS", "BYTES", "SECONDS", "STATE BEFORE", "STATE AFTER", "RESULT"],
    rows,
  );
}

/**
 * A bookmark as short text, if it is a replication key with its value.
 *
 * @example `{"replication_key":"id","replication_key_value":7}` gives `id 7`
 */
export function describeBookmark(bookmark: JsonText | undefined): string | undefined {
  const [key, value] = [
    bookmark?.member("replication_key")?.string,
    bookmark?.member("replication_key_value"),
  ];
  const text = value?.string ?? (value?.kind === "number" ? value.text : undefined);
  return text === undefined ? undefined : `${key === undefined ? "" : `${key} `}${text}`;
}

function shorten(text: string): string {
  return text.length > 48 ? `${text.slice(0, 47)}…` : text;
}
