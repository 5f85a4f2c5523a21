import type { Connection } from "./connection";
import type { PodObject } from "./objects";
import { isRefusal } from "./api-errors";
import { loggedContainers, podLines, type LoggedContainer, type PodLine } from "./pod-logs";

/** The log streams of a run's containers. */
export interface LogStreams {
  /**
   * Opens the logs of containers that have started since the last call.
   *
   * @throws the error of a log that failed.
   */
  open(pods: readonly PodObject[]): void;
  /** Waits for the last lines after the run has ended. @throws the error of a log that failed. */
  drain(): Promise<void>;
}

/** How logs are streamed. */
export interface LogStreamsArgs {
  readonly signal: AbortSignal;
  /** Delay before a log is requested again, in milliseconds. */
  readonly pauseMs: number;
  readonly onLine: (line: PodLine) => void;
  /** Called when the rest of a log cannot be read. */
  readonly onGap: (text: string) => void;
}

/**
 * Streams logs in the background. An error is kept until the next call: an unhandled rejection
 * would end the process.
 */
export function logStreams(
  connection: Connection,
  { signal, pauseMs, onLine, onGap }: LogStreamsArgs,
): LogStreams {
  const streams = new Map<string, Promise<void>>();
  let isOver = false;
  let broken: { readonly error: unknown } | undefined;
  const throwBroken = (): void => {
    if (broken !== undefined) throw broken.error;
  };
  const relay = async (container: LoggedContainer): Promise<void> => {
    try {
      for await (const line of podLines(connection, container, {
        signal,
        pauseMs,
        isOver: () => isOver,
      }))
        onLine(line);
    } catch (error) {
      // The result of the run matters more than the rest of a log, e.g. from a lost node.
      if (isOver && !isRefusal(error))
        onGap(
          `cannot read the rest of the log of ${container.pod}, ${container.container}: ${error instanceof Error ? error.message : String(error)}`,
        );
      else broken ??= { error };
    }
  };
  return {
    open: (pods) => {
      throwBroken();
      for (const container of loggedContainers(pods)) {
        const key = `${container.pod}/${container.container}`;
        if (container.started && !streams.has(key)) streams.set(key, relay(container));
      }
    },
    drain: async () => {
      isOver = true;
      await Promise.all(streams.values());
      throwBroken();
    },
  };
}
