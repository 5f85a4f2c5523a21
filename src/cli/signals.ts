import type { Stop } from "../run/stop";
import { stoppingText } from "./progress";
import { goOnWithoutReader } from "./closed-output";

/** Turns Ctrl-C and SIGTERM into requests to stop, and nothing else stops the work; returns what takes the handlers away. */
export function handleSignals(stop: Stop, tell: (text: string) => void): () => void {
  goOnWithoutReader();
  const onSignal = (signal: NodeJS.Signals) => {
    stop.request(`interrupted by ${signal}`);
    tell(
      stop.count === 1
        ? `${stoppingText(false)}; press Ctrl-C again to stop at once`
        : stoppingText(true),
    );
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return () => process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
}
