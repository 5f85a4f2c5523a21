import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection } from "../../src/cluster/connection";
import { stuckPods } from "../../src/cluster/stuck-pods";

const NOW = new Date("2026-11-30T06:00:00Z");
const WORKFLOW = "workflows.argoproj.io/workflow";

const workflow = (name: string, phase = "Running", created = "2026-11-30T05:50:00Z") => ({
  metadata: {
    name,
    uid: name,
    creationTimestamp: created,
    labels: { "workflows.argoproj.io/phase": phase },
  },
});

const pod = (name: string, of: string, status: object) => ({
  metadata: { name, uid: name, creationTimestamp: "", labels: { [WORKFLOW]: of } },
  spec: { containers: [] },
  status: { phase: "Pending", ...status },
});

const waiting = (reason: string) => ({
  containerStatuses: [{ name: "main", image: "i", state: { waiting: { reason } } }],
});

const EVENT = {
  reason: "FailedCreatePodSandBox",
  message: "no address",
  involvedObject: { name: "sandbox-pod" },
  lastTimestamp: "2026-11-30T05:59:30Z",
};

/** What is asked for: a list, or one object by its name. */
interface Question {
  readonly resource: { readonly plural: string };
  readonly name?: string;
}

/** An API server with pods, events and Workflows, and what it was asked for. */
function cluster(
  pods: readonly object[],
  events: readonly object[] = [],
  nodes: Readonly<Record<string, object>> = {},
) {
  const asked: string[] = [];
  const ask = ({ resource: { plural }, name }: Question) => {
    asked.push(name === undefined ? plural : `${plural}/${name}`);
    return Promise.resolve(
      name === undefined
        ? { items: plural === "pods" ? pods : events }
        : { ...workflow(name), status: { nodes: { [`${name}-step`]: nodes[name] } } },
    );
  };
  return { connection: { namespace: "pipelines", ask } as unknown as Connection, asked };
}

test("stuck pods: the reason of each Workflow is known from two requests", async () => {
  const { connection, asked } = cluster(
    [
      pod("sandbox-pod", "sandbox", waiting("PodInitializing")),
      pod("image-pod", "image", waiting("ImagePullBackOff")),
      pod("node-pod", "node", {
        conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
      }),
      pod("starting-pod", "starting", waiting("ContainerCreating")),
      { ...pod("running-pod", "fine", {}), status: { phase: "Running" } },
    ],
    [EVENT, { ...EVENT, involvedObject: { name: "running-pod" } }],
  );
  const names = ["sandbox", "image", "node", "starting", "fine"];
  const found = await stuckPods(
    connection,
    names.map((name) => workflow(name)),
    NOW,
  );
  assert.deepEqual(
    [...found],
    [
      ["sandbox", "FailedCreatePodSandBox"],
      ["image", "ImagePullBackOff"],
      ["node", "Unschedulable"],
    ],
  );
  assert.deepEqual(asked, ["pods", "events"]);
});

test("stuck pods: while the network of a node is not ready, Secrets that it does not know yet are not the reason", async () => {
  const about = (reason: string, message: string, lastTimestamp = "2026-11-30T05:55:00Z") => ({
    ...EVENT,
    reason,
    message,
    lastTimestamp,
  });
  const unknown = about(
    "FailedMount",
    'MountVolume.SetUp failed for volume "tap-config" : object "pipelines"/"pipeline-rates" not registered',
    EVENT.lastTimestamp,
  );
  const network = about(
    "NetworkNotReady",
    "network is not ready: container runtime network not ready: cni plugin not initialized",
  );
  const { connection } = cluster(
    [pod("sandbox-pod", "sandbox", waiting("PodInitializing"))],
    [network, unknown],
  );
  const found = await stuckPods(connection, [workflow("sandbox")], NOW);
  assert.deepEqual([...found], [["sandbox", "NetworkNotReady"]]);
});

test("stuck pods: nothing is read if no run is in progress or all have just started", async () => {
  const { connection, asked } = cluster([]);
  const ended = workflow("done", "Succeeded");
  const young = workflow("young", "Running", "2026-11-30T05:59:58Z");
  assert.equal((await stuckPods(connection, [ended, young], NOW)).size, 0);
  assert.deepEqual(asked, []);
});

test("stuck pods: a quota that rejects the pod of a running Workflow is known from the Workflow", async () => {
  const message =
    'pods "big-step" is forbidden: exceeded quota: team, requested: limits.memory=512Mi, used: limits.memory=1Gi, limited: limits.memory=1Gi';
  const step = { id: "step", name: "step", type: "Pod", phase: "Pending" };
  const { connection, asked } = cluster(
    [{ ...pod("running-pod", "fine", {}), status: { phase: "Running" } }],
    [],
    { big: { ...step, message }, between: { ...step, phase: "Succeeded" } },
  );
  const workflows = [
    workflow("fine"),
    workflow("big"),
    workflow("between"),
    workflow("locked", "Pending"),
  ];
  const found = await stuckPods(connection, workflows, NOW);
  assert.deepEqual([...found], [["big", "exceeded quota: team"]]);
  assert.deepEqual(asked, ["pods", "workflows/big", "workflows/between"]);
});
