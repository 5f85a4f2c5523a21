import { plural } from "../common/plural";
import { formatBytes } from "../common/print";
import { recordsCellText, schemaTexts } from "../store/runs/run-text";
import type { RunSummary } from "../store/runs/run-summary";
import { html, trusted, type Content, type Html } from "./html";
import { classOf, moment, number, took } from "./words";

/** Minimum height of a bar, so that short runs are visible. */
const LOWEST = 3;
/** Heights have this many steps, each a class of page.css: a style attribute needs a weaker policy. */
const HIGHEST = 20;

/**
 * Runs as bars, oldest first: duration upward and records downward. Heights are the square root of
 * the share of the largest value, because runs differ widely.
 */
export function timeline(runs: readonly RunSummary[]): Html {
  if (runs.length === 0) return html`<div class="t none">no runs yet</div>`;
  const longest = Math.max(...runs.map(({ seconds }) => seconds ?? 0));
  const most = Math.max(...runs.map(({ records }) => records));
  const bars = [...runs]
    .reverse()
    .map(
      ({ status, seconds, records }) =>
        `<i class="${classOf(status)} d${part(seconds ?? longest, longest)} r${records === 0 ? 0 : part(records, most)}"></i>`,
    );
  return html`<div class="t" role="img" aria-label="${inWords(runs)}">${trusted(bars.join(""))}</div>`;
}

/**
 * Runs in a table, newest first. Optional closing tags are omitted, because there are many rows.
 */
export function runTable(
  runs: readonly RunSummary[],
  start: (run: RunSummary) => Content = ({ started }) => moment(started),
): Html {
  return html`<table><thead><tr><th>Started (UTC)<th>Result<th>Duration<th>Records<th>Bytes<th>Attempts<th>Error</thead><tbody>${runs.map((run) => row(run, start(run)))}</table>`;
}

function row(
  {
    status,
    seconds,
    records,
    bytes,
    attempts,
    leftOut = [],
    schemaChanges,
    error,
    ...more
  }: RunSummary,
  start: Content,
): Html {
  const tries = Math.max(attempts.extract, attempts.load);
  return html`<tr class=${classOf(status)}><td>${start}<td>${status}<td>${took(seconds)}<td>${recordsCellText({ records, ...more })}<td>${formatBytes(bytes)}<td>${tries > 1 ? tries : ""}<td>${[error, ...leftOut.map((text) => `skipped: ${text}`), ...schemaTexts(schemaChanges, 5).map((text) => `schema changed: ${text}`)].filter((text) => text !== null).join("; ")}`;
}

function inWords(runs: readonly RunSummary[]): string {
  const bad = runs.filter(({ status }) => status === "failed" || status === "interrupted").length;
  return `${plural(runs.length, "run")}, ${bad === 0 ? "none failed" : `${number(bad)} failed`}; open for a table`;
}

function part(value: number, of: number): number {
  return of === 0 ? LOWEST : Math.max(LOWEST, Math.round(HIGHEST * Math.sqrt(value / of)));
}
