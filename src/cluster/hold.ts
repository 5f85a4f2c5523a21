import { setTimeout as pause } from "node:timers/promises";
import { PIPELINE_LABEL, TRIGGER_LABEL } from "../manifests/argo/names";
import { UserError } from "../common/errors";
import type { Guard, Held } from "../run/state-changes";
import { systemClock } from "../store/lease/lease-record";
import { absent } from "./api-errors";
import type { Connection } from "./connection";
import type { WorkflowNode, WorkflowObject } from "./objects";
import { WORKFLOWS } from "./resources";
import { createWorkflow, getWorkflow, patchWorkflow, waitReason } from "./workflows";

/** How a pipeline's lock is waited for. */
export interface HoldOptions {
  /** Longest wait, in seconds. */
  readonly waitSeconds: number;
  /** Told what is waited for, once for each. */
  readonly onWait: (what: string) => void;
  /** Gives the wait up. */
  readonly signal: AbortSignal;
  /** Pause between two looks, in milliseconds. Default: 500. */
  readonly pollMs?: number;
  /** A clock that nobody sets, in milliseconds. Default: this machine's. */
  readonly uptime?: () => number;
}

/** The lock is given back after this time, whatever becomes of the command. */
const HOLD_SECONDS = 120;
/** A change that begins with less than this left might be overtaken by a run. */
const LEAST_LEFT_MS = 20_000;
const KEPT_SECONDS = 300;

/** A Workflow that has a pipeline's lock and does nothing: the same lock as in src/manifests/argo/singer-template.ts. */
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

/** The guard of a cluster: Argo's own lock of the pipeline, by a Workflow that holds it meanwhile. */
export function holdGuard(connection: Connection, options: HoldOptions): Guard {
  return async (pipeline, run) => {
    const { metadata } = await createWorkflow(
      connection,
      holdWorkflow(pipeline, connection.namespace, run),
    );
    const { name } = metadata;
    let since: number;
    try {
      since = await taken(connection, name, options);
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

/** Waits for the lock; an uptime at which it was not given yet. */
async function taken(
  connection: Connection,
  name: string,
  { waitSeconds, onWait, signal, pollMs = 500, uptime = systemClock.uptime }: HoldOptions,
): Promise<number> {
  let told: string | undefined;
  let since = uptime();
  const end = since + waitSeconds * 1000;
  for (let looks = 0; ; looks += 1) {
    const looked = uptime();
    const workflow = await getWorkflow(connection, name);
    if (holding(workflow) !== undefined) return since;
    since = looked;
    const what = waitingFor(workflow, looks);
    if (what !== undefined && what !== told) onWait(what);
    told = what ?? told;
    if (signal.aborted) throw new UserError("given up: the state is as it was", 130);
    if (uptime() > end)
      throw new UserError(
        `given up after ${waitSeconds} s: ${told ?? "the lock was not given"}; the state is as it was`,
        3,
      );
    await pause(pollMs);
  }
}

function waitingFor(workflow: WorkflowObject, looks: number): string | undefined {
  const reason = waitReason(workflow);
  if (reason !== undefined) return `waiting for ${reason}`;
  // Twenty looks are ten seconds: a controller that works has seen the Workflow by then.
  return looks > 20
    ? `waiting for Argo's controller, which has not looked at ${workflow.metadata.name} yet`
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
  /** When it did not hold the lock yet: the clocks of the cluster and of this machine need not agree. */
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
          `"${pipeline}": the lock that ${name} held has been given back; the state is as it was, try again`,
          3,
        );
    },
    // The way of `argo resume`, by which the Workflow succeeds and gives the lock to whoever waits.
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
