import { UserError } from "../common/errors";
import { backfillKey } from "../store/keys";
import type { ObjectStore } from "../store/object-store";
import type { Days, Step } from "./windows";

/** One window of a backfill and what became of it. */
export interface BackfillWindow extends Days {
  readonly status: "waiting" | "running" | "succeeded" | "failed";
  /** What identifies its newest run: a Workflow on a cluster, else a run; null before there was one. */
  readonly run: string | null;
}

/** How far a backfill has come: kept in the store, so that it goes on after whatever stopped it. */
export interface Backfill extends Days {
  /** Version of this form. */
  readonly version: 1;
  /** Which one: the same command means the same backfill. */
  readonly id: string;
  readonly pipeline: string;
  readonly by: Step;
  /** Whether the state of each window becomes the pipeline's. */
  readonly saveState: boolean;
  readonly windows: readonly BackfillWindow[];
}

/** Runs one window. */
export interface WindowRunner {
  /** Starts a run of a window; what identifies it. */
  start(days: Days): Promise<string>;
  /**
   * Waits for a run.
   *
   * @returns its exit code; undefined where the waiting was left and the run goes on
   */
  wait(run: string): Promise<number | undefined>;
}

/** Told of a window that begins or has ended. */
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

/** What is kept of a backfill; the new one where nothing is. */
export async function readBackfill(store: ObjectStore, fresh: Backfill): Promise<Backfill> {
  const key = backfillKey(fresh.pipeline, fresh.id);
  const body = await store.get(key);
  if (body === undefined) return fresh;
  try {
    const found = JSON.parse(body.toString("utf8")) as Backfill;
    if (found.version === 1 && found.windows.length === fresh.windows.length) return found;
  } catch {
    // Told below, as for every other form that is not this one.
  }
  throw new UserError(`${key} in ${store.url} is no backfill of version 1; begin anew: --restart`);
}

/**
 * Runs the windows that have not succeeded, in their order; the first that fails ends it. A window whose run was under
 * way is waited for, not run again.
 *
 * @returns exit code of the window that failed, 0 where none did; undefined where the waiting was left
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
