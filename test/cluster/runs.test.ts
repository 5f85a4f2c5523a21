import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { startAt } from "../../src/run/start-day";
import { startParameters, type StartFrom } from "../../src/cluster/requests";
import { outcomeOf } from "../../src/cluster/outcome";
import { extractOf } from "../../src/cluster/retry";
import { describeRun, findRun, listClusterRuns } from "../../src/cluster/runs";
import { parseRepository, serviceOf } from "../../src/cluster/store";
import { workflowOf } from "../../src/cluster/submit";
import { artifactRepository } from "../../src/manifests/argo/artifact-repository";
import { tapPostgres, tapRestApi, targetJsonl } from "../../connectors";
import type { Replication } from "../../src/model/replication";
import { openFolder } from "../../src/store/folder";
import type { RunSummary } from "../../src/store/runs/run-summary";
import { commitState } from "../../src/store/state/state";
import { temporaryFolder } from "../store/stores";
import { cronWorkflow, metadata, standIn, workflow } from "./support";
import { toJsonText } from "../../src/common/json";

suite("object store of a cluster", () => {
  test("object store of a cluster: it is read from Argo's artifact repository", () => {
    const inside = artifactRepository({
      name: "singer",
      endpoint: "minio.minio.svc:9000",
      insecure: true,
      secret: "object-store",
      addressing: "path",
    });
    assert.deepEqual(parseRepository(inside, "x"), {
      bucket: "singer",
      endpoint: "minio.minio.svc:9000",
      insecure: true,
      pathStyle: true,
      keys: {
        access: { name: "object-store", key: "accessKey" },
        secret: { name: "object-store", key: "secretKey" },
      },
    });
    const outside = artifactRepository({
      name: "etl",
      endpoint: "s3.amazonaws.com",
      region: "eu-central-1",
      insecure: false,
    });
    assert.deepEqual(parseRepository(outside, "x"), {
      bucket: "etl",
      endpoint: "s3.amazonaws.com",
      region: "eu-central-1",
      insecure: false,
      pathStyle: false,
    });
    assert.throws(
      () => parseRepository("{}", "ConfigMap a/b"),
      /ConfigMap a\/b: has no bucket with an endpoint/,
    );
  });

  test("object store of a cluster: an address inside the cluster is a Service, any other is not", () => {
    assert.deepEqual(serviceOf("minio.minio.svc:9000"), {
      name: "minio",
      namespace: "minio",
      port: 9000,
    });
    assert.deepEqual(serviceOf("store.data.svc.cluster.local"), {
      name: "store",
      namespace: "data",
      port: 80,
    });
    for (const endpoint of [
      "s3.amazonaws.com",
      "10.0.0.5:9000",
      "minio.example.com:9000",
      "minio:9000",
    ])
      assert.equal(serviceOf(endpoint), undefined, endpoint);
  });
});

test("manual run: it equals a scheduled run except for what the caller changes", () => {
  const made = workflowOf(cronWorkflow("orders") as never, "pipelines", {
    trigger: "retry",
    entrypoint: "retry",
    parameters: { onChange: "refresh", extractKey: "k" },
    annotations: { note: "n" },
  });
  assert.deepEqual(made, {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: {
      generateName: "orders-",
      namespace: "pipelines",
      labels: { "tapctl.dev/pipeline": "orders", "tapctl.dev/trigger": "retry" },
      annotations: { "tapctl.dev/owner": "data", note: "n" },
    },
    spec: {
      workflowTemplateRef: { name: "singer-artifact" },
      entrypoint: "retry",
      arguments: {
        parameters: [
          { name: "pipeline", value: "orders" },
          { name: "onChange", value: "refresh" },
          { name: "extractKey", value: "k" },
          { name: "trigger", value: "retry" },
        ],
      },
    },
  });
});

