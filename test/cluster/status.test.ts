import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { runIdOf } from "../../src/cluster/run-id";
import { clusterFacts } from "../../src/cluster/status";
import { openFolder } from "../../src/store/folder";
import { S3Away } from "../../src/store/s3-errors";
import type { ObjectStore } from "../../src/store/object-store";
import { temporaryFolder } from "../store/stores";
import { cronWorkflow, standIn, workflow } from "./support";

const AWAY = "the store cannot be reached";
const never = (key = "it") => Promise.reject(new S3Away(`cannot read ${key}: ${AWAY}`));

suite("status of a cluster with an unreadable store", () => {
  const stores: readonly (readonly [string, () => Promise<ObjectStore>])[] = [
    ["cannot be reached", () => never()],
    [
      "does not answer",
      () => Promise.resolve({ ...openFolder(temporaryFolder()), get: never, list: never }),
    ],
  ];
  for (const [name, store] of stores) {
    test(`status: if the store ${name}, the cluster's facts are shown and the reason once`, async (t) => {
      const { api, connect } = await standIn(t);
      api.put("cronworkflows", cronWorkflow("orders"));
      api.put("cronworkflows", cronWorkflow("users"));
      api.put("workflows", workflow("orders-1", "orders", "Failed"));
      const reported: string[] = [];
      const facts = await clusterFacts(await connect(), store, [], {
        onUnread: (why) => reported.push(why),
        onIdle: assert.fail,
      });
      assert.deepEqual(
        facts.map(({ name: pipeline, last, failures }) => [
          pipeline,
          last?.status,
          last?.records,
          failures,
        ]),
        [
          ["orders", "failed", null, 1],
          ["users", undefined, undefined, 0],
        ],
      );
      assert.deepEqual(
        reported.map((why) => why.split(": ")[1]),
        [AWAY],
      );
    });
  }
});

test("status: a programming error is not reported as an unreachable store", async (t) => {
  const { connect } = await standIn(t);
  await assert.rejects(
    clusterFacts(await connect(), () => Promise.reject(new TypeError("x is not a function")), [], {
      onUnread: assert.fail,
      onIdle: assert.fail,
    }),
    TypeError,
  );
});

suite("status of a controller that is not working", () => {
  const controller = (name: string, replicas: number, readyReplicas: number) => ({
    metadata: {
      name,
      namespace: "argo",
      labels: { "app.kubernetes.io/component": "workflow-controller" },
    },
    spec: { replicas },
    status: { readyReplicas },
  });
  const cases: readonly (readonly [
    string,
    readonly ReturnType<typeof controller>[],
    readonly string[],
  ])[] = [
    [
      "a controller that is scaled to zero",
      [controller("c", 0, 0)],
      ["argo/c is scaled to zero: no run starts or ends"],
    ],
    [
      "a controller without a ready pod",
      [controller("c", 1, 0)],
      ["argo/c has no ready pod: no run starts or ends"],
    ],
    ["no problem if another controller works", [controller("b", 0, 0), controller("c", 1, 1)], []],
    ["no problem without permission to list controllers", [], []],
  ];
  for (const [what, controllers, notes] of cases) {
    test(`status: it reports ${what}`, async (t) => {
      const { api, connect } = await standIn(t);
      for (const one of controllers) api.put("deployments", one);
      if (controllers.length === 0) api.forbid("list deployments");
      const reported: string[] = [];
      await clusterFacts(
        await connect(),
        () => Promise.resolve(openFolder(temporaryFolder())),
        [],
        { onUnread: assert.fail, onIdle: (why) => reported.push(why) },
      );
      assert.deepEqual(reported, notes);
    });
  }
});

test("status: an invalid summary is reported, and the other summaries are read", async (t) => {
  const { api, connect } = await standIn(t);
  for (const name of ["orders", "users"]) api.put("cronworkflows", cronWorkflow(name));
  const store = openFolder(temporaryFolder());
  for (const name of ["orders", "users"])
    api.put("workflows", workflow(`${name}-1`, name, "Succeeded"));
  const run = runIdOf(workflow("orders-1", "orders", "Succeeded").metadata);
  for (const name of ["orders", "users"]) await store.put(`runs/${name}/${run}/summary.json`, "[]");
  const reported: string[] = [];
  await clusterFacts(await connect(), () => Promise.resolve(store), [], {
    onUnread: (why) => reported.push(why),
    onIdle: assert.fail,
  });
  assert.deepEqual(reported.map((why) => /runs\/(\w+)\//.exec(why)?.[1]).sort(), [
    "orders",
    "users",
  ]);
});
