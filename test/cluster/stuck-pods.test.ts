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

/** An API server with pods and events, and the resources that it was asked for. */
function cluster(pods: readonly object[], events: readonly object[] = []) {
  const asked: string[] = [];
  const ask = ({ resource }: { readonly resource: { readonly plural: string } }) => {
    asked.push(resource.plural);
    return Promise.resolve({ items: resource.plural === "pods" ? pods : events });
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

test("stuck pods: nothing is read if no run is in progress or all have just started", async () => {
  const { connection, asked } = cluster([]);
  const ended = workflow("done", "Succeeded");
  const young = workflow("young", "Running", "2026-11-30T05:59:58Z");
  assert.equal((await stuckPods(connection, [ended, young], NOW)).size, 0);
  assert.deepEqual(asked, []);
});
