import type { RunProgress } from "../store/runs/run-summary";

/** How fast a run moves data in its current phase. */
export interface Rate {
  readonly bytes: number;
  /** Undefined if the phase does not count records. */
  readonly records: number | undefined;
}

/** The speed of a run is measured over at most this time. */
const WINDOW_MS = 20_000;

/** Progress of the current runs, and their speed. */
export interface Rates {
  observe(run: string, progress: RunProgress): void;
  progressOf(run: string): RunProgress | undefined;
  /** Per second; undefined until two figures of the phase are known. */
  rateOf(run: string): Rate | undefined;
  /** Forgets a run that has ended. */
  forget(run: string): void;
  /** Forgets all runs but these. */
  keep(runs: ReadonlySet<string>): void;
}

/** Measures the speed of runs from the figures that they report. */
export function measureRates(): Rates {
  const samples = new Map<string, readonly RunProgress[]>();
  return {
    observe(run, progress) {
      const known = samples.get(run) ?? [];
      if (known.at(-1)?.at === progress.at) return;
      const since = Date.parse(progress.at) - WINDOW_MS;
      const recent = known.filter(
        ({ phase, at, bytes }, index) =>
          phase === progress.phase &&
          bytes <= progress.bytes &&
          // Figures that come rarely are still compared with the previous ones.
          (Date.parse(at) >= since || index === known.length - 1),
      );
      samples.set(run, [...recent, progress]);
    },
    progressOf: (run) => samples.get(run)?.at(-1),
    rateOf(run) {
      const [first] = samples.get(run) ?? [];
      const last = samples.get(run)?.at(-1);
      if (first === undefined || last === undefined || first === last) return undefined;
      const seconds = (Date.parse(last.at) - Date.parse(first.at)) / 1000;
      if (!(seconds > 0)) return undefined;
      return {
        bytes: (last.bytes - first.bytes) / seconds,
        records:
          last.records === undefined || first.records === undefined
            ? undefined
            : (last.records - first.records) / seconds,
      };
    },
    forget: (run) => void samples.delete(run),
    keep: (runs) =>
      [...samples.keys()].forEach((run) => {
        if (!runs.has(run)) samples.delete(run);
      }),
  };
}
