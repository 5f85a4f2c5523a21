import { problemOf } from "../common/errors";
import type { LogLine } from "../store/runs/logs";
import type { EventStream } from "./event-stream";
import type { ConsoleSource } from "./source";

/** Lines are sent together. */
const PAUSE_MS = 150;
/** Number of lines that a page keeps, and that wait for a slow reader. */
const MOST_LINES = 5000;

/** Sends the log of a run as it is written; of a long log, the last lines. */
export async function sendLog(
  events: EventStream,
  source: ConsoleSource,
  run: { readonly pipeline: string; readonly run: string },
): Promise<void> {
  let waiting: LogLine[] = [];
  let dropped = 0;
  const add = (line: LogLine) => {
    waiting.push(line);
    if (waiting.length < 2 * MOST_LINES) return;
    dropped += waiting.length - MOST_LINES;
    waiting = waiting.slice(-MOST_LINES);
  };
  const flush = () => {
    if (waiting.length === 0 || events.isBusy) return;
    const lines = waiting.slice(-MOST_LINES);
    dropped += waiting.length - lines.length;
    events.send(
      dropped > 0 ? [noteLine(`${dropped} earlier lines are not shown`), ...lines] : lines,
    );
    waiting = [];
    dropped = 0;
  };
  const timer = setInterval(flush, PAUSE_MS);
  const followed = source.followLog({
    ...run,
    signal: events.signal,
    onLine: add,
    onNote: (text) => add(noteLine(text)),
  });
  const end = await followed.then(
    () => "The log is complete.",
    (error: unknown) => problemOf(error),
  );
  clearInterval(timer);
  flush();
  if (waiting.length > 0) events.send(waiting.slice(-MOST_LINES));
  events.send(end, "end");
  events.end();
}

/** A line of the console itself. */
function noteLine(text: string): LogLine {
  return { time: "", source: "tapctl", text };
}
