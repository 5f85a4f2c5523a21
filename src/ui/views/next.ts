import { html } from "../../report/html";
import { pairs } from "../../report/pipeline";
import { moment } from "../../report/words";
import { formatAge } from "../../status/status-table";
import { filterOf, moreLink, searchForm, select } from "../filter";
import type { LivePipelines } from "../live";
import { pipelinePath, type View } from "../view";

/** Which pipelines run next, soonest first. */
export function nextView(live: LivePipelines, url: URL, now: Date): View {
  const filter = filterOf(url);
  const due = select(live.all(now), filter)
    .flatMap(({ status }) => (status.next === null ? [] : [{ status, next: status.next }]))
    .sort((a, b) => (a.next < b.next ? -1 : a.next > b.next ? 1 : 0));
  return {
    title: "Next runs",
    tab: "/next",
    form: searchForm(filter),
    head: html`${moreLink(due.length, filter)}`,
    items: due.slice(0, filter.show).map(({ status, next }) => {
      const seconds = Math.max(0, (Date.parse(next) - now.getTime()) / 1000);
      const facts = [
        ["next run", `${moment(next)} UTC`],
        ["in", formatAge(seconds)],
        ["schedule", status.schedule],
      ] as const;
      return {
        id: status.name,
        content: html`<article class="p line"><h2><a href="${pipelinePath(status.name)}">${status.name}</a></h2><dl class="now due">${pairs(facts)}</dl></article>`,
      };
    }),
    empty:
      "No run is due. Runs on this machine have no schedule; on a cluster, schedules may be suspended.",
  };
}
