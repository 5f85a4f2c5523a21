import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { secretName } from "../../src/manifests/argo/names";
import {
  finished,
  get,
  kubectl,
  messages,
  parameterOf,
  podsOf,
  submit,
  type Different,
} from "./kubernetes";
import {
  addOrders,
  assertCopied,
  assertNotAhead,
  NAMESPACE,
  reopen,
  succeeded,
  type Scene,
} from "./scene";

/** Runs with faults: the loaded rows and the saved state are compared with the source each time. */
export function testFaults(scene: () => Scene): void {
  test("failing source: the run fails with a notification, and the state is kept", async () => {
    const { bucket, source, webhook } = scene();
    const saved = async () =>
      ((await bucket.state("exchange-rates-classic")) as { readonly state: unknown }).state;
    const before = await saved();
    source.fault = "fail";
    const name = submit("exchange-rates-classic", NAMESPACE);
    const workflow = await finished(name, NAMESPACE);
    source.fault = "none";
    assert.equal(workflow.status?.phase, "Failed");
    assert.deepEqual(await saved(), before);
    assert.match((await webhook.notification(name)).error ?? "", /^extract/);
    const again = submit("exchange-rates-classic", NAMESPACE);
    await succeeded(again);
    assert.equal((await webhook.notification(again)).event, "recovered");
  });

  for (const [pipeline, table] of [
    ["shop-copy", "copy.orders"],
    ["shop-stream", "streamed.orders"],
  ] as const) {
    test(`${pipeline}: if the tap fails midway in its last attempt, its records are loaded, and the run fails`, async (context) => {
      const { roads } = scene();
      await addOrders(scene(), 60_000);
      const name = submit(pipeline, NAMESPACE, { parameters: { retries: "0" } });
      await roads.shop.cutAfter(2_000_000);
      const workflow = await finished(name, NAMESPACE, 600);
      roads.shop.cut(false);
      assert.equal(workflow.status?.phase, "Failed", messages(workflow));
      assert.match(messages(workflow), /the records it sent are loaded, and its progress is saved/);
      await assertNotAhead(scene(), pipeline, table);
      const { rows } = await scene().client.query<{
        readonly loaded: number;
        readonly all: number;
      }>(
        `select (select count(*) from ${table})::int as loaded, (select count(*) from orders)::int as all`,
      );
      context.diagnostic(`${rows[0]?.loaded} of ${rows[0]?.all} rows after it`);
      await succeeded(submit(pipeline, NAMESPACE), 600);
      await assertCopied(scene(), pipeline, table);
    });
  }

  test("shop-stream: records of a failed partial attempt are counted with those of the next one", async (context) => {
    const { roads, bucket } = scene();
    await succeeded(submit("shop-stream", NAMESPACE), 600);
    await addOrders(scene(), 60_000);
    const name = submit("shop-stream", NAMESPACE, {
      parameters: { retries: "1", minRecords: "60000" },
    });
    await roads.shop.cutAfter(2_000_000);
    roads.shop.cut(false);
    const workflow = await succeeded(name, 600);
    assert.equal(podsOf(workflow, "replicate-pod").length, 2, messages(workflow));
    const summary =
      (await bucket.runs("shop-stream"))
        .at(-1)
        ?.files.find((file) => file.endsWith("/summary.json")) ?? "";
    const { records } = (await bucket.get(summary)) as { readonly records: number };
    context.diagnostic(`${records} records in two attempts`);
    assert.ok(records > 61_000, `${records}`);
    await assertCopied(scene(), "shop-stream", "streamed.orders");
  });

  test("failing target: the state is kept, and a retry loads the stored extract without querying the source", async () => {
    const { bucket, client, roads, webhook } = scene();
    await addOrders(scene(), 500);
    const before = await bucket.state("shop-copy");
    await client.query(
      "create or replace function refuse() returns trigger language plpgsql as $$ begin raise exception 'the target is broken on purpose'; end $$",
    );
    await client.query(
      "create trigger refuse before insert or update on copy.orders execute function refuse()",
    );
    const name = submit("shop-copy", NAMESPACE);
    const workflow = await finished(name, NAMESPACE, 600);
    await client.query("drop trigger refuse on copy.orders");
    assert.equal(workflow.status?.phase, "Failed", messages(workflow));
    assert.match((await webhook.notification(name)).error ?? "", /^load.*broken on purpose/);
    assert.deepEqual(await bucket.state("shop-copy"), before);
    const extracts =
      (await bucket.runs("shop-copy"))
        .at(-1)
        ?.files.filter((file) => /extract-\d+\.jsonl$/.test(file)) ?? [];
    roads.shop.cut(true);
    await succeeded(
      submit("shop-copy", NAMESPACE, {
        parameters: {
          extractKey: extracts.at(-1) ?? "",
          extractOutcome: "partial",
          trigger: "retry",
        },
        spec: { entrypoint: "retry" },
      }),
      600,
    );
    roads.shop.cut(false);
    assert.notDeepEqual(await bucket.state("shop-copy"), before);
    const summary =
      (await bucket.runs("shop-copy"))
        .at(-1)
        ?.files.find((file) => file.endsWith("/summary.json")) ?? "";
    const { status, stateCommitted } = (await bucket.get(summary)) as {
      readonly status: string;
      readonly stateCommitted: boolean;
    };
    assert.deepEqual([status, stateCommitted], ["succeeded", true]);
    await assertCopied(scene(), "shop-copy", "copy.orders");
  });

  test("network outage to the source: no row is lost", async () => {
    const { roads } = scene();
    await addOrders(scene(), 500);
    roads.shop.cut(true);
    const name = submit("shop-copy", NAMESPACE);
    await pause(20_000);
    roads.shop.cut(false);
    await finished(name, NAMESPACE, 600);
    await succeeded(submit("shop-copy", NAMESPACE), 600);
    await assertCopied(scene(), "shop-copy", "copy.orders");
  });

  test("out of memory: the run fails with that error, and the state is kept", async () => {
    const patch = JSON.stringify({
      containers: [
        { name: "main", resources: { requests: { memory: "24Mi" }, limits: { memory: "24Mi" } } },
      ],
    });
    await failsAs(
      scene(),
      "shop-copy",
      { parameters: { tapPatch: patch, retries: "0" } },
      /OOM|137/,
    );
  });

  test("hanging source: the run ends at its deadline with a notification", async () => {
    const { source } = scene();
    source.fault = "hang";
    try {
      await failsAs(
        scene(),
        "exchange-rates-classic",
        { spec: { activeDeadlineSeconds: 25 } },
        /deadline/i,
      );
    } finally {
      source.fault = "none";
    }
    await succeeded(submit("exchange-rates-classic", NAMESPACE));
  });

  test("failing follow-up: the run fails, later follow-ups are skipped, and the loaded state is kept", async () => {
    const { bucket } = scene();
    await addOrders(scene(), 500);
    const before = await bucket.state("shop-orders");
    const followUps = parameterOf("shop-orders", "followUps", NAMESPACE).replace(
      "cat /singer/output/*",
      "false; cat /singer/output/*",
    );
    const name = submit("shop-orders", NAMESPACE, { parameters: { followUps, retries: "0" } });
    const workflow = await finished(name, NAMESPACE, 300);
    assert.equal(workflow.status?.phase, "Failed", messages(workflow));
    assert.match((await scene().webhook.notification(name)).error ?? "", /^follow-up/);
    assert.equal(podsOf(workflow, "follow-up-pod").length, 1);
    assert.notDeepEqual(await bucket.state("shop-orders"), before);
  });

  test("hanging webhook, missing notifier image: the run ends promptly with the same result", async () => {
    const { source, webhook, registry } = scene();
    const template = get<{
      readonly spec: {
        readonly templates: readonly { readonly name: string; readonly container?: object }[];
      };
    }>("workflowtemplate", "singer-artifact", NAMESPACE);
    const templates = template.spec.templates.map((one) =>
      one.name === "notify-failed"
        ? { ...one, container: { ...one.container, image: `${registry}/no-such-image:1` } }
        : one,
    );
    kubectl(
      ["apply", "-f", "-"],
      JSON.stringify({
        apiVersion: "argoproj.io/v1alpha1",
        kind: "WorkflowTemplate",
        metadata: { name: "no-notifier", namespace: NAMESPACE },
        spec: { ...template.spec, templates },
      }),
    );
    source.fault = "fail";
    for (const [hangs, spec] of [
      [true, {}],
      [false, { workflowTemplateRef: { name: "no-notifier" } }],
    ] as const) {
      webhook.hangs = hangs;
      const started = Date.now();
      const workflow = await finished(
        submit("exchange-rates-classic", NAMESPACE, { parameters: { retries: "0" }, spec }),
        NAMESPACE,
        300,
      );
      assert.equal(workflow.status?.phase, "Failed", messages(workflow));
      assert.ok(Date.now() - started < 200_000, `${Math.round((Date.now() - started) / 1000)} s`);
    }
    webhook.hangs = false;
    source.fault = "none";
    kubectl(["delete", "workflowtemplate", "no-notifier", "-n", NAMESPACE]);
    await succeeded(submit("exchange-rates-classic", NAMESPACE));
  });

  test("restart of the controller and MinIO during a run: the run succeeds", async () => {
    await addOrders(scene(), 500);
    const name = submit("shop-copy", NAMESPACE);
    await pause(3000);
    kubectl(["delete", "pods", "-n", "argo", "--all", "--wait=false"]);
    kubectl(["rollout", "restart", "-n", "minio", "deployment/minio"]);
    await succeeded(name, 600);
    kubectl(["rollout", "status", "-n", "minio", "deployment/minio", "--timeout=120s"]);
    await reopen(scene());
    await assertCopied(scene(), "shop-copy", "copy.orders");
  });
}

