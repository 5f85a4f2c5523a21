import { html } from "../../report/html";
import { pipelineRow, TONES } from "../../report/pipeline";
import { conditionLinks, filterOf, moreLink, searchForm, select } from "../filter";
import type { LivePipelines } from "../live";
import { pipelinePath, type View } from "../view";

/** All pipelines, problems first. */
export function pipelinesView(live: LivePipelines, url: URL, now: Date): View {
  const filter = filterOf(url);
  const all = live.all(now);
  const found = select(all, filter);
  return {
    title: "Pipelines",
    tab: "/",
    form: searchForm(filter),
    head: html`${conditionLinks(all, filter)}${moreLink(found.length, filter)}`,
    items: found.slice(0, filter.show).flatMap(({ status: { name } }) => {
      const pipeline = live.get(name, now);
      if (pipeline === undefined) return [];
      const link = html`<a href="${pipelinePath(name)}">${name}</a>`;
      return [
        {
          id: name,
          content: html`<article class="p row link ${TONES[pipeline.status.condition]}">${pipelineRow(pipeline, link)}</article>`,
        },
      ];
    }),
    empty: all.length === 0 ? "There are no pipelines." : "No pipeline matches.",
  };
}
