import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { singerTemplates } from "../../src/manifests/argo/singer-template";
import { defaultClusterSettings } from "../../src/manifests/argo/cluster-settings";
import { holdGuard, holdWorkflow, type HoldOptions } from "../../src/cluster/hold";
import { targetJsonl, tapRestApi } from "../../connectors";
import { resetState, rollBackState, setState } from "../../src/run/state-changes";
import { type Guard } from "../../src/run/change-state";
import type { Replication } from "../../src/model/replication";
import { openFolder } from "../../src/store/folder";
import { readState } from "../../src/store/state/state";
import { temporaryFolder } from "../store/stores";
import type { KubernetesApi } from "../support/kubernetes-api";
import { standIn } from "./support";
import { toJsonText } from "../../src/common/json";
import { plain } from "../support/plain";

const ENTRY: Replication = {
  name: "orders",
  schedule: "@daily",
  tap: tapRestApi({ api_url: "http://x" }),
  target: targetJsonl({}),
};

function options(reported: string[] = [], change: Partial<HoldOptions> = {}): HoldOptions {
  return {
    waitSeconds: 10,
    onWait: (what) => reported.push(what),
    signal: new AbortController().signal,
    pollMs: 5,
    ...change,
  };
}

/**
 * Does what the controller does: grants the lock after some polls, and ends the Workflow whose step
 * was resumed.
 */
function control(
  api: KubernetesApi,
  looksBeforeLock: number,
  startedAt = () => new Date().toISOString(),
): void {
  let looks = 0;
  const put = (name: string, status: object) => {
    const object = api.all("workflows").find(({ metadata }) => metadata.name === name);
    if (object !== undefined) api.put("workflows", { ...object, status });
  };
  api.onChange = (_plural, { metadata, status }) => {
    const name = metadata.name ?? "";
    const node = (
      status as { readonly nodes?: { readonly h?: { readonly phase?: string } } } | undefined
    )?.nodes?.h;
    if (node?.phase === "Succeeded") return put(name, { phase: "Succeeded", nodes: { h: node } });
    if (status !== undefined) return;
    put(name, {
      phase: "Pending",
      synchronization: {
        mutex: {
          waiting: [{ mutex: "pipelines/Mutex/pipeline-orders", holder: "pipelines/orders-7xk2p" }],
        },
      },
    });
    const wait = setInterval(() => {
      if ((looks += 1) <= looksBeforeLock) return;
      clearInterval(wait);
      put(name, {
        phase: "Running",
        nodes: { h: { id: "h", type: "Suspend", phase: "Running", startedAt: startedAt() } },
      });
    }, 10).unref();
  };
}

test("pipeline lock: a state change holds the same mutex as runs", () => {
  const { spec } = holdWorkflow("orders", "pipelines", "r") as {
    readonly spec: {
      readonly synchronization: { readonly mutexes: readonly { readonly name: string }[] };
    };
  };
  const locks = singerTemplates(defaultClusterSettings).map(
    (template) => template.spec.synchronization?.mutexes?.[0]?.name,
  );
  for (const lock of locks)
    assert.equal(
      spec.synchronization.mutexes[0]?.name,
      lock?.replace("{{workflow.parameters.pipeline}}", "orders"),
    );
});