/** User errors: the run fails soon, with a clear error and a notification. */
export function testMistakes(scene: () => Scene): void {
  for (const [what, image] of [
    ["missing image", (registry: string) => `${registry}/no-such-image:1`],
    ["unreachable registry", () => "127.0.0.1:9/tap:1"],
  ] as const) {
    test(`${what}: the attempt is given up instead of blocking the run until its deadline`, async () => {
      const started = Date.now();
      await failsAs(
        scene(),
        "exchange-rates-classic",
        { parameters: { tapImage: image(scene().registry), pendingSeconds: "15", retries: "0" } },
        /timeout|timed out|pending/i,
      );
      assert.ok(Date.now() - started < 120_000);
    });
  }

  for (const pipeline of ["shop-copy", "shop-stream"]) {
    test(`${pipeline}: a wrong password fails the run with the tap's error`, async () => {
      const { data } = get<{ readonly data: { readonly [file: string]: string } }>(
        "secret",
        secretName(pipeline),
        NAMESPACE,
      );
      const right = Buffer.from(data["tap-config.json"] ?? "", "base64").toString();
      const wrong = {
        ...data,
        "tap-config.json": Buffer.from(
          right.replace(/"password":\s*"[^"]*"/, '"password": "wrong"'),
        ).toString("base64"),
      };
      kubectl(
        ["apply", "-f", "-"],
        JSON.stringify({
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: "wrong-password", namespace: NAMESPACE },
          data: wrong,
        }),
      );
      await failsAs(
        scene(),
        pipeline,
        { parameters: { configSecret: "wrong-password", retries: "1" } },
        /password authentication failed/,
      );
      kubectl(["delete", "secret", "wrong-password", "-n", NAMESPACE]);
    });
  }

  test("missing Secret: the run fails with that error and a notification", () =>
    failsAs(
      scene(),
      "exchange-rates-classic",
      { parameters: { configSecret: "no-such-secret" } },
      /exit code 2\).*was the pipeline's Secret deleted/,
    ));

  test("missing bucket: the run fails with that error and a notification", async () => {
    const repositories = JSON.parse(
      kubectl(["get", "configmap", "artifact-repositories", "-n", NAMESPACE, "-o", "json"]),
    ) as { readonly data: { readonly singer: string } };
    const repository = parse(repositories.data.singer) as { readonly s3: object };
    const data = {
      singer: stringify({ ...repository, s3: { ...repository.s3, bucket: "no-such-bucket" } }),
    };
    kubectl(
      ["apply", "-f", "-"],
      JSON.stringify({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "wrong-bucket", namespace: NAMESPACE },
        data,
      }),
    );
    await failsAs(
      scene(),
      "exchange-rates-classic",
      {
        parameters: { retries: "0" },
        spec: { artifactRepositoryRef: { configMap: "wrong-bucket", key: "singer" } },
      },
      /does the bucket exist/,
    );
    kubectl(["delete", "configmap", "wrong-bucket", "-n", NAMESPACE]);
  });

  test("invalid catalog: the run fails with that error and a notification", async () => {
    const { bucket } = scene();
    await bucket.put("configs/kept-rates/catalog.json", { strems: [] });
    await failsAs(scene(), "kept-rates", {}, /exit code 2\).*catalog/);
    await bucket.put("configs/kept-rates/catalog.json", undefined);
  });
}

async function failsAs(
  scene: Scene,
  pipeline: string,
  different: Different,
  error: RegExp,
): Promise<void> {
  const before = await scene.bucket.state(pipeline);
  const name = submit(pipeline, NAMESPACE, different);
  const workflow = await finished(name, NAMESPACE, 300);
  assert.match(workflow.status?.phase ?? "", /Failed|Error/, messages(workflow));
  const notification = await scene.webhook.notification(name);
  assert.match(notification.error ?? "", error, messages(workflow));
  assert.deepEqual(await scene.bucket.state(pipeline), before);
}