suite("result of a Workflow", () => {
  test("result of a Workflow: it comes from the exit code of the failed step", () => {
    const failed = workflow("w", "orders", "Failed", [
      { displayName: "extract(0)" },
      {
        displayName: "load(0)",
        phase: "Failed",
        message: "Error (exit code 11)",
        outputs: { exitCode: "11" },
      },
      { displayName: "notify-failed" },
    ]);
    assert.deepEqual(outcomeOf(failed), {
      status: "failed",
      code: 11,
      error: "load: the target failed (Error (exit code 11))",
    });
  });

  test("result of a Workflow: a failed target comes before a tap that lost its reader", () => {
    const container = (name: string, code: string, why: string) => ({
      displayName: name,
      phase: "Failed" as const,
      message: `${name}: Error (exit code ${code}): ${why}`,
      outputs: { exitCode: code },
    });
    const failed = workflow("w", "orders", "Failed", [
      container("target", "14", "bad stream: line 3"),
      container("tap", "10", "tap-shop exited with 1: BrokenPipeError: [Errno 32] Broken pipe"),
    ]);
    assert.equal(outcomeOf(failed).code, 14);
    assert.match(outcomeOf(failed).error ?? "", /bad stream: line 3/);
  });

  test("result of a Workflow: canceled, succeeded, running and failed without a failed step", () => {
    const followUp = workflow("w", "orders", "Failed", [
      {
        displayName: "follow-up(0)",
        name: "w.artifact[4].follow-ups[0].follow-up(0)",
        phase: "Failed",
        message: "main: Error (exit code 1)",
        inputs: { parameters: [{ name: "name", value: "dbt" }] },
        outputs: { exitCode: "1" },
      },
    ]);
    assert.deepEqual(outcomeOf(followUp), {
      status: "failed",
      code: 1,
      error: 'follow-up "dbt": main: Error (exit code 1); see its log',
    });
    assert.deepEqual(
      outcomeOf({ ...workflow("w", "orders", "Failed"), spec: { shutdown: "Stop" } }),
      { status: "interrupted", code: 13, error: "it was canceled" },
    );
    assert.deepEqual(outcomeOf(workflow("w", "orders", "Succeeded")), {
      status: "succeeded",
      code: 0,
      error: null,
    });
    assert.equal(outcomeOf(workflow("w", "orders", "Pending")).status, "running");
    const lost = workflow("w", "orders", "Error");
    assert.deepEqual(
      outcomeOf({ ...lost, status: { ...lost.status, message: "template not found" } }),
      { status: "failed", code: 1, error: "template not found" },
    );
  });
});

const summary = (run: string, change: Partial<RunSummary> = {}) =>
  ({
    version: 1,
    pipeline: "orders",
    run,
    trigger: "schedule",
    started: "2026-11-25T11:00:00Z",
    ended: "2026-11-25T11:01:00Z",
    seconds: 60,
    status: "succeeded",
    code: 0,
    error: null,
    records: 3,
    bytes: 30,
    ...change,
  }) as RunSummary;

