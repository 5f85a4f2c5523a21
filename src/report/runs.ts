import { formatBytes } from "../common/print";
import { recordsCell } from "../store/runs/run-text";
import type { RunSummary } from "../store/runs/runs";
import { html, trusted, type Html } from "./html";
import { classOf, count, moment, number, took } from "./words";

/** Lowest bar in percent, so that the shortest run is seen. */
const LOWEST = 12;

/**
 * Runs as bars, the oldest first: upwards how long each took, downwards how many records it loaded, both by the square
 * root of the part of the largest, because runs differ much.
 */
export function timeline(runs: readonly RunSummary[]): Html {
  if (runs.length === 0) return html`<div class="t none">no runs yet</div>`;
  const longest = Math.max(...runs.map(({ seconds }) => seconds ?? 0));
  const most = Math.max(...runs.map(({ records }) => records));
  const bars = [...runs]
    .reverse()
    .map(
      ({ status, seconds, records }) =>
        `<i class=${classOf(status)} style=--d:${Math.max(LOWEST, part(seconds ?? longest, longest))};--r:${records === 0 ? 0 : Math.max(LOWEST, part(records, most))}></i>`,
    );
  return html`<div class="t" role="img" aria-label="${inWords(runs)}">${trusted(bars.join(""))}</div>`;
}

/** Runs in a table, the newest first. The closing tags that HTML lets one leave out are left out: there are many rows. */
export function runTable(runs: readonly RunSummary[]): Html {
  return html`<table><thead><tr><th>Began (UTC)<th>Result<th>Took<th>Records<th>Bytes<th>Tries<th>What went wrong</thead><tbody>${runs.map(row)}</table>`;
}

function row({
  status,
  started,
  seconds,
  records,
  bytes,
  attempts,
  leftOut = [],
  error,
  ...more
}: RunSummary): Html {
  const tries = Math.max(attempts.extract, attempts.load);
  return html`<tr class=${classOf(status)}><td>${moment(started)}<td>${status}<td>${took(seconds)}<td>${recordsCell({ records, ...more }).toLocaleString("en-US")}<td>${formatBytes(bytes)}<td>${tries > 1 ? tries : ""}<td>${[error, ...leftOut.map((text) => `left out: ${text}`)].filter((text) => text !== null).join("; ")}`;
}

function inWords(runs: readonly RunSummary[]): string {
  const bad = runs.filter(({ status }) => status === "failed" || status === "interrupted").length;
  return `${count(runs.length, "run")}, ${bad === 0 ? "none failed" : `${number(bad)} failed`}; open for a table`;
}

function part(value: number, of: number): number {
  return of === 0 ? LOWEST : Math.round(100 * Math.sqrt(value / of));
}
