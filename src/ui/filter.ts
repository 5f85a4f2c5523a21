import { plural } from "../common/plural";
import type { ReportPipeline } from "../report/data";
import { html, type Html } from "../report/html";
import { CONDITIONS } from "../report/page";
import { TONES } from "../report/pipeline";
import { number } from "../report/words";

/** Number of items on a page, until more are requested. */
const PAGE_SIZE = 100;

/** Which pipelines a page shows, from its address. */
export interface Filter {
  readonly path: string;
  /** Part of the name. */
  readonly find: string;
  /** Condition; empty for all. */
  readonly is: string;
  /** Greatest number of items. */
  readonly show: number;
}

/** Reads the filter from an address. */
export function filterOf(url: URL): Filter {
  const show = Number(url.searchParams.get("show") ?? PAGE_SIZE);
  return {
    path: url.pathname,
    find: (url.searchParams.get("find") ?? "").slice(0, 200),
    is: url.searchParams.get("is") ?? "",
    show: Number.isSafeInteger(show) && show > 0 ? show : PAGE_SIZE,
  };
}

/** The pipelines that a filter selects. */
export function select(
  pipelines: readonly ReportPipeline[],
  { find, is }: Filter,
): readonly ReportPipeline[] {
  const text = find.trim().toLowerCase();
  return pipelines.filter(
    ({ status }) =>
      (is === "" || status.condition === is) &&
      (text === "" || status.name.toLowerCase().includes(text)),
  );
}

/** The search field; it works without scripts. */
export function searchForm({ path, find, is }: Filter): Html {
  return html`<form id="search" role="search" action="${path}"><input type="search" name="find" id="find" value="${find}" placeholder="Find" aria-label="Find a pipeline by name" autocomplete="off" spellcheck="false">${is === "" ? null : html`<input type="hidden" name="is" value="${is}">`}</form>`;
}

/** The number of pipelines per condition; each is a link that filters. */
export function conditionLinks(pipelines: readonly ReportPipeline[], filter: Filter): Html {
  const links = CONDITIONS.map((condition) => {
    const found = pipelines.filter(({ status }) => status.condition === condition).length;
    const isCurrent = filter.is === condition;
    if (found === 0 && !isCurrent) return null;
    const to = addressOf({ ...filter, is: isCurrent ? "" : condition });
    return html`<a class="chip ${TONES[condition]}" href="${to}"${isCurrent ? html` aria-current="true"` : null}><svg aria-hidden="true"><use href="#${TONES[condition]}"/></svg>${number(found)} ${condition}</a>`;
  });
  return html`<p class="sum"><b>${plural(pipelines.length, "pipeline")}</b>${links}</p>`;
}

/** A link to more items, if the page does not show all. */
export function moreLink(total: number, filter: Filter): Html | null {
  return total <= filter.show
    ? null
    : html`<p class="sum">The first ${number(filter.show)} of ${number(total)} are shown. <a href="${addressOf({ ...filter, show: filter.show + 5 * PAGE_SIZE })}">Show more</a></p>`;
}

function addressOf({ path, find, is, show }: Filter): string {
  const query = new URLSearchParams({
    ...(find !== "" && { find }),
    ...(is !== "" && { is }),
    ...(show !== PAGE_SIZE && { show: String(show) }),
  }).toString();
  return query === "" ? path : `${path}?${query}`;
}
