import { plural } from "../common/plural";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { packageFile } from "../common/package";
import type { PipelineStatus } from "../status/pipeline-status";
import type { ReportData } from "./data";
import { html, trusted, type Html } from "./html";
import { pipelineCard, TONES } from "./pipeline";
import { moment, number } from "./words";

/** All conditions, in the order of their filters. */
export const CONDITIONS: readonly PipelineStatus["condition"][] = [
  "invalid schedule",
  "failing",
  "late",
  "not deployed",
  "not in the array",
  "running",
  "ok",
  "never ran",
  "suspended",
];

/**
 * The report as one HTML file that loads nothing. Its content security policy allows only the
 * included style and script, so that text from a run can inject neither.
 */
export function reportPage(data: ReportData): string {
  const style = readFileSync(packageFile("src", "report", "page.css"), "utf8");
  const script = readFileSync(packageFile("src", "report", "page.js"), "utf8");
  const policy = `default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src 'unsafe-inline'; script-src ${hashOf(script)}`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>${title(data)}</title><link rel="icon" href="data:,"><style>${trusted(style)}</style></head>
<body>${trusted(SYMBOLS)}<header><h1>Pipelines</h1><p class="when">${data.store}<br>${moment(data.generated)} UTC</p>${summary(data)}</header>
<main>${data.pipelines.map(pipelineCard)}<p id="nothing" hidden>No pipeline matches.</p></main>
<footer>${legend()}</footer><div id="tip" role="status" hidden></div><script>${trusted(script)}</script></body></html>
`.markup;
}

function title({ pipelines }: ReportData): string {
  const failing = pipelines.filter(({ status }) => status.condition === "failing").length;
  return failing === 0 ? "Pipelines" : `${number(failing)} failing – Pipelines`;
}

/** The summary with the number of pipelines per condition; each count is a filter. */
function summary({ pipelines }: ReportData): Html {
  const chips = CONDITIONS.map((condition) => {
    const found = pipelines.filter(({ status }) => status.condition === condition).length;
    if (found === 0) return null;
    return html`<button type="button" class="${TONES[condition]}" data-is="${condition}" aria-pressed="false"><svg><use href="#${TONES[condition]}"/></svg>${number(found)} ${condition}</button>`;
  });
  return html`<div class="sum"><b>${plural(pipelines.length, "pipeline")}</b>${chips}<input type="search" id="find" placeholder="Find" aria-label="Find a pipeline by name" autocomplete="off" hidden></div>`;
}

function legend(): Html {
  return html`<p>Bars are runs, with the newest on the right. The upper part shows the duration, the lower part the number of records, each relative to the largest of the pipeline.</p>
<p class="key"><span class="t"><i class="s"></i></span>succeeded <span class="t"><i class="f"></i></span>failed <span class="t"><i class="i"></i></span>interrupted <span class="t"><i class="r"></i></span>running</p>
<p>Open a pipeline to see its runs in a table. On a focused pipeline, ← and → select a bar. Times are in UTC; ages are relative to the creation of this page.</p>`;
}

/** A shape for each tone, so that color is never the only indication. */
export const SYMBOLS = `<svg width="0" height="0" hidden><defs>
<symbol id="bad" viewBox="0 0 16 16"><path d="M8 1 15.5 14.5H.5z"/><path class="on" d="M8 6v4m0 1.8v.2"/></symbol>
<symbol id="late" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7"/><path class="on" d="M8 4v4l2.6 2"/></symbol>
<symbol id="busy" viewBox="0 0 16 16"><path d="M3 1.5 14 8 3 14.5z"/></symbol>
<symbol id="good" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7"/><path class="on" d="m4.8 8.2 2.3 2.3 4.2-4.8"/></symbol>
<symbol id="quiet" viewBox="0 0 16 16"><circle class="ring" cx="8" cy="8" r="6"/><path class="dash" d="M5 8h6"/></symbol>
</defs></svg>`;

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
