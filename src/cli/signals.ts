import type { Stop } from "../run/stop";
import { stoppingText } from "./progress";
import { ignoreClosedOutput } from "./closed-output";

/**
 * Turns Ctrl-C and SIGTERM into requests to stop the runs; returns a function that removes the
 * handlers.
 */
export function handleSignals(stop: Stop, print: (text: string) => void): () => void {
  ignoreClosedOutput();
  const onSignal = (signal: NodeJS.Signals) => {
    stop.request(`interrupted by ${signal}`);
    print(
      stop.count === 1
        ? `${stoppingText(false)}; press Ctrl-C again to stop immediately`
        : stoppingText(true),
    );
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return () => process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
}
