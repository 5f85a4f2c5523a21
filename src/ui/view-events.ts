import { problemOf } from "../common/errors";
import type { EventStream } from "./event-stream";
import type { LivePipelines } from "./live";
import { sendItem, versionOf, type View } from "./view";

/** Pause between two updates of a page. */
const PAUSE_MS = 400;
/** Ages and speeds change without anything being read. */
const EVERY_MS = 2000;

/**
 * Sends the changes of a view until the reader leaves: after each change of the pipelines, and
 * every two seconds.
 */
export async function sendView(
  events: EventStream,
  live: LivePipelines,
  render: () => Promise<View | undefined>,
): Promise<void> {
  const sent: Sent = { items: new Map(), state: "" };
  let wake: () => void = () => undefined;
  let isDue = true;
  const release = live.onChange(() => {
    isDue = true;
    wake();
  });
  events.signal.addEventListener("abort", () => {
    release();
    wake();
  });
  const wait = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        if (!events.signal.aborted && !isDue) return;
        clearTimeout(timer);
        resolve();
      };
    });
  for (let last = 0; !events.signal.aborted;) {
    isDue = false;
    last = performance.now();
    if (!events.isBusy) await sendChanges(events, live, render, sent);
    if (!isDue) await wait(EVERY_MS);
    const rest = PAUSE_MS - (performance.now() - last);
    if (rest > 0 && !events.signal.aborted)
      await new Promise((resolve) => setTimeout(resolve, rest));
  }
}

interface Sent {
  /** Versions of the items that the browser has, by id. */
  readonly items: Map<string, string>;
  /** Everything else that was sent, as text. */
  state: string;
}

async function sendChanges(
  events: EventStream,
  live: LivePipelines,
  render: () => Promise<View | undefined>,
  sent: Sent,
): Promise<void> {
  const [view, failure] = await render().then(
    (found) => [found, undefined] as const,
    (error: unknown) => [undefined, problemOf(error)] as const,
  );
  if (view === undefined) {
    if (failure !== undefined && sent.state !== failure) events.send({ note: failure, ...NOTHING });
    sent.state = failure ?? sent.state;
    return;
  }
  const items = view.items.map(sendItem);
  const fresh = items.filter(({ id, version }) => sent.items.get(id) !== version);
  const rest = {
    order: items.map(({ id }) => id),
    head: { markup: view.head.markup, version: versionOf(view.head.markup) },
    empty: view.empty,
    note: live.note ?? null,
  };
  const state = JSON.stringify(rest);
  if (fresh.length === 0 && state === sent.state) return;
  events.send({ ...rest, items: fresh.map(({ markup }) => markup) });
  sent.state = state;
  sent.items.clear();
  for (const { id, version } of items) sent.items.set(id, version);
}

const NOTHING = { order: [], items: [], empty: "" } as const;
