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

suite("pipelines of a cluster whose store cannot be read", () => {
  const stores: readonly (readonly [string, () => Promise<ObjectStore>])[] = [
    ["is not there", () => never()],
    [
      "does not answer",
      () => Promise.resolve({ ...openFolder(temporaryFolder()), get: never, list: never }),
    ],
  ];
  for (const [name, store] of stores) {
    test(`${name}: what the cluster knows is told, and once why there is no more`, async (t) => {
      const { api, connect } = await standIn(t);
      api.put("cronworkflows", cronWorkflow("orders"));
      api.put("cronworkflows", cronWorkflow("users"));
      api.put("workflows", workflow("orders-1", "orders", "Failed"));
      const told: string[] = [];
      const facts = await clusterFacts(await connect(), store, [], {
        onUnread: (why) => told.push(why),
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
        told.map((why) => why.split(": ")[1]),
        [AWAY],
      );
    });
  }
});

test("a mistake of the program itself is not taken for a store that is away", async (t) => {
  const { connect } = await standIn(t);
  await assert.rejects(
    clusterFacts(await connect(), () => Promise.reject(new TypeError("x is not a function")), [], {
      onUnread: assert.fail,
      onIdle: assert.fail,
    }),
    TypeError,
  );
});

suite("a controller that does nothing is told", () => {
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
      "one that is scaled to nothing",
      [controller("c", 0, 0)],
      ["argo/c is scaled to zero: no run starts or ends"],
    ],
    [
      "one whose pod is not ready",
      [controller("c", 1, 0)],
      ["argo/c has no ready pod: no run starts or ends"],
    ],
    ["but not where another one works", [controller("b", 0, 0), controller("c", 1, 1)], []],
    ["but not where there is none, or one may not see it", [], []],
  ];
  for (const [what, controllers, notes] of cases) {
    test(what, async (t) => {
      const { api, connect } = await standIn(t);
      for (const one of controllers) api.put("deployments", one);
      if (controllers.length === 0) api.forbid("list deployments");
      const told: string[] = [];
      await clusterFacts(
        await connect(),
        () => Promise.resolve(openFolder(temporaryFolder())),
        [],
        { onUnread: assert.fail, onIdle: (why) => told.push(why) },
      );
      assert.deepEqual(told, notes);
    });
  }
});

test("a summary that is none is told, and the rest of the store is read", async (t) => {
  const { api, connect } = await standIn(t);
  for (const name of ["orders", "users"]) api.put("cronworkflows", cronWorkflow(name));
  const store = openFolder(temporaryFolder());
  for (const name of ["orders", "users"])
    api.put("workflows", workflow(`${name}-1`, name, "Succeeded"));
  const run = runIdOf(workflow("orders-1", "orders", "Succeeded").metadata);
  for (const name of ["orders", "users"]) await store.put(`runs/${name}/${run}/summary.json`, "[]");
  const told: string[] = [];
  await clusterFacts(await connect(), () => Promise.resolve(store), [], {
    onUnread: (why) => told.push(why),
    onIdle: assert.fail,
  });
  assert.deepEqual(told.map((why) => /runs\/(\w+)\//.exec(why)?.[1]).sort(), ["orders", "users"]);
});
