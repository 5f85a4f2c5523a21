import { createHash } from "node:crypto";
import { html, type Html } from "../report/html";

/** What a page shows below its title. Items are updated one by one. */
export interface View {
  readonly title: string;
  /** Navigation entry that the page belongs to. */
  readonly tab: Tab;
  /** Fixed part: it does not change while the page is open. Default: none. */
  readonly form?: Html;
  /** Part above the items that changes, such as counts. */
  readonly head: Html;
  readonly items: readonly Item[];
  /** Shown if there are no items. */
  readonly empty: string;
  /** Address of the log that the page follows. Default: none. */
  readonly log?: string;
}

/** A part of a page. */
export interface Item {
  /** Unique on the page. */
  readonly id: string;
  readonly content: Html;
}

/** Entries of the navigation: address and name. */
export const TABS = [
  ["/", "Pipelines"],
  ["/running", "Running"],
  ["/timeline", "Timeline"],
  ["/next", "Next runs"],
  ["/schemas", "Schema changes"],
] as const;

/** The address of a navigation entry. */
export type Tab = (typeof TABS)[number][0];

/** An item as sent to the browser, with a version that changes with its content. */
export interface SentItem {
  readonly id: string;
  readonly version: string;
  readonly markup: string;
}

/** Renders an item. */
export function sendItem({ id, content }: Item): SentItem {
  const version = versionOf(content.markup);
  return {
    id,
    version,
    markup: html`<div class="item" data-id="${id}" data-v="${version}">${content}</div>`.markup,
  };
}

/** A short hash of a text. */
export function versionOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 12);
}

/** Address of a pipeline's page. */
export function pipelinePath(name: string): string {
  return `/pipelines/${encodeURIComponent(name)}`;
}

/** Address of a run's page. */
export function runPath(pipeline: string, run: string): string {
  return `${pipelinePath(pipeline)}/runs/${encodeURIComponent(run)}`;
}