suite("state changes under the pipeline lock", () => {
  test("state change: it waits for a run in progress and releases the lock", async (t) => {
    const { api, connect } = await standIn(t);
    control(api, 5);
    const store = openFolder(temporaryFolder());
    const reported: string[] = [];
    const guard = holdGuard(await connect(), options(reported));
    const change = await setState(
      { store, guard },
      ENTRY,
      toJsonText({ bookmarks: { orders: 1, users: 2 } }),
    );
    assert.deepEqual(change, {
      pipeline: "orders",
      before: null,
      after: toJsonText({ bookmarks: { orders: 1, users: 2 } }),
    });
    assert.deepEqual(reported, ["waiting for orders-7xk2p, the pipeline's current run"]);
    const [hold] = api.all("workflows");
    assert.equal((hold?.["status"] as { readonly phase: string }).phase, "Succeeded");
    assert.equal(hold?.metadata.labels?.["tapctl.dev/trigger"], "state");
  });

  test("state change: set, reset and rollback of one stream keep the others, and release the lock after errors", async (t) => {
    const { api, connect } = await standIn(t);
    control(api, 0);
    const target = {
      store: openFolder(temporaryFolder()),
      guard: holdGuard(await connect(), options()),
    };
    await setState(target, ENTRY, toJsonText({ bookmarks: { orders: 1, users: 2 } }));
    assert.deepEqual(
      plain(
        (await setState(target, ENTRY, toJsonText({ bookmarks: { users: 3, other: 4 } }), "users"))
          .after,
      ),
      { bookmarks: { orders: 1, users: 3 } },
    );
    assert.deepEqual(plain((await resetState(target, ENTRY, "orders")).after), {
      bookmarks: { users: 3 },
    });
    assert.deepEqual(plain((await rollBackState(target, ENTRY, undefined, "orders")).after), {
      bookmarks: { orders: 1, users: 3 },
    });
    await assert.rejects(resetState(target, ENTRY, "user"), {
      message:
        'the state of "orders" has no bookmark of stream "user"; did you mean "users"?\nChoose one of its streams: users, orders',
    });
    await assert.rejects(
      setState(target, ENTRY, toJsonText({ bookmarks: { other: 4 } }), "users"),
      /The given state has no bookmark of stream "users"\.\nChoose one of its streams: other/,
    );
    assert.ok(
      api
        .all("workflows")
        .every(({ status }) => (status as { readonly phase: string }).phase === "Succeeded"),
      "every lock was given back, after mistakes too",
    );
  });

  test("state change: nothing changes if the lock was lost", async (t) => {
    const { api, connect } = await standIn(t);
    control(api, 0);
    const store = openFolder(temporaryFolder());
    let uptime = 0;
    const guard = holdGuard(await connect(), options([], { uptime: () => uptime }));
    const late: Guard = async (pipeline, run) => {
      const held = await guard(pipeline, run);
      uptime = 110_000;
      return held;
    };
    await assert.rejects(
      setState({ store, guard: late }, ENTRY, toJsonText({ id: 1 })),
      /"orders": orders-state-1 no longer holds the lock\. The state is unchanged\.\nTry again\./,
    );
    assert.equal(await readState(store, "orders"), undefined);
  });
});

test("state change: clocks of cluster and machine may differ by days", async (t) => {
  for (const days of [-2, 2]) {
    const { api, connect } = await standIn(t);
    control(api, 0, () => new Date(Date.now() + days * 86_400_000).toISOString());
    const store = openFolder(temporaryFolder());
    await setState(
      { store, guard: holdGuard(await connect(), options()) },
      ENTRY,
      toJsonText({ id: 1 }),
    );
    assert.deepEqual(plain((await readState(store, "orders"))?.envelope.state), { id: 1 });
  }
});

suite("pipeline lock that is not granted", () => {
  test("pipeline lock: the wait times out and leaves no Workflow behind", async (t) => {
    const { api, connect } = await standIn(t);
    control(api, 1e6);
    await assert.rejects(
      holdGuard(await connect(), options([], { waitSeconds: 0.05 }))("orders", "r"),
      {
        message:
          "Timed out after 0.05 s: waiting for orders-7xk2p, the pipeline's current run. The state is unchanged.\nTry again, or wait longer with --wait.",
        exitCode: 3,
      },
    );
    assert.deepEqual(api.all("workflows"), []);
  });

  test("pipeline lock: Ctrl-C ends the wait and leaves no Workflow behind", async (t) => {
    const { api, connect } = await standIn(t);
    control(api, 1e6);
    const abort = new AbortController();
    await assert.rejects(
      holdGuard(
        await connect(),
        options([], { signal: abort.signal, onWait: () => abort.abort() }),
      )("orders", "r"),
      { message: "Canceled: the state is unchanged.", exitCode: 130 },
    );
    assert.deepEqual(api.all("workflows"), []);
  });

  test("pipeline lock: without a controller, the wait is reported as such", async (t) => {
    const { connect } = await standIn(t);
    const reported: string[] = [];
    const abort = new AbortController();
    const onWait = (what: string) => {
      reported.push(what);
      abort.abort();
    };
    await assert.rejects(
      holdGuard(await connect(), options([], { pollMs: 1, signal: abort.signal, onWait }))(
        "orders",
        "r",
      ),
      { exitCode: 130 },
    );
    assert.deepEqual(reported, [
      "waiting for Argo's controller, which has not processed orders-state-1 yet",
    ]);
  });
});
