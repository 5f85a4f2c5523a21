import { plural } from "../common/plural";
import { formatBytes } from "../common/print";
import {
  describeSlices,
  describeState,
  recordsCellText,
  schemaTexts,
} from "../store/runs/run-text";
import { formatAge, formatBookmarkAge, reasonsOf } from "../status/status-table";
import type { PipelineStatus } from "../status/pipeline-status";
import type { ReportPipeline } from "./data";
import { html, type Content, type Html } from "./html";
import { runTable, timeline } from "./runs";
import { moment, number, took } from "./words";

/** Symbol and color of each condition. */
export const TONES: {
  readonly [Condition in PipelineStatus["condition"]]: "bad" | "late" | "busy" | "good" | "quiet";
} = {
  "invalid schedule": "bad",
  failing: "bad",
  late: "late",
  "not deployed": "late",
  "not in the array": "late",
  running: "busy",
  "never ran": "quiet",
  ok: "good",
  suspended: "quiet",
};

/** A pipeline: a summary line that expands to its details and runs. */
export function pipelineCard(pipeline: ReportPipeline): Html {
  const { name, condition } = pipeline.status;
  return html`<details class="p ${TONES[condition]}" data-is="${condition}"><summary>${pipelineRow(pipeline, html`${name}`)}</summary>
${pipelineFacts(pipeline)}${pipeline.runs.length > 0 ? runTable(pipeline.runs) : null}</details>
`;
}

/** The summary line of a pipeline: condition, runs as bars, figures and error. */
export function pipelineRow({ status, runs }: ReportPipeline, name: Html): Html {
  return html`<div class="who"><h2>${name}</h2>${conditionOf(status)}</div>${timeline(runs)}<dl class="now">${pairs(nowFacts(status))}</dl>${errorLine(status)}`;
}

/** The condition of a pipeline with its symbol. */
export function conditionOf(status: PipelineStatus): Html {
  return html`<p class="is"><svg aria-hidden="true"><use href="#${TONES[status.condition]}"/></svg>${isInWords(status)}</p>`;
}

/** The details of a pipeline as a list. */
export function pipelineFacts(pipeline: ReportPipeline): Html {
  return html`<dl class="more">${pairs(moreFacts(pipeline))}</dl>`;
}

function isInWords({
  condition,
  consecutiveFailures,
  lateSeconds,
  active,
}: PipelineStatus): string {
  if (condition === "failing")
    return consecutiveFailures === 1
      ? "failed"
      : `failed ${number(consecutiveFailures)} times in a row`;
  if (condition === "late" && lateSeconds !== null) return `late by ${formatAge(lateSeconds)}`;
  if (condition === "running" && active)
    return active.status === "waiting"
      ? `waiting for ${formatAge(active.seconds)}`
      : `running for ${formatAge(active.seconds)}${active.silentSeconds === null ? "" : `, silent for ${formatAge(active.silentSeconds)}`}`;
  return condition;
}

function nowFacts({ last, bookmark }: PipelineStatus): readonly Fact[] {
  return [
    ["last run", last === null ? "–" : `${formatAge(last.agoSeconds)} ago`],
    ["duration", took(last?.seconds ?? null)],
    [
      "records",
      last === null || last.records === null
        ? "–"
        : recordsCellText({ ...last, records: last.records }),
    ],
    ["state", bookmark === null ? "–" : formatBookmarkAge(bookmark.ageSeconds)],
  ];
}

function moreFacts({
  status,
  description,
  owner,
  connectors,
  runs,
}: ReportPipeline): readonly Fact[] {
  const [newest] = runs;
  return [
    ["description", description],
    ["owner", owner],
    ["connectors", connectors],
    ["schedule", `${status.schedule}${status.suspended ? ", suspended" : ""}`],
    ["next run", status.next === null ? null : `${moment(status.next)} UTC`],
    [
      "state",
      newest === undefined || newest.stateAfter === null ? null : describeState(newest.stateAfter),
    ],
    [
      "streams",
      newest === undefined || newest.streams.length === 0
        ? null
        : newest.streams.map(({ stream, records }) => `${stream} ${number(records)}`).join(", "),
    ],
    ["slices", newest === undefined ? null : describeSlices(newest)],
    [
      "bytes",
      runs.length === 0
        ? null
        : `${formatBytes(runs.reduce((sum, { bytes }) => sum + bytes, 0))} in ${plural(runs.length, "run")}`,
    ],
    [
      "skipped",
      newest === undefined || (newest.leftOut ?? []).length === 0
        ? null
        : (newest.leftOut ?? []).join("; "),
    ],
    [
      "schema changes",
      newest === undefined || (newest.schemaChanges ?? []).length === 0
        ? null
        : schemaTexts(newest.schemaChanges).join("; "),
    ],
    [
      "note",
      newest === undefined || newest.warnings.length === 0 ? null : newest.warnings.join("; "),
    ],
  ];
}

/** A label and its value; null to omit it. */
export type Fact = readonly [string, string | null];

/** Labels and values for a `dl`. */
export function pairs(facts: readonly Fact[]): readonly Content[] {
  return facts.map(([name, value]) =>
    value === null ? null : html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  );
}

function errorLine(status: PipelineStatus): Html | null {
  const reasons = reasonsOf(status);
  return reasons.length === 0 ? null : html`<p class="error">${reasons.join("; ")}</p>`;
}