suite("runs of a pipeline", () => {
  test("runs of a pipeline: those on the cluster and those only in the store are listed", async (t) => {
    const { api, connect } = await standIn(t);
    const store = openFolder(temporaryFolder());
    await store.put(
      "runs/orders/20261125T110000Z-aaaaaa/summary.json",
      JSON.stringify(summary("20261125T110000Z-aaaaaa")),
    );
    await store.put(
      "runs/orders/20261125T120000Z-abcdef/summary.json",
      JSON.stringify(
        summary("20261125T120000Z-abcdef", { status: "failed", code: 10, error: "the tap failed" }),
      ),
    );
    api.put("workflows", workflow("orders-2", "orders", "Failed"));
    api.put(
      "workflows",
      workflow("orders-3", "orders", "Pending", [], {
        uid: "bbbbbb00",
        creationTimestamp: "2026-11-25T12:30:00Z",
        labels: { "tapctl.dev/trigger": "manual" },
      }),
    );
    api.put(
      "workflows",
      workflow("orders-state-1", "orders", "Running", [], {
        uid: "cccccc00",
        creationTimestamp: "2026-11-25T12:31:00Z",
        labels: { "tapctl.dev/trigger": "state" },
      }),
    );
    const runs = await listClusterRuns(await connect(), store, "orders", 10);
    assert.deepEqual(
      runs.map(({ run, workflow: name, status, trigger, error }) => [
        run,
        name,
        status,
        trigger,
        error,
      ]),
      [
        ["20261125T123000Z-bbbbbb", "orders-3", "waiting", "manual", null],
        ["20261125T120000Z-abcdef", "orders-2", "failed", "schedule", "the tap failed"],
        ["20261125T110000Z-aaaaaa", null, "succeeded", "schedule", null],
      ],
    );
  });

  test("runs of a pipeline: with permission for pods, a run shows what its init container waits for", async (t) => {
    const { api, connect } = await standIn(t);
    const waiting = (reason: string) => ({ name: "x", state: { waiting: { reason } } });
    api.put(
      "workflows",
      workflow("orders-2", "orders", "Running", [{ phase: "Pending", message: "PodInitializing" }]),
    );
    api.put("pods", {
      metadata: metadata("orders-2-p", "orders", {
        labels: { "workflows.argoproj.io/workflow": "orders-2" },
      }),
      spec: { containers: [] },
      status: {
        initContainerStatuses: [waiting("ImagePullBackOff")],
        containerStatuses: [waiting("PodInitializing")],
      },
    });
    const connection = await connect();
    const stuck = async () =>
      (await listClusterRuns(connection, openFolder(temporaryFolder()), "orders", 10)).map(
        (run) => run.stuck,
      );
    assert.deepEqual(await stuck(), ["ImagePullBackOff"]);
    api.forbid("list pods");
    assert.deepEqual(await stuck(), [null]);
  });

  test("runs of a pipeline: with permission for events, a run shows why the node cannot start its pod", async (t) => {
    const { api, connect } = await standIn(t);
    const waiting = { name: "x", state: { waiting: { reason: "PodInitializing" } } };
    api.put(
      "workflows",
      workflow("orders-2", "orders", "Running", [{ phase: "Pending", message: "PodInitializing" }]),
    );
    const put = (status: object) =>
      api.put("pods", {
        metadata: metadata("orders-2-p", "orders", {
          labels: { "workflows.argoproj.io/workflow": "orders-2" },
        }),
        spec: { containers: [] },
        status,
      });
    const happened = (pod: string, reason: string, at: number) =>
      api.put("events", {
        metadata: metadata(`${pod}.${reason}`, "orders"),
        type: "Warning",
        reason,
        message: "failed",
        lastTimestamp: new Date(at).toISOString(),
        involvedObject: { kind: "Pod", name: pod },
      });
    const connection = await connect();
    const stuck = async () =>
      (await listClusterRuns(connection, openFolder(temporaryFolder()), "orders", 10)).map(
        (run) => run.stuck,
      );
    put({ phase: "Pending", initContainerStatuses: [waiting], containerStatuses: [waiting] });
    happened("orders-1-p", "FailedCreatePodSandBox", Date.now());
    happened("orders-2-p", "BackOff", Date.now());
    happened("orders-2-p", "FailedMount", Date.now() - 600_000);
    assert.deepEqual(await stuck(), [null], "events of others, other reasons, and old ones");
    happened("orders-2-p", "FailedCreatePodSandBox", Date.now());
    assert.deepEqual(await stuck(), ["FailedCreatePodSandBox"]);
    put({
      phase: "Pending",
      initContainerStatuses: [{ name: "x", state: { running: {} } }],
      containerStatuses: [waiting],
    });
    assert.deepEqual(await stuck(), [null], "the pod has started");
    put({ phase: "Pending" });
    assert.deepEqual(await stuck(), ["FailedCreatePodSandBox"]);
    api.forbid("list events");
    assert.deepEqual(await stuck(), [null]);
  });

  const quota =
    'pods "orders-2-p" is forbidden: exceeded quota: team, requested: limits.memory=512Mi, used: limits.memory=1Gi, limited: limits.memory=1Gi';
  for (const [message, reason] of [
    [quota, "exceeded quota: team"],
    ["Unschedulable: 0/3 nodes are available: 3 node(s) had untolerated taint(s)", "Unschedulable"],
    [
      "CreateContainerConfigError: container has runAsNonRoot and image will run as root",
      "CreateContainerConfigError",
    ],
    ["ContainerCreating", null],
  ] as const)
    test(`runs of a pipeline: a pod that waits for "${message.slice(0, 60)}" shows ${reason ?? "no reason"}`, async (t) => {
      const { api, connect } = await standIn(t);
      api.put(
        "workflows",
        workflow("orders-2", "orders", "Running", [{ phase: "Pending", message }]),
      );
      const [run] = await listClusterRuns(
        await connect(),
        openFolder(temporaryFolder()),
        "orders",
        10,
      );
      assert.equal(run?.stuck, reason);
    });

  test("runs of a pipeline: they are found by ID and by Workflow, also after the Workflow is gone", async (t) => {
    const { api, connect } = await standIn(t);
    const connection = await connect();
    const store = openFolder(temporaryFolder());
    await assert.rejects(findRun(connection, store, "orders", undefined), {
      message: '"orders" has not run yet.\nRun it with: npx tapctl run orders',
    });
    await assert.rejects(findRun(connection, store, "orders", "nothing"), {
      message: '"orders" has no run nothing.\nList its runs with: npx tapctl runs orders',
    });
    await store.put(
      "runs/orders/20261125T110000Z-aaaaaa/summary.json",
      JSON.stringify(summary("20261125T110000Z-aaaaaa")),
    );
    assert.equal(
      describeRun(await findRun(connection, store, "orders", undefined)).status,
      "succeeded",
    );
    api.put("workflows", workflow("orders-2", "orders", "Failed"));
    for (const wanted of [undefined, "orders-2", "20261125T120000Z-abcdef"])
      assert.equal(
        (await findRun(connection, store, "orders", wanted)).run,
        "20261125T120000Z-abcdef",
      );
    assert.equal(
      (await findRun(connection, store, "orders", "20261125T110000Z-aaaaaa")).workflow,
      undefined,
    );
    const gone = await findRun(connection, store, "orders", "20261125T100000Z-000000");
    assert.throws(
      () => describeRun(gone),
      /Run 20261125T100000Z-000000 is no longer on the cluster and left no summary/,
    );
  });
});

