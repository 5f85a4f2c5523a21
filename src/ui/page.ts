import { html, trusted, type Html } from "../report/html";
import { SYMBOLS } from "../report/page";
import type { ConsoleLink } from "./source";
import { sendItem, TABS, versionOf, type View } from "./view";

/** What surrounds a view. */
export interface PageArgs {
  readonly view: View;
  /** Address that updates are read from. */
  readonly events: string;
  /** Location of the runs. */
  readonly place: string;
  readonly links: readonly ConsoleLink[];
  readonly note: string | undefined;
  /** Token that changes must carry; undefined if the page is read-only. */
  readonly csrf: string | undefined;
}

/** A page of the console. It loads its style and script from the same server, and nothing else. */
export function consolePage({ view, events, place, links, note, csrf }: PageArgs): string {
  const { title, tab, form, head, items, empty, log } = view;
  const token = csrf === undefined ? null : html`<meta name="csrf" content="${csrf}">`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">${token}
<title>${title} – tapctl</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/report.css"><link rel="stylesheet" href="/console.css"><script src="/console.js" defer></script></head>
<body data-events="${events}"${log === undefined ? null : html` data-log="${log}"`}>${trusted(SYMBOLS)}<a class="skip" href="#main">Skip to content</a>
<header><nav aria-label="Console"><ul>${TABS.map(([path, name]) => html`<li><a href="${path}"${path === tab ? html` aria-current="page"` : null}>${name}</a></li>`)}</ul></nav><p class="when">${place}</p></header>
<main id="main" tabindex="-1"><h1>${title}</h1>${form ?? null}<p id="note" class="error whole" role="alert"${note === undefined ? html` hidden` : null}>${note ?? ""}</p><div id="head" data-v="${versionOf(head.markup)}">${head}</div>
<div id="items">${items.map((item) => trusted(sendItem(item).markup))}</div><p id="nothing"${items.length > 0 || empty === "" ? html` hidden` : null}>${empty}</p>${log === undefined ? null : logPane()}</main>
<footer>${links.length === 0 ? null : html`<p>${links.map(({ name, url }) => html`<a href="${url}" target="_blank" rel="noopener noreferrer">${name}</a> `)}</p>`}<p id="live" role="status">Loading updates.</p></footer>
<dialog id="ask" aria-labelledby="ask-title"><form method="dialog"><h2 id="ask-title"></h2><div id="ask-text"></div><p class="do"><button type="submit" id="ask-no" value="no">Close</button><button type="button" id="ask-yes">Confirm</button></p></form></dialog></body></html>
`.markup;
}

/** The log of a run; the script fills it. */
function logPane(): Html {
  return html`<section class="p" aria-labelledby="log-title"><h2 class="title" id="log-title">Log</h2><p class="pad do"><label>Show <select id="log-source"><option value="">all</option><option value="tap">tap</option><option value="target">target</option><option value="runner">runner</option></select></label><span id="log-state" role="status">Loading.</span></p><div id="log" tabindex="0" role="region" aria-label="Log lines"></div></section>`;
}

/** A page for an unknown address, or for a request that is rejected. */
export function messagePage(title: string, text: string): string {
  return plainPage(title, html`<p>${text}</p>`);
}

/** A page without navigation and updates. */
export function plainPage(title: string, content: Html): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${title} – tapctl</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/report.css"><link rel="stylesheet" href="/console.css"></head>
<body><main id="main"><h1>${title}</h1>${content}</main></body></html>
`.markup;
}
