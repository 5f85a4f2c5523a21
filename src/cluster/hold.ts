import { setTimeout as pause } from "node:timers/promises";
import { PIPELINE_LABEL, TRIGGER_LABEL } from "../manifests/argo/names";
import { UserError } from "../common/errors";
import type { Guard, Held } from "../run/change-state";
import { systemClock } from "../store/lease/lease-record";
import { absent } from "./api-errors";
import type { Connection } from "./connection";
import type { WorkflowNode, WorkflowObject } from "./objects";
import { WORKFLOWS } from "./resources";
import { createWorkflow, getWorkflow, patchWorkflow } from "./workflows";
import { waitReason } from "./workflow-status";

/** How to wait for a pipeline's lock. */
export interface HoldOptions {
  /** Longest wait, in seconds. */
  readonly waitSeconds: number;
  /** Called with what is being waited for, each time it changes. */
  readonly onWait: (what: string) => void;
  /** Aborts the wait. */
  readonly signal: AbortSignal;
  /** Polling interval in milliseconds. Default: 500. */
  readonly pollMs?: number;
  /** A monotonic clock in milliseconds. Default: this machine's uptime. */
  readonly uptime?: () => number;
}

/** The lock is released after this time, even if the command is killed. */
const HOLD_SECONDS = 120;
/** With less time left than this, a run could start before the change is complete. */
const LEAST_LEFT_MS = 20_000;
const KEPT_SECONDS = 300;

/**
 * A Workflow that only holds a pipeline's lock: the same lock as in
 * src/manifests/argo/singer-template.ts.
 */
export function holdWorkflow(pipeline: string, namespace: string, run: string): object {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: {
      generateName: `${pipeline}-state-`,
      namespace,
      labels: {
        "app.kubernetes.io/managed-by": "tapctl",
        [PIPELINE_LABEL]: pipeline,
        [TRIGGER_LABEL]: "state",
      },
      annotations: { "tapctl.dev/run": run },
    },
    spec: {
      entrypoint: "hold",
      synchronization: { mutexes: [{ name: `pipeline-${pipeline}` }] },
      ttlStrategy: { secondsAfterCompletion: KEPT_SECONDS },
      templates: [{ name: "hold", suspend: { duration: String(HOLD_SECONDS) } }],
    },
  };
}

/**
 * The guard for a cluster: takes Argo's lock of the pipeline with a Workflow that holds it during
 * the change.
 */
export function holdGuard(connection: Connection, options: HoldOptions): Guard {
  return async (pipeline, run) => {
    const { metadata } = await createWorkflow(
      connection,
      holdWorkflow(pipeline, connection.namespace, run),
    );
    const { name } = metadata;
    let since: number;
    try {
      since = await waitForLock(connection, name, options);
    } catch (error) {
      await connection
        .ask({ verb: "delete", resource: WORKFLOWS, namespace: connection.namespace, name })
        .catch(absent);
      throw error;
    }
    return held(connection, {
      pipeline,
      name,
      since,
      uptime: options.uptime ?? systemClock.uptime,
    });
  };
}

/** Waits for the lock; returns an uptime at which it was not held yet. */
async function waitForLock(
  connection: Connection,
  name: string,
  { waitSeconds, onWait, signal, pollMs = 500, uptime = systemClock.uptime }: HoldOptions,
): Promise<number> {
  let reported: string | undefined;
  let since = uptime();
  const end = since + waitSeconds * 1000;
  for (let looks = 0; ; looks += 1) {
    const polled = uptime();
    const workflow = await getWorkflow(connection, name);
    if (holding(workflow) !== undefined) return since;
    since = polled;
    const what = waitingFor(workflow, looks);
    if (what !== undefined && what !== reported) onWait(what);
    reported = what ?? reported;
    if (signal.aborted) throw new UserError("Canceled: the state is unchanged.", 130);
    if (uptime() > end)
      throw new UserError(
        `Timed out after ${waitSeconds} s: ${reported ?? "the lock was not acquired"}. The state is unchanged.`,
        { fix: "Try again, or wait longer with --wait.", exitCode: 3 },
      );
    await pause(pollMs);
  }
}

function waitingFor(workflow: WorkflowObject, looks: number): string | undefined {
  const reason = waitReason(workflow);
  if (reason !== undefined) return `waiting for ${reason}`;
  // 20 polls take 10 seconds, in which a working controller processes the Workflow.
  return looks > 20
    ? `waiting for Argo's controller, which has not processed ${workflow.metadata.name} yet`
    : undefined;
}

function holding({ status }: WorkflowObject): WorkflowNode | undefined {
  return Object.values(status?.nodes ?? {}).find(
    ({ type, phase }) => type === "Suspend" && phase === "Running",
  );
}

interface HeldLock {
  readonly pipeline: string;
  /** Name of the Workflow. */
  readonly name: string;
  /**
   * An uptime at which it did not hold the lock yet: the clocks of the cluster and this machine may
   * differ.
   */
  readonly since: number;
  readonly uptime: () => number;
}

function held(connection: Connection, { pipeline, name, since, uptime }: HeldLock): Held {
  const look = async () => holding(await getWorkflow(connection, name));
  return {
    verify: async () => {
      const node = await look().catch(absent);
      const left = since + HOLD_SECONDS * 1000 - uptime();
      if (node === undefined || left < LEAST_LEFT_MS)
        throw new UserError(
          `"${pipeline}": ${name} no longer holds the lock. The state is unchanged.`,
          { fix: "Try again.", exitCode: 3 },
        );
    },
    // Like `argo resume`: the Workflow succeeds and passes the lock to the next one waiting.
    release: async () => {
      const node = await look().catch(absent);
      if (node !== undefined)
        await patchWorkflow(connection, name, {
          status: {
            nodes: { [node.id]: { phase: "Succeeded", finishedAt: new Date().toISOString() } },
          },
        });
    },
  };
}