suite("extract to retry", () => {
  const put = async (files: readonly string[], result?: object) => {
    const store = openFolder(temporaryFolder());
    await store.put(
      "runs/orders/20261125T120000Z-abcdef/summary.json",
      JSON.stringify(summary("20261125T120000Z-abcdef")),
    );
    for (const file of files) await store.put(`runs/orders/20261125T120000Z-abcdef/${file}`, "x");
    if (result)
      await store.put(
        "runs/orders/20261125T120000Z-abcdef/extract-result.json",
        JSON.stringify(result),
      );
    return store;
  };

  test("extract to retry: it is that of the last attempt, with the outcome of its tap", async () => {
    const store = await put(["extract-2.jsonl", "extract-10.jsonl", "catalog.json"], { code: 10 });
    assert.deepEqual(await extractOf(store, "orders", undefined, true), {
      run: "20261125T120000Z-abcdef",
      key: "runs/orders/20261125T120000Z-abcdef/extract-10.jsonl",
      bytes: 1,
      outcome: "partial",
      catalog: "runs/orders/20261125T120000Z-abcdef/catalog.json",
    });
    assert.equal(
      (await extractOf(await put(["extract-0.jsonl"], { code: 0 }), "orders", undefined, true))
        .outcome,
      "complete",
    );
  });

  test("extract to retry: that of a parallel run is the folder of the files of its slices", async () => {
    const store = await put(["extract-0.jsonl/1.jsonl", "extract-0.jsonl/slices.json"], {
      code: 0,
    });
    const { key, bytes } = await extractOf(store, "orders", undefined, true);
    assert.equal(key, "runs/orders/20261125T120000Z-abcdef/extract-0.jsonl");
    assert.equal(bytes, 2);
  });

  test("extract to retry: stream mode and a newer saved state are errors", async () => {
    await assert.rejects(
      extractOf(await put([]), "orders", undefined, true),
      /None of the last runs of "orders" has a stored extract\. Runs in stream mode store none/,
    );
    await assert.rejects(
      extractOf(await put([]), "orders", "20261125T120000Z-abcdef", true),
      /^UserError: Run 20261125T120000Z-abcdef of "orders" has no stored extract/,
    );
    const store = await put(["extract-0.jsonl"]);
    await commitState(store, {
      version: 1,
      pipeline: "orders",
      run: "20261125T130000Z-000000",
      tap: "t",
      target: "t",
      destination: "d",
      time: "2026-11-25T13:00:00Z",
      state: toJsonText({ id: 1 }),
    });
    await assert.rejects(
      extractOf(store, "orders", undefined, true),
      /Run 20261125T130000Z-000000 has saved a newer state than the one in the extract of run 20261125T120000Z-abcdef\.\n.*add --data-only\.$/,
    );
    assert.equal(
      (await extractOf(store, "orders", undefined, false)).run,
      "20261125T120000Z-abcdef",
    );
  });
});

