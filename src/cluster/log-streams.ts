import type { Connection } from "./connection";
import type { PodObject } from "./objects";
import { isRefusal } from "./api-errors";
import { loggedContainers, podLines, type LoggedContainer, type PodLine } from "./pod-logs";

/** The logs of a run's containers, which are told while the run is looked at. */
export interface LogStreams {
  /** Begins with the containers that have started since. @throws what broke a log off before. */
  open(pods: readonly PodObject[]): void;
  /** Waits for the last lines, once the run has ended. @throws what broke a log off. */
  drain(): Promise<void>;
}

/** What is done with logs. */
export interface LogStreamsArgs {
  readonly signal: AbortSignal;
  /** Pause before a log is asked for again, in milliseconds. */
  readonly pauseMs: number;
  readonly onLine: (line: PodLine) => void;
  /** Told of a log whose rest is given up. */
  readonly onGap: (text: string) => void;
}

/**
 * Follows logs beside whatever else is done. What breaks one off is kept until it is asked for: a promise that nobody
 * waits for would end the process.
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
      // How the run ended matters more than the rest of a log, such as one on a node that is gone.
      if (isOver && !isRefusal(error))
        onGap(
          `the rest of the log of ${container.pod}, ${container.container}, cannot be read: ${error instanceof Error ? error.message : String(error)}`,
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
