import { formatBytes } from "../../common/print";
import type { ReportPipeline } from "../../report/data";
import { html, type Html } from "../../report/html";
import { conditionOf, pairs, type Fact } from "../../report/pipeline";
import { number } from "../../report/words";
import { formatAge } from "../../status/status-table";
import { actionButton, type Rights } from "../buttons";
import type { LivePipelines } from "../live";
import type { Rate } from "../rates";
import { pipelinePath, runPath, type View } from "../view";

/** The current runs with their speed, longest first. */
export function runningView(live: LivePipelines, now: Date, rights: Rights): View {
  const running = live
    .all(now)
    .filter(({ status }) => status.active !== null)
    .flatMap(({ status }) => live.get(status.name, now) ?? [])
    .sort((a, b) => (b.status.active?.seconds ?? 0) - (a.status.active?.seconds ?? 0));
  return {
    title: "Running",
    tab: "/running",
    head: html`<p class="sum"><b>${number(running.length)} running</b></p>`,
    items: running.map((pipeline) => ({
      id: pipeline.status.name,
      content: html`<article class="p busy"><div class="row"><div class="who"><h2><a href="${pipelinePath(pipeline.status.name)}">${pipeline.status.name}</a></h2>${conditionOf(pipeline.status)}</div>${currentRun(pipeline, live)}${currentRunLinks(pipeline, rights)}</div></article>`,
    })),
    empty: "No run is in progress.",
  };
}

/** The figures of a pipeline's current run; null if there is none. */
export function currentRun({ status }: ReportPipeline, { rates }: LivePipelines): Html | null {
  const { active } = status;
  if (active === null) return null;
  const progress = rates.progressOf(active.run);
  const share =
    progress?.total === undefined || progress.total === 0
      ? ""
      : ` (${Math.floor((100 * progress.bytes) / progress.total)} % of ${formatBytes(progress.total)})`;
  const speed = speedOf(rates.rateOf(active.run));
  const facts: readonly Fact[] = [
    ["step", active.stuck === null ? (progress?.phase ?? active.status) : `waits: ${active.stuck}`],
    ["for", formatAge(active.seconds)],
    ["bytes", progress === undefined ? "–" : `${formatBytes(progress.bytes)}${share}`],
    ["records", progress?.records === undefined ? "–" : number(progress.records)],
    ["bytes per second", speed.bytes],
    ["records per second", speed.records],
  ];
  return html`<dl class="now figures">${pairs(facts)}</dl>`;
}

/** Links and buttons of a pipeline's current run; null if there is none. */
export function currentRunLinks({ status }: ReportPipeline, rights: Rights): Html | null {
  if (status.active === null) return null;
  const { run } = status.active;
  return html`<p class="do"><a href="${runPath(status.name, run)}">Log of run ${run}</a>${actionButton(rights, { action: "cancel", pipeline: status.name, run }, "Cancel")}</p>`;
}

function speedOf(rate: Rate | undefined): { readonly bytes: string; readonly records: string } {
  return {
    bytes: rate === undefined ? "–" : `${formatBytes(Math.round(rate.bytes))}/s`,
    records: rate?.records === undefined ? "–" : `${number(Math.round(rate.records))}/s`,
  };
}