suite("start of a run", () => {
  const rest: Replication = {
    name: "orders",
    schedule: "@daily",
    tap: tapRestApi({ api_url: "http://x" }),
    target: targetJsonl({}),
  };
  const postgres: Replication = { ...rest, tap: tapPostgres({}) };
  const state = toJsonText({ bookmarks: { orders: { replication_key_value: "2026-11-20" } } });

  test("run --from: dates in the state are set back, and so is the tap's start date if it declares one", () => {
    assert.deepEqual(startAt(rest, state, "2026-11-01"), {
      state: toJsonText({ bookmarks: { orders: { replication_key_value: "2026-11-01" } } }),
      settings: { start_date: "2026-11-01" },
    });
    assert.deepEqual(startAt(postgres, state, "2026-11-01").settings, {});
    assert.deepEqual(startAt(rest, undefined, "2026-11-01"), {
      state: undefined,
      settings: { start_date: "2026-11-01" },
    });
  });

  test("run --from: a day after the saved state, or one that changes nothing, is rejected", () => {
    assert.throws(
      () => startAt(rest, state, "2026-12-01"),
      /--from 2026-12-01: the saved state of "orders" is at 2026-11-20, before that day/,
    );
    assert.throws(
      () => startAt(postgres, null, "2026-11-01"),
      /--from 2026-11-01: "orders" has no saved state, and tap-postgres declares no setting for its first day/,
    );
    assert.throws(
      () => startAt(postgres, toJsonText({ bookmarks: { orders: { id: 7 } } }), "2026-11-01"),
      /the saved state of "orders" has no dates, and tap-postgres declares/,
    );
  });

  test("start of a run: it becomes parameters of the template, and a given state is stored", async () => {
    const store = openFolder(temporaryFolder());
    const from = (start: StartFrom) =>
      startParameters(() => Promise.resolve(store), "orders", start);
    assert.deepEqual(await from({ kind: "saved" }), {});
    assert.deepEqual(await from({ kind: "refresh" }), { onChange: "refresh" });
    assert.deepEqual(await from({ kind: "keep" }), { onChange: "keep" });
    assert.deepEqual(
      await from({ kind: "given", state: undefined, settings: { start_date: "2026-11-01" } }),
      { onChange: "refresh", tapSettings: '{"start_date":"2026-11-01"}' },
    );
    const { givenState = "" } = await from({ kind: "given", state, settings: {} });
    assert.match(givenState, /^requests\/orders\/\d{8}T\d{6}Z-[0-9a-f]{6}\/state\.json$/);
    assert.equal((await store.get(givenState))?.toString(), `${state.text}\n`);
  });
});
