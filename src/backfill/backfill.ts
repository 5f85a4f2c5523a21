import { UserError } from "../common/errors";
import { backfillKey } from "../store/keys";
import type { ObjectStore } from "../store/object-store";
import type { Days, Step } from "./windows";

/** One window of a backfill and its result. */
export interface BackfillWindow extends Days {
  readonly status: "waiting" | "running" | "succeeded" | "failed";
  /** Its newest run: a Workflow on a cluster, otherwise a run id; null before its first run. */
  readonly run: string | null;
}

/** The progress of a backfill, kept in the store so that it can be resumed. */
export interface Backfill extends Days {
  /** Format version. */
  readonly version: 1;
  /** Identifies the backfill: the same options give the same id. */
  readonly id: string;
  readonly pipeline: string;
  readonly by: Step;
  /** Whether the state of each window is saved as the pipeline's state. */
  readonly saveState: boolean;
  readonly windows: readonly BackfillWindow[];
}

/** Runs one window. */
export interface WindowRunner {
  /** Starts a run of a window; returns its identifier. */
  start(days: Days): Promise<string>;
  /**
   * Waits for a run.
   *
   * @returns its exit code; undefined if the user detached and the run continues
   */
  wait(run: string): Promise<number | undefined>;
}

/** Called when a window starts or ends. */
export type OnWindow = (window: BackfillWindow, index: number, count: number) => void;

/** A new backfill. */
export function newBackfill(
  pipeline: string,
  days: Days,
  by: Step,
  saveState: boolean,
  windows: readonly Days[],
): Backfill {
  return {
    version: 1,
    id: `${days.from}_${days.to}_${by}${saveState ? "_state" : ""}`,
    pipeline,
    ...days,
    by,
    saveState,
    windows: windows.map((window) => ({ ...window, status: "waiting", run: null })),
  };
}

/** Reads the saved progress of a backfill, or returns the new one if there is none. */
export async function readBackfill(store: ObjectStore, fresh: Backfill): Promise<Backfill> {
  const key = backfillKey(fresh.pipeline, fresh.id);
  const body = await store.get(key);
  if (body === undefined) return fresh;
  try {
    const found = JSON.parse(body.toString("utf8")) as Backfill;
    if (found.version === 1 && found.windows.length === fresh.windows.length) return found;
  } catch {
    // Reported below, like any other unknown format.
  }
  throw new UserError(`${key} in ${store.url} is not a backfill of version 1.`, {
    fix: "Start over with --restart.",
  });
}

/**
 * Runs the windows that have not succeeded, in order, and stops at the first failure. A window
 * whose run is still in progress is waited for, not run again.
 *
 * @returns exit code of the failed window, 0 if none failed; undefined if the user detached
 */
export async function runBackfill(
  store: ObjectStore,
  backfill: Backfill,
  runner: WindowRunner,
  onWindow: OnWindow,
): Promise<number | undefined> {
  const windows = [...backfill.windows];
  const keep = async (index: number, window: BackfillWindow) => {
    windows[index] = window;
    await store.put(
      backfillKey(backfill.pipeline, backfill.id),
      `${JSON.stringify({ ...backfill, windows }, null, 2)}\n`,
    );
    onWindow(window, index, windows.length);
  };
  for (const [index, window] of backfill.windows.entries()) {
    if (window.status === "succeeded") continue;
    const run =
      window.status === "running" && window.run !== null ? window.run : await runner.start(window);
    await keep(index, { ...window, status: "running", run });
    const code = await runner.wait(run);
    if (code === undefined) return undefined;
    await keep(index, { ...window, status: code === 0 ? "succeeded" : "failed", run });
    if (code !== 0) return code;
  }
  return 0;
}
