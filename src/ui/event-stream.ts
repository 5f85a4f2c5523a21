import type { ServerResponse } from "node:http";

/** A stream of server-sent events. */
export interface EventStream {
  /** Sends an event. Default name: `message`. */
  send(data: unknown, name?: string): void;
  /** Whether earlier events have not been read yet. */
  readonly isBusy: boolean;
  /** Aborted when the reader has left. */
  readonly signal: AbortSignal;
  end(): void;
}

/** Proxies close connections that are silent for longer. */
const HEARTBEAT_MS = 15_000;

/** Answers a request with a stream of events. */
export function startEvents(response: ServerResponse): EventStream {
  const left = new AbortController();
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    // Without it, nginx collects events before it passes them on.
    "x-accel-buffering": "no",
  });
  response.write("retry: 2000\n\n");
  // What a reader does not take stays in memory.
  const beat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(": \n\n");
  }, HEARTBEAT_MS);
  response.on("close", () => {
    clearInterval(beat);
    left.abort();
  });
  return {
    signal: left.signal,
    get isBusy() {
      return response.writableNeedDrain;
    },
    send(data, name) {
      // JSON has no line breaks outside of strings, and escapes those within.
      const event = name === undefined ? "" : `event: ${name}\n`;
      if (!left.signal.aborted) response.write(`${event}data: ${JSON.stringify(data)}\n\n`);
    },
    end: () => response.end(),
  };
}
