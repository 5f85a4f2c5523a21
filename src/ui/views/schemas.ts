import { html, type Html } from "../../report/html";
import { moment } from "../../report/words";
import type { RunSummary } from "../../store/runs/run-summary";
import { filterOf, moreLink, searchForm, select } from "../filter";
import type { LivePipelines } from "../live";
import { pipelinePath, runPath, type View } from "../view";

/** How schemas changed in the last runs, newest first. */
export function schemasView(live: LivePipelines, url: URL, now: Date): View {
  const filter = filterOf(url);
  const runs = select(live.all(now), filter)
    .flatMap((pipeline) => pipeline.runs)
    .filter(({ schemaChanges = [] }) => schemaChanges.length > 0)
    .sort((a, b) => (a.run < b.run ? 1 : -1));
  return {
    title: "Schema changes",
    tab: "/schemas",
    form: searchForm(filter),
    head: html`${moreLink(runs.length, filter)}`,
    items: runs.slice(0, filter.show).map((run) => ({
      id: `${run.pipeline} ${run.run}`,
      content: html`<article class="p"><h2 class="title"><a href="${pipelinePath(run.pipeline)}">${run.pipeline}</a>, <a href="${runPath(run.pipeline, run.run)}">${moment(run.started)} UTC</a></h2>${schemaTable(run)}</article>`,
    })),
    empty: "No schema changed in the last runs.",
  };
}

/** The schema changes of a run. */
export function schemaTable({ schemaChanges = [] }: RunSummary): Html {
  return html`<table class="plain"><thead><tr><th scope="col">Stream</th><th scope="col">Change</th><th scope="col">Policy</th></tr></thead><tbody>${schemaChanges.map(({ stream, text, policy }) => html`<tr><td>${stream}</td><td>${text}</td><td>${policy}</td></tr>`)}</tbody></table>`;
}
