import { plural } from "../../common/plural";
import type { ReportPipeline } from "../../report/data";
import { html, type Html } from "../../report/html";
import { classOf, moment, number, took } from "../../report/words";
import type { RunSummary } from "../../store/runs/run-summary";
import { filterOf, moreLink, searchForm, select } from "../filter";
import type { LivePipelines } from "../live";
import { RUNS } from "../run-cache";
import { pipelinePath, type View } from "../view";

const HOUR_MS = 3_600_000;
/** Width of a timeline in its own units. */
const WIDTH = 1000;
/** The shortest bar, so that short runs are visible. */
const LEAST = 3;
const SPANS = [
  [6, "6 hours"],
  [24, "1 day"],
  [168, "1 week"],
] as const;

/** When runs ran: a line per pipeline. */
export function timelineView(live: LivePipelines, url: URL, now: Date): View {
  const filter = filterOf(url);
  const hours = SPANS.find(([span]) => String(span) === url.searchParams.get("hours"))?.[0] ?? 24;
  const from = now.getTime() - hours * HOUR_MS;
  const rows = select(live.all(now), filter)
    .map((pipeline) => ({ pipeline, runs: runsSince(pipeline, from, now) }))
    .filter(({ runs }) => runs.length > 0)
    .sort((a, b) => (a.pipeline.status.name < b.pipeline.status.name ? -1 : 1));
  return {
    title: "Timeline",
    tab: "/timeline",
    form: searchForm(filter),
    head: html`<p class="sum">${spanLinks(hours, filter.find)}</p>${moreLink(rows.length, filter)}<p class="soft">${moment(new Date(from).toISOString())} to ${moment(now.toISOString())} UTC; at most the last ${RUNS} runs of each pipeline.</p>`,
    items: rows.slice(0, filter.show).map(({ pipeline: { status }, runs }) => ({
      id: status.name,
      content: html`<article class="p line"><h2><a href="${pipelinePath(status.name)}">${status.name}</a></h2>${bars(runs, from, now)}</article>`,
    })),
    empty: "No pipeline ran in this time.",
  };
}

function spanLinks(hours: number, find: string): readonly Html[] {
  return SPANS.map(([span, name]) => {
    const query = new URLSearchParams({ hours: String(span), ...(find !== "" && { find }) });
    return html`<a class="chip" href="/timeline?${query.toString()}"${span === hours ? html` aria-current="true"` : null}>${name}</a>`;
  });
}

function runsSince({ runs }: ReportPipeline, from: number, now: Date): readonly RunSummary[] {
  return runs.filter(({ started, seconds, status }) => {
    const begun = Date.parse(started);
    return endOf(begun, seconds, status, now) > from && begun < now.getTime();
  });
}

function bars(runs: readonly RunSummary[], from: number, now: Date): Html {
  const unit = (now.getTime() - from) / WIDTH;
  const failed = runs.filter(({ status }) => status === "failed").length;
  const shapes = [...runs].reverse().map(({ status, started, seconds }) => {
    const begun = Math.max(from, Date.parse(started));
    const end = endOf(Date.parse(started), seconds, status, now);
    const width = Math.max(LEAST, Math.round((end - begun) / unit));
    const x = Math.min(WIDTH - width, Math.round((begun - from) / unit));
    return html`<rect class="${classOf(status)}" x="${x}" y="0" width="${width}" height="20"><title>${moment(started)} UTC: ${status}, ${took(seconds)}</title></rect>`;
  });
  return html`<svg class="axis" viewBox="0 0 ${WIDTH} 20" preserveAspectRatio="none" role="img" aria-label="${plural(runs.length, "run")}, ${failed === 0 ? "none" : number(failed)} failed">${shapes}</svg>`;
}

function endOf(
  begun: number,
  seconds: number | null,
  status: RunSummary["status"],
  now: Date,
): number {
  return status === "running" ? now.getTime() : begun + (seconds ?? 0) * 1000;
}
