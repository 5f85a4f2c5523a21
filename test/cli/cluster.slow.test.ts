import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { artifactRepository } from "../../src/manifests/argo/artifact-repository";
import { stateKey } from "../../src/store/keys";
import type { ObjectStore } from "../../src/store/object-store";
import { openS3 } from "../../src/store/s3";
import { startKubernetesApi, type KubernetesApi } from "../support/kubernetes-api";
import type { Printed } from "../support/command";
import { startS3Server, type S3Server } from "../support/s3-server";
import { documentedRules } from "../support/roles";
import { cronWorkflow, metadata, workflow } from "../cluster/support";
import { cliEnvironment, makeProject, startTapctl, tapctl, TAPCTL } from "./support";

const ARRAY = `[
  { name: "orders", schedule: "0 6 * * *", tap: c.tapRestApi({ api_url: "http://127.0.0.1:9" }), target: c.targetJsonl({}) },
  { name: "rates", schedule: "0 6 * * *", tap: c.tapExchangeRatesApi({ base_url: "http://127.0.0.1:9" }), target: c.targetJsonl({}) },
  { name: "clean-up", kind: "job", schedule: "@daily", image: "acme/tool:1", command: ["tidy"] },
]`;

let server: S3Server;
let buckets = 0;
before(async () => void (server = await startS3Server()));
after(() => server.stop());

/**
 * A cluster with the pipeline "orders" deployed, its bucket, and a project that works on it by
 * default.
 */
interface Scene {
  readonly api: KubernetesApi;
  readonly store: ObjectStore;
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Runs a command; in a separate process if it reads standard input. */
  run(line: string, input?: string): Promise<Printed>;
}

async function scene(t: TestContext): Promise<Scene> {
  const api = await startKubernetesApi();
  t.after(() => api.stop());
  const bucket = `cluster-${(buckets += 1)}`;
  await server.makeBucket(bucket);
  const root = makeProject(t, ARRAY);
  const kubeconfig = join(root, "kubeconfig");
  api.writeKubeconfig(kubeconfig);
  writeFileSync(join(root, ".tapctl.yaml"), "on: cluster\n");
  const key = Buffer.from("test").toString("base64");
  api.put("configmaps", {
    metadata: { name: "artifact-repositories", namespace: "pipelines" },
    data: {
      singer: artifactRepository({
        name: bucket,
        endpoint: server.endpoint.replace("http://", ""),
        insecure: true,
        secret: "object-store",
        addressing: "path",
      }),
    },
  });
  api.put("secrets", {
    metadata: { name: "object-store", namespace: "pipelines" },
    data: { accessKey: key, secretKey: key },
  });
  api.put("cronworkflows", cronWorkflow("orders"));
  api.put("secrets", { metadata: metadata("pipeline-orders", "orders") });
  // No keys from the environment: those of the cluster's Secret must suffice.
  const environment = {
    ...cliEnvironment(),
    KUBECONFIG: kubeconfig,
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
  };
  return {
    api,
    root,
    environment,
    store: openS3({ bucket, endpoint: server.endpoint }),
    run: (line, input) =>
      input === undefined
        ? tapctl(root, line.split(" "), { env: environment })
        : startTapctl(root, line.split(" "), { input, env: environment }),
  };
}

const RUN = "20261125T120000Z-abcdef";
const SUMMARY = {
  version: 1,
  pipeline: "orders",
  run: RUN,
  mode: "artifact",
  trigger: "schedule",
  started: "2026-11-25T12:00:00Z",
  ended: "2026-11-25T12:01:00Z",
  seconds: 60,
  status: "failed",
  code: 11,
  error: "the target failed",
  warnings: [],
  attempts: { extract: 1, load: 3 },
  streams: [],
  records: 1234,
  bytes: 56_789,
  badLines: 0,
  stateBefore: null,
  stateAfter: { at: "2026-11-25" },
  stateCommitted: false,
  outputs: [],
  host: "orders-1",
};

async function withFailedRun({ api, store }: Scene): Promise<void> {
  api.put(
    "workflows",
    workflow("orders-1", "orders", "Failed", [
      { name: "orders-1.artifact[0].extract(0)[0].extract" },
      {
        name: "orders-1.artifact[1].load(2)[0].load",
        phase: "Failed",
        message: "main: Error (exit code 11)",
        outputs: { exitCode: "11" },
      },
    ]),
  );
  await store.put(`runs/orders/${RUN}/summary.json`, JSON.stringify(SUMMARY));
  await store.put(`runs/orders/${RUN}/tap-0.log`, "2026-11-25T12:00:10.000Z tap | asked\n");
  await store.put(
    `runs/orders/${RUN}/target-2.log`,
    "2026-11-25T12:00:50.000Z target | disk full\n",
  );
  await store.put(`runs/orders/${RUN}/extract-0.jsonl`, "{}\n");
}

suite("tapctl on a cluster", () => {
  test("status: failing, not deployed and unknown pipelines are distinguished", async (t) => {
    const one = await scene(t);
    await withFailedRun(one);
    one.api.put("cronworkflows", cronWorkflow("old"));
    const { stdout, code } = await one.run("status");
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^PIPELINE +STATUS +SCHEDULE.*\norders +failing .* failed +60 s +1,234 +56\.8 kB .* once\n/,
    );
    assert.match(stdout, /\nrates +not deployed /);
    assert.match(stdout, /\nclean-up +not deployed /);
    assert.match(stdout, /\nold +not in the array /);
    assert.match(stdout, /\norders: the target failed\n$/);
    const rows = JSON.parse((await one.run("status --json")).stdout) as readonly {
      readonly name: string;
      readonly condition: string;
    }[];
    assert.deepEqual(rows.map(({ name, condition }) => `${name} ${condition}`).slice(0, 2), [
      "orders failing",
      "clean-up not deployed",
    ]);
  });

  test("status: a run in which no data moves is silent, in the table, for one pipeline and as JSON", async (t) => {
    const one = await scene(t);
    const since = new Date(Date.now() - 40 * 60_000).toISOString();
    one.api.put(
      "workflows",
      workflow("orders-1", "orders", "Running", [], {
        creationTimestamp: new Date(Date.now() - 3_600_000).toISOString(),
      }),
    );
    one.api.put("pods", {
      metadata: metadata("orders-1-extract", "orders", {
        labels: {
          "workflows.argoproj.io/workflow": "orders-1",
          "workflows.argoproj.io/completed": "false",
        },
        annotations: { "workflows.argoproj.io/node-name": "orders-1.artifact[0].extract(0)" },
      }),
      spec: { containers: [{ name: "main", image: "x" }] },
      status: { containerStatuses: [{ name: "main", state: { running: {} } }] },
    });
    one.api.onLog = (_pod, _container, _query, response) =>
      void response.end(
        `2026-11-25T12:00:55.000000000Z runner | tap-rest-api has sent nothing for 40 min, since ${since}\n`,
      );
    assert.match((await one.run("status")).stdout, /^orders .*now, for 60 min, silent for 40 min/m);
    assert.match(
      (await one.run("status orders")).stdout,
      /^orders .*now, for 60 min, silent for 40 min/m,
    );
    const rows = JSON.parse((await one.run("status --json")).stdout) as readonly {
      readonly name: string;
      readonly active: { readonly silentSeconds: number } | null;
    }[];
    assert.ok((rows.find(({ name }) => name === "orders")?.active?.silentSeconds ?? 0) >= 2400);
    const details = JSON.parse((await one.run("status orders --json")).stdout) as {
      readonly active: { readonly silentSeconds: number };
      readonly runs: readonly { readonly silentSince?: string }[];
    };
    assert.ok(details.active.silentSeconds >= 2400);
    assert.deepEqual(
      details.runs.map(({ silentSince }) => silentSince),
      [since],
    );
  });

  test("status: a schedule that Argo reports as invalid is shown, even if runs succeeded earlier", async (t) => {
    const one = await scene(t);
    one.api.put("cronworkflows", {
      ...cronWorkflow("orders"),
      status: {
        conditions: [
          { type: "SpecError", status: "True", message: "end of range (25) above maximum (23)" },
        ],
      },
    });
    const { stdout } = await one.run("status");
    assert.match(stdout, /^PIPELINE .*\norders +invalid schedule +at 06:00, every day +- /);
    assert.match(
      stdout,
      /\norders: Argo reports SpecError: end of range \(25\) above maximum \(23\)\n$/,
    );
  });

  test("status --watch: it refreshes, and continues after an outage of the cluster", async (t) => {
    const one = await scene(t);
    const child = spawn(process.execPath, [TAPCTL, "status", "--watch", "--every", "1"], {
      cwd: one.root,
      env: one.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise((resolve) =>
      child.on("close", (code, signal) => resolve(code ?? signal)),
    );
    t.after(() => child.kill("SIGKILL"));
    const printed = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const)
      child[name].setEncoding("utf8").on("data", (text: string) => (printed[name] += text));
    const until = async (name: "stdout" | "stderr", what: RegExp) => {
      for (; !what.test(printed[name]); await pause(20))
        assert.equal(child.exitCode, null, printed.stderr);
    };
    await until("stdout", /\norders /);
    assert.doesNotMatch(printed.stdout, /failing/);
    one.api.put("workflows", workflow("orders-1", "orders", "Failed"));
    await until("stdout", /\norders +failing/);
    one.api.away = true;
    await until("stderr", /\n/);
    const screens = printed.stdout;
    await pause(2500);
    assert.equal(printed.stdout, screens, "the last screen stays");
    assert.match(
      printed.stderr,
      /^\d\d:\d\d:\d\d UTC: No answer from the cluster at http:\/\/127\.0\.0\.1:\d+ \(context "stand-in"\): ECONNRESET; retrying every 1 s\n$/,
    );
    one.api.put("cronworkflows", cronWorkflow("old"));
    one.api.away = false;
    await until("stdout", /\nold +not in the array/);
    assert.equal(
      one.api.seen.filter(({ url }) => url.endsWith("/configmaps/artifact-repositories")).length,
      1,
      "the store is opened once",
    );
    child.kill("SIGINT");
    assert.equal(await ended, "SIGINT");
  });

  test("status --watch: it ends if the first request fails", async (t) => {
    const one = await scene(t);
    one.api.forbid("list workflows");
    const { code, stdout, stderr } = await one.run("status --watch");
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^You are not allowed to list workflows\.\nMissing rule: /);
  });

  test("status NAME: it shows runs, steps, attempts, error and files", async (t) => {
    const one = await scene(t);
    await withFailedRun(one);
    const { stdout } = await one.run("status orders");
    for (const part of [
      /LAST RUNS\nRUN.*\n20261125T120000Z-abcdef +schedule +failed +2026-11-25 12:00:00 +60 s +1,234/,
      /extract +succeeded/,
      /load, attempt 3 +failed +- +main: Error \(exit code 11\)/,
      /extract-0\.jsonl \(3 B\)/,
      /npx tapctl artifacts orders 20261125T120000Z-abcdef --get DIR/,
    ])
      assert.match(stdout, part);
  });

  test("status NAME RUN: it shows the steps and files of a run that is not the newest", async (t) => {
    const one = await scene(t);
    await withFailedRun(one);
    const later = "20261125T130000Z-abcdef";
    one.api.put("workflows", {
      ...workflow("orders-2", "orders", "Running", []),
      metadata: { ...metadata("orders-2", "orders"), creationTimestamp: "2026-11-25T13:00:00Z" },
    });
    await one.store.put(
      `runs/orders/${later}/summary.json`,
      JSON.stringify({ ...SUMMARY, run: later, status: "running", error: null, stateAfter: null }),
    );
    const { stdout } = await one.run(`status orders ${RUN}`);
    for (const part of [
      /STEPS of run 20261125T120000Z-abcdef\n/,
      /load, attempt 3 +failed/,
      /FILES of run 20261125T120000Z-abcdef\n.*extract-0\.jsonl \(3 B\)/,
    ])
      assert.match(stdout, part);
    assert.match(
      (await one.run("status orders orders-1")).stdout,
      /STEPS of run 20261125T120000Z-abcdef\n/,
    );
    const { code, stderr } = await one.run("status orders nothing");
    assert.deepEqual(
      [code, stderr],
      [2, '"orders" has no run nothing.\nList its runs with: npx tapctl runs orders\n'],
    );
  });

  test("logs: a run without logs names the previous run; runs: a run that failed without a state shows it as unchanged", async (t) => {
    const one = await scene(t);
    await withFailedRun(one);
    await one.store.put(
      `runs/orders/${RUN}/summary.json`,
      JSON.stringify({ ...SUMMARY, stateAfter: null }),
    );
    one.api.put("workflows", {
      ...workflow("orders-2", "orders", "Running", []),
      metadata: { ...metadata("orders-2", "orders"), creationTimestamp: "2026-11-25T13:00:00Z" },
    });
    assert.match(
      (await one.run("logs orders")).stderr,
      /^Run \S+ has no logs: its connectors wrote none, no step has started, or its pods are gone\nPrint the logs of the previous run with: npx tapctl logs orders 20261125T120000Z-abcdef\n$/,
    );
    assert.match(
      (await one.run("runs orders")).stdout,
      /20261125T120000Z-abcdef +schedule +failed .* unchanged +/,
    );
  });

  test("status NAME: it shows the saved state, not that of the last run", async (t) => {
    const one = await scene(t);
    await withFailedRun(one);
    await one.store.put(
      `runs/orders/${RUN}/summary.json`,
      JSON.stringify({ ...SUMMARY, status: "succeeded", stateCommitted: true }),
    );
    const saved = {
      version: 1,
      pipeline: "orders",
      tap: "tap-rest-api-msdk",
      target: "target-jsonl",
      destination: "0123456789abcdef",
      run: "20261125T130000Z-abcdef",
      time: "2026-11-25T13:00:00Z",
      state: { at: "2027-11-25" },
    };
    await one.store.put(stateKey("orders"), JSON.stringify(saved));
    assert.match((await one.run("status orders")).stdout, /state: at: ?2027-11-25\n$/);
  });

  test("status: a run that waits for an image is shown as waiting", async (t) => {
    const one = await scene(t);
    one.api.put(
      "workflows",
      workflow("orders-1", "orders", "Running", [
        { phase: "Pending", message: 'ImagePullBackOff: Back-off pulling image "acme/tap:1"' },
      ]),
    );
    const { stdout } = await one.run("status orders");
    assert.match(stdout, /\norders +running .* waiting: ImagePullBackOff /);
    assert.match(stdout, /LAST RUNS\nRUN.*\n\S+ +schedule +waiting: ImagePullBackOff /);
    assert.match(
      (await one.run("runs orders")).stdout,
      /\n\S+ +schedule +waiting: ImagePullBackOff /,
    );
  });

  test("status: a pending run shows what it waits for", async (t) => {
    const one = await scene(t);
    const pending = workflow("orders-2", "orders", "Pending");
    one.api.put("workflows", {
      ...pending,
      status: {
        phase: "Pending",
        synchronization: { mutex: { waiting: [{ holder: "pipelines/orders-1" }] } },
      },
    });
    assert.match(
      (await one.run("status orders")).stdout,
      /waiting: orders-1, the pipeline's current run /,
    );
    one.api.put("workflows", {
      ...pending,
      status: {
        phase: "Pending",
        message:
          "Workflow processing has been postponed because too many workflows are already running",
      },
    });
    assert.match(
      (await one.run("status orders")).stdout,
      /waiting: a free slot: argo\.parallelism limits how many runs are in progress /,
    );
  });

  test("runs, logs, artifacts: they show a run whose pods and Workflow are gone", async (t) => {
    const one = await scene(t);
    await withFailedRun(one);
    one.api.remove("workflows", "orders-1");
    assert.match(
      (await one.run("runs orders")).stdout,
      /20261125T120000Z-abcdef +schedule +failed +1,234 .* gone +the target failed/,
    );
    assert.equal(
      (await one.run("logs orders")).stdout,
      "2026-11-25T12:00:10.000Z tap    | asked\n2026-11-25T12:00:50.000Z target | disk full\n",
    );
    assert.equal(
      (await one.run(`logs orders ${RUN} --target`)).stdout,
      "2026-11-25T12:00:50.000Z target | disk full\n",
    );
    assert.match(
      (await one.run(`artifacts orders ${RUN} --get got`)).stdout,
      /extract-0\.jsonl +3 B .*\n(.*\n)*downloaded to .*got\n$/,
    );
    assert.match(
      (await one.run("logs orders nothing")).stderr,
      /^"orders" has no run nothing\.\nList its runs with: npx tapctl runs orders\n$/,
    );
  });

  test("logs: logs of an ended run include those of a follow-up whose pod still exists", async (t) => {
    const one = await scene(t);
    await withFailedRun(one);
    const container = { name: "main", image: "dbt:1" };
    one.api.put("pods", {
      metadata: metadata("orders-1-follow-up", "orders", {
        labels: { "workflows.argoproj.io/workflow": "orders-1" },
        annotations: {
          "workflows.argoproj.io/node-name": "orders-1.follow-ups[0].follow-up(0:name:dbt)",
        },
      }),
      spec: { containers: [container] },
      status: { containerStatuses: [{ name: "main", state: { terminated: { exitCode: 1 } } }] },
    });
    one.api.onLog = (_pod, _container, _query, response) =>
      void response.end("2026-11-25T12:00:55.000000000Z a test of dbt failed\n");
    assert.match(
      (await one.run("logs orders")).stdout,
      /target \| disk full\n2026-11-25T12:00:55\.000Z follow-up \| a test of dbt failed\n$/,
    );
    assert.doesNotMatch((await one.run("logs orders --target")).stdout, /dbt/);
  });

  test("run names: a Workflow's name works after the Workflow is gone, and an ID works for a pending run", async (t) => {
    const one = await scene(t);
    await withFailedRun(one);
    assert.match((await one.run("artifacts orders orders-1")).stdout, /extract-0\.jsonl +3 B/);
    assert.match(
      (await one.run("retry orders orders-1")).stdout,
      /loads 3 B from run 20261125T120000Z-abcdef\n$/,
    );
    one.api.remove("workflows", "orders-1");
    assert.match((await one.run("artifacts orders orders-1")).stdout, /extract-0\.jsonl +3 B/);
    one.api.put("workflows", workflow("orders-8", "orders", "Running", [{ phase: "Running" }]));
    one.api.put("workflows", {
      ...workflow("orders-9", "orders", "Pending"),
      metadata: { ...metadata("orders-9", "orders"), creationTimestamp: "2026-11-25T13:00:00Z" },
    });
    const runs = JSON.parse((await one.run("runs orders --json")).stdout) as readonly {
      readonly run: string;
      readonly workflow: string;
    }[];
    const waiting = runs.find((run) => run.workflow === "orders-9")?.run;
    assert.equal(
      (await one.run(`cancel orders ${waiting}`)).stdout,
      "orders: orders-9 had not started and was deleted\n",
    );
  });

  test("pipeline missing from the array: status, runs, cancel and suspend work; other commands name the checkout to use", async (t) => {
    const one = await scene(t);
    one.api.put("cronworkflows", cronWorkflow("old"));
    one.api.put("workflows", workflow("old-1", "old", "Running", [{ phase: "Running" }]));
    assert.match((await one.run("status old")).stdout, /\nold +not in the array /);
    assert.match((await one.run("runs old")).stdout, /\n\S+ +schedule +running /);
    assert.match((await one.run("cancel old")).stdout, /^old: old-1 is stopping/);
    assert.equal(
      (await one.run("suspend old")).stdout,
      "old: the schedule is now off\nThe pipeline is not in the array of this checkout: the next `npx tapctl up` from here deletes it.\n",
    );
    for (const line of [
      "run old",
      "retry old",
      "state show old",
      "config show old",
      "backfill old --from 2026-01-01 --to 2026-01-02",
    ]) {
      const { stderr, code } = await one.run(line);
      assert.equal(
        stderr,
        '"old" is on the cluster but not in the array of this checkout; `npx tapctl up` from here deletes it.\nRun this command from a checkout whose array contains the pipeline.\n',
        line,
      );
      assert.equal(code, 2);
    }
  });

  test("run: it starts the template of the schedule with the given state or first day", async (t) => {
    const one = await scene(t);
    writeFileSync(join(one.root, "state.json"), '{"at":"2026-11-20"}');
    assert.match(
      (await one.run("run orders --state state.json")).stdout,
      /^orders: run \d{8}T\d{6}Z-\w{6} \(Workflow orders-1\)\n$/,
    );
    assert.match(
      (await one.run("run orders --from 2026-11-01 --json")).stdout,
      /"workflow": "orders-2"/,
    );
    await one.run("run orders --full-refresh");
    const parameters = one.api.all("workflows").map(({ spec }) =>
      Object.fromEntries(
        (
          spec as {
            readonly arguments: {
              readonly parameters: readonly { readonly name: string; readonly value: string }[];
            };
          }
        ).arguments.parameters.map(({ name, value }) => [name, value]),
      ),
    );
    assert.deepEqual(
      parameters.map(({ trigger, onChange, tapSettings }) => [trigger, onChange, tapSettings]),
      [
        ["manual", "fail", undefined],
        ["manual", "refresh", '{"start_date":"2026-11-01"}'],
        ["manual", "refresh", undefined],
      ],
    );
    assert.equal(
      (await one.store.get(parameters[0]?.["givenState"] ?? ""))?.toString(),
      '{"at":"2026-11-20"}\n',
    );
  });

  test("run --follow: it exits with the run's exit code", async (t) => {
    const one = await scene(t);
    one.api.onChange = (plural, { metadata: { name = "" } }) => {
      const done = workflow(name, "orders", "Failed", [
        {
          name: `${name}.extract(0)[0].extract`,
          phase: "Failed",
          message: "main: Error (exit code 10)",
          outputs: { exitCode: "10" },
        },
      ]);
      if (plural === "workflows") setTimeout(() => one.api.put("workflows", done), 100);
    };
    const { code, stdout, stderr } = await startTapctl(one.root, ["run", "orders", "--follow"], {
      env: one.environment,
    });
    assert.equal(code, 10);
    assert.match(
      stdout,
      /\norders: failed: extract: the tap failed \(main: Error \(exit code 10\)\); see its log\n$/,
    );
    assert.match(stderr, /extract: failed: main: Error \(exit code 10\)/);
  });

  for (const line of ["logs orders", "logs orders -f", "run orders --follow"]) {
    test(`${line}: without permission for logs, the error names the missing rule`, async (t) => {
      const one = await scene(t);
      const underWay = (name: string) => {
        one.api.put("workflows", workflow(name, "orders", "Running"));
        one.api.put("pods", {
          metadata: metadata("pod-1", "orders", {
            labels: { "workflows.argoproj.io/workflow": name },
            annotations: { "workflows.argoproj.io/node-name": `${name}.extract(0)` },
          }),
          spec: { containers: [{ name: "main", image: "x" }] },
          status: { containerStatuses: [{ name: "main", state: { running: {} } }] },
        });
      };
      if (line.startsWith("run"))
        one.api.onChange = (_plural, { metadata: { name = "" } }) => underWay(name);
      else underWay("orders-1");
      one.api.forbid("get pods/log");
      const { code, stderr } = await startTapctl(one.root, line.split(" "), {
        env: one.environment,
      });
      assert.equal(
        stderr,
        'You are not allowed to get pods "pod-1".\nMissing rule: verbs: ["get"], resources: ["pods/log"], apiGroups: [""], in namespace "pipelines"\n',
      );
      assert.equal(code, 1);
    });
  }

  test("run --follow: Ctrl-C detaches, and a message explains that the run continues", async (t) => {
    const one = await scene(t);
    one.api.onChange = (plural, { metadata: { name = "" } }) => {
      if (plural === "workflows")
        one.api.put(
          "workflows",
          workflow(name, "orders", "Running", [
            { name: `${name}.extract(0)[0].extract`, phase: "Running" },
          ]),
        );
    };
    const child = spawn(process.execPath, [TAPCTL, "run", "orders", "--follow"], {
      cwd: one.root,
      env: one.environment,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      if (text.includes("extract: running")) child.kill("SIGINT");
    });
    assert.equal(await new Promise((resolve) => child.on("close", resolve)), 130);
    assert.match(
      stderr,
      /orders-1 continues\. Follow it with: npx tapctl logs orders -f\nStop it with: npx tapctl cancel orders\n$/,
    );
    assert.equal(
      (one.api.all("workflows")[0]?.["spec"] as { readonly shutdown?: string }).shutdown,
      undefined,
    );
  });

  test("retry, cancel, suspend, resume: they load the stored extract, stop the run and switch the schedule", async (t) => {
    const one = await scene(t);
    await withFailedRun(one);
    assert.match(
      (await one.run("retry orders")).stdout,
      /^orders: run \S+ \(Workflow orders-\d\) loads 3 B from run 20261125T120000Z-abcdef\n$/,
    );
    const retried = one.api
      .all("workflows")
      .find(({ metadata: { labels } }) => labels?.["tapctl.dev/trigger"] === "retry");
    assert.equal((retried?.["spec"] as { readonly entrypoint: string }).entrypoint, "retry");
    const waiting = one.api.all("workflows").length;
    assert.equal((await one.run("run orders --json")).code, 0);
    const last = one.api.all("workflows").at(-1)?.metadata.name ?? "";
    assert.equal(
      (await one.run(`cancel orders ${last}`)).stdout,
      `orders: ${last} had not started and was deleted\n`,
    );
    assert.equal(one.api.all("workflows").length, waiting);
    one.api.put("workflows", {
      ...retried,
      metadata: retried?.metadata ?? {},
      status: { phase: "Running", nodes: {} },
    });
    assert.match(
      (await one.run("cancel orders")).stdout,
      new RegExp(`^orders: ${retried?.metadata.name} is stopping`),
    );
    assert.equal(
      (
        one.api
          .all("workflows")
          .find(({ metadata: { name } }) => name === retried?.metadata.name)?.["spec"] as {
          readonly shutdown: string;
        }
      ).shutdown,
      "Stop",
    );
    assert.equal(
      (await one.run("suspend orders")).stdout,
      "orders: the schedule is now off\nThe array says otherwise: the next `npx tapctl up` turns the schedule on again unless its entry has suspend: true.\n",
    );
    assert.equal(
      (one.api.all("cronworkflows")[0]?.["spec"] as { readonly suspend: boolean }).suspend,
      true,
    );
    assert.equal((await one.run("resume orders")).stdout, "orders: the schedule is now on\n");
    assert.equal((await one.run("resume orders")).stdout, "orders: the schedule is already on\n");
  });

  test("state: a change is made under Argo's lock, and the difference is printed", async (t) => {
    const one = await scene(t);
    one.api.onChange = (plural, object) => {
      const name = object.metadata.name ?? "";
      if (plural !== "workflows" || object["status"] !== undefined) return;
      one.api.put("workflows", {
        ...object,
        status: {
          phase: "Running",
          nodes: {
            h: { id: "h", type: "Suspend", phase: "Running", startedAt: new Date().toISOString() },
          },
        },
        metadata: { ...object.metadata, name },
      });
    };
    const { stdout, stderr } = await one.run(
      "state set orders -",
      '{"bookmarks":{"orders":{"id":7},"users":{"id":8}}}',
    );
    assert.match(
      stdout,
      /^orders: none -> .*\n {2}bookmarks\.orders\.id: none -> 7\n {2}bookmarks\.users\.id: none -> 8\n$/,
      stderr,
    );
    assert.match((await one.run("state reset orders --stream users")).stdout, /bookmarks\.users/);
    const shown = await one.run("state show orders");
    assert.deepEqual(
      [JSON.parse(shown.stdout), shown.stderr.slice(0, 6)],
      [{ bookmarks: { orders: { id: 7 } } }, "saved "],
    );
    assert.deepEqual(
      (
        JSON.parse((await one.run("state show orders --json")).stdout) as {
          readonly state: unknown;
        }
      ).state,
      { bookmarks: { orders: { id: 7 } } },
    );
    assert.ok(
      one.api
        .all("workflows")
        .every(
          ({ status }) =>
            (status as { readonly nodes: { readonly h: { readonly phase: string } } }).nodes.h
              .phase === "Succeeded",
        ),
    );
  });

  test("config put: it stores a catalog where the pods read it, and show lists it", async (t) => {
    const one = await scene(t);
    const array = join(one.root, "pipelines", "index.ts");
    writeFileSync(
      array,
      readFileSync(array, "utf8").replace(
        'name: "orders",',
        'name: "orders", configFrom: "store",',
      ),
    );
    writeFileSync(join(one.root, "catalog.json"), '{"streams":[]}');
    const { stdout, stderr } = await one.run("config put orders --catalog catalog.json");
    assert.match(
      stdout,
      /^orders: catalog\.json created, 14 B\ntap-config\.json is missing\. Store it with: npx tapctl config put orders --tap FILE\n/,
      stderr,
    );
    assert.equal(
      (await one.store.get("configs/orders/catalog.json"))?.toString(),
      '{"streams":[]}',
    );
    assert.match(
      (await one.run("config show orders")).stdout,
      /\ncatalog\.json +catalog that the tap gets +14 B/,
    );
    assert.equal((await one.run("config remove orders catalog")).code, 0);
    assert.equal(await one.store.get("configs/orders/catalog.json"), undefined);
  });

  test("backfill: windows run in order, and the saved state does not change", async (t) => {
    const one = await scene(t);
    one.api.put("cronworkflows", cronWorkflow("rates"));
    // It shows no log lines, so it needs no permission for pods and logs.
    one.api.forbid("list pods");
    one.api.onChange = (plural, { metadata: { name = "" } }) => {
      if (plural === "workflows")
        setTimeout(
          () =>
            one.api.put("workflows", {
              ...workflow(name, "rates", "Succeeded"),
              spec: one.api.all("workflows").find((object) => object.metadata.name === name)?.[
                "spec"
              ],
            }),
          50,
        );
    };
    const { stdout, code } = await one.run("backfill rates --from 2026-01-15 --to 2026-03-01");
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^FROM +TO +RESULT +RUN\n2026-01-15 +2026-02-01 +succeeded +rates-1\n2026-02-01 +2026-03-01 +succeeded +rates-2\n$/,
    );
    const settings = one.api.all("workflows").map(({ spec }) =>
      (
        spec as {
          readonly arguments: {
            readonly parameters: readonly { readonly name: string; readonly value: string }[];
          };
        }
      ).arguments.parameters
        .filter(({ name }) => ["saveState", "tapSettings"].includes(name))
        .map(({ value }) => value),
    );
    assert.deepEqual(settings, [
      ["false", '{"start_date":"2026-01-15","end_date":"2026-01-31"}'],
      ["false", '{"start_date":"2026-02-01","end_date":"2026-02-28"}'],
    ]);
  });

  test("doctor: it exits with 1 if a check fails", async (t) => {
    const one = await scene(t);
    const { code, stdout } = await one.run("doctor --json");
    assert.equal(code, 1);
    const findings = JSON.parse(stdout) as readonly {
      readonly check: string;
      readonly level: string;
    }[];
    assert.deepEqual(
      findings.filter(({ level }) => level === "fail").map(({ check }) => check),
      ["controller", "templates"],
    );
    assert.match(
      (await one.run("doctor")).stdout,
      /\nfail {2}templates +namespace "pipelines" has no WorkflowTemplate singer-artifact, singer-stream, singer-job\n +-> deploy the stack: npx tapctl up/,
    );
  });

  /** Consoles of the cluster, each with a pod that is ready. */
  const withConsoles = ({ api }: Scene): void => {
    for (const [name, namespace, port, labels] of [
      ["minio-console", "minio", 9001, {}],
      [
        "argo-workflows-server",
        "argo",
        2746,
        { "app.kubernetes.io/component": "server", "app.kubernetes.io/part-of": "argo-workflows" },
      ],
    ] as const) {
      api.put("services", {
        metadata: { name, namespace, labels },
        spec: { selector: { app: namespace }, ports: [{ port }] },
      });
      api.put("pods", {
        metadata: metadata(`${namespace}-0`, "-", { namespace, labels: { app: namespace } }),
        spec: { containers: [] },
        status: { conditions: [{ type: "Ready", status: "True" }] },
      });
    }
  };

  /** Output of `ui` until it is ready; it is then stopped. */
  const ui = async (one: Scene): Promise<{ readonly stdout: string; readonly stderr: string }> => {
    const child = spawn(process.execPath, [TAPCTL, "ui", "--no-browser"], {
      cwd: one.root,
      env: one.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (stdout.includes("Press Ctrl-C to stop.")) child.kill("SIGINT");
    });
    await new Promise((resolve) => child.on("close", resolve));
    return { stdout, stderr };
  };
  const MINIO_CONSOLE =
    /^Console: http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}\nMinIO: http:\/\/localhost:\d+\n {2}user and password are in the keys rootUser and rootPassword of Secret minio\/minio-root\nPress Ctrl-C to stop\.\n$/;
  const [ofPipelines = [], , ofConsoles = []] = documentedRules();

  test("ui: it forwards the consoles that exist and shows where the credentials are", async (t) => {
    const one = await scene(t);
    withConsoles(one);
    one.api.remove("services", "argo-workflows-server");
    assert.match((await ui(one)).stdout, MINIO_CONSOLE);
  });

  test("ui: the rules in docs/operating.md suffice", async (t) => {
    const one = await scene(t);
    withConsoles(one);
    one.api.restrict({ pipelines: ofPipelines, argo: ofConsoles, minio: ofConsoles });
    const { stdout, stderr } = await ui(one);
    assert.match(
      stdout,
      /^Console: http:.*\nArgo Workflows: http:.*\n.*\nMinIO: http:.*\n.*\nPress Ctrl-C to stop\.\n$/,
    );
    assert.equal(stderr, "");
  });

  test("ui: without permission for the other consoles, it reports that and shows the pipelines", async (t) => {
    const one = await scene(t);
    withConsoles(one);
    one.api.restrict({ pipelines: ofPipelines, minio: ofConsoles });
    const { stdout, stderr } = await ui(one);
    assert.match(stdout, MINIO_CONSOLE);
    assert.equal(
      stderr,
      'Argo Workflows: You are not allowed to list services.\nMissing rule: verbs: ["list"], resources: ["services"], apiGroups: [""], in namespace "argo"\n',
    );
  });

  test("ui: without permission for the pipelines, it does not start", async (t) => {
    const one = await scene(t);
    one.api.restrict({
      pipelines: ofPipelines.filter(({ resources }) => !resources.includes("workflows")),
    });
    const { code, stderr } = await one.run("ui");
    assert.equal(code, 1);
    assert.match(stderr, /You are not allowed to list workflows\.\nMissing rule: /);
  });
});

/** Command, what it prints on standard error, exit code. */
const MISTAKES: readonly (readonly [string, string, RegExp, number])[] = [
  [
    "a pipeline that is not deployed",
    "run rates",
    /^"rates" is in the array but not deployed to namespace "pipelines" of the cluster "stand-in"\.\nDeploy it with: npx tapctl up\n$/,
    1,
  ],
  [
    "a flag of local runs",
    "run orders --offline",
    /^--offline cannot be used with --on cluster\.\nOmit it: a run on the cluster uses the deployed settings\.\n$/,
    2,
  ],
  [
    "--store",
    "--store x runs orders",
    /^--store cannot be used with --on cluster\.\nOmit --store: a cluster has its own object store\.\n$/,
    2,
  ],
  [
    "an unknown context",
    "status --context x",
    /^\S+kubeconfig: context "x" does not exist\.\nAvailable contexts: stand-in\n$/,
    2,
  ],
  [
    "a namespace without pipelines",
    "runs orders --namespace other",
    /^Namespace "other" of the cluster "stand-in" has no pipelines: its ConfigMap artifact-repositories with the key "singer" does not exist\.\nDeploy them with npx tapctl up, or choose another namespace or cluster with --namespace NAME or --context NAME\.\n$/,
    2,
  ],
  [
    "a pipeline without a run in progress",
    "cancel orders",
    /^"orders" has no run in progress\.\nList its runs with: npx tapctl runs orders\n$/,
    2,
  ],
  [
    "a pipeline without a stored extract",
    "retry orders",
    /^None of the last runs of "orders" has a stored extract\. Runs in stream mode store none/,
    2,
  ],
  [
    "an invalid date",
    "run orders --from yesterday",
    /^Invalid value for --from: "yesterday"\.\nUse a date such as 2026-01-31\.\n$/,
    2,
  ],
  [
    "--from with --full-refresh",
    "run orders --from 2026-01-01 --full-refresh",
    /^--from cannot be combined with --full-refresh, --keep-state or --state\.\nUse only one of them\.\n$/,
    2,
  ],
  [
    "--follow with several pipelines",
    "run orders rates --follow",
    /^--follow works with one pipeline\.\nName one pipeline, or omit --follow\.\n$/,
    2,
  ],
  [
    "a state option for a job",
    "run clean-up --full-refresh",
    /^"clean-up" is a job and has no state\.\nOmit --full-refresh, --keep-state, --state and --from\.\n$/,
    2,
  ],
  [
    "a tap without a window",
    "backfill orders --from 2026-01-01 --to 2026-02-01",
    /^"orders": tap-rest-api-msdk cannot read part of its history/,
    2,
  ],
  [
    "a check on a cluster",
    "check orders --on cluster",
    /^check only works locally\.\nOmit --on cluster\.\n$/,
    2,
  ],
  [
    "an invalid duration",
    "state reset orders --wait long",
    /^Invalid value for --wait: "long"\.\nUse a duration such as 90s or 10m\.\n$/,
    2,
  ],
  [
    "--watch with --json",
    "status --watch --json",
    /^--watch and --json cannot be used together\.\nOmit one of them\.\n$/,
    2,
  ],
  [
    "an unknown value of --on",
    "status --on mars",
    /^Invalid value for --on: "mars"\.\nUse local or cluster\.\n$/,
    2,
  ],
  [
    "a run without files",
    "artifacts orders 20260101T000000Z-000000",
    /^Run 20260101T000000Z-000000 of "orders" stored no files, or they were deleted\.\nList the runs with: npx tapctl runs orders\n$/,
    2,
  ],
  [
    "an invalid port",
    "ui --port high",
    /^Invalid value for --port: "high"\.\nUse a number from 1 to 65535, or 0 for a free port\.\n$/,
    2,
  ],
];

suite("tapctl on a cluster: usage errors", () => {
  for (const [what, line, printed, exit] of MISTAKES) {
    test(`tapctl ${line}: it rejects ${what}`, async (t) => {
      const { code, stderr, stdout } = await (await scene(t)).run(line);
      assert.match(stderr, printed);
      const [error = "", fix] = stderr.trim().split("\n");
      assert.deepEqual(
        stdout === "" ? undefined : (JSON.parse(stdout) as unknown),
        line.includes("--json") ? { error, fix } : undefined,
      );
      assert.equal(code, exit);
    });
  }

  test("permissions: the error names the missing rule", async (t) => {
    const one = await scene(t);
    one.api.forbid("get secrets");
    assert.equal(
      (await one.run("runs orders")).stderr,
      'You are not allowed to get secrets "object-store".\nMissing rule: verbs: ["get"], resources: ["secrets"], apiGroups: [""], resourceNames: ["object-store"], in namespace "pipelines"\n',
    );
    one.api.forbid("create workflows");
    assert.match(
      (await one.run("run orders")).stderr,
      /^You are not allowed to create workflows\.\nMissing rule: verbs: \["create"\]/,
    );
  });

  test("status: the error names a cluster that does not answer", async (t) => {
    const one = await scene(t);
    await one.api.stop();
    const { stderr, code } = await one.run("status");
    assert.match(
      stderr,
      /^No answer from the cluster at http:\/\/127\.0\.0\.1:\d+ \(context "stand-in"\): ECONNREFUSED/,
    );
    assert.equal(code, 1);
  });

  test("printed commands: they contain the options that .tapctl.yaml does not set", async (t) => {
    const one = await scene(t);
    const said = async (line: string) =>
      / in progress\.\nList its runs with: (npx tapctl .*)\n$/.exec(
        (await one.run(line)).stderr,
      )?.[1];
    assert.equal(
      await said("--on cluster --namespace pipelines cancel orders"),
      "npx tapctl runs orders --namespace pipelines",
    );
    writeFileSync(join(one.root, ".tapctl.yaml"), "namespace: pipelines\n");
    assert.equal(await said("cancel orders --on cluster"), "npx tapctl runs orders --on cluster");
    assert.equal(
      await said("cancel orders --on cluster --context stand-in"),
      "npx tapctl runs orders --on cluster --context stand-in",
    );
    assert.match(
      (await one.run("run orders --on cluster")).stderr,
      /^Follow it with: npx tapctl logs orders -f --on cluster\n$/,
    );
    assert.equal(await said("cancel orders"), "npx tapctl runs orders");
  });

  test(".tapctl.yaml: an invalid file is rejected with a hint", async (t) => {
    const one = await scene(t);
    const cases: readonly (readonly [string, RegExp])[] = [
      [
        "on: mars\n",
        /^Invalid value for .*\.tapctl\.yaml: on: "mars"\.\nUse local or cluster\.\n$/,
      ],
      [
        "contxt: x\n",
        /\.tapctl\.yaml: unknown setting "contxt"; did you mean "context"\?\nAllowed settings are on, context, namespace\.\n$/,
      ],
      [
        "on: cluster\nnamespace: 7\n",
        /\.tapctl\.yaml: namespace is 7, not a string\.\nSet it to a non-empty string\.\n$/,
      ],
      [
        "- on\n",
        /\.tapctl\.yaml: is not a mapping of settings\.\nAllowed settings are on, context, namespace, e\.g\. on: cluster\n$/,
      ],
      ["on: [\n", /\.tapctl\.yaml: cannot be read: /],
    ];
    for (const [text, printed] of cases) {
      writeFileSync(join(one.root, ".tapctl.yaml"), text);
      assert.match((await one.run("status")).stderr, printed);
    }
  });

  test("cluster commands and options: they are rejected in a local run", async (t) => {
    const one = await scene(t);
    assert.equal(
      (await one.run("--on local retry orders")).stderr,
      "retry needs a cluster.\nRun: npx tapctl retry --on cluster\n",
    );
    assert.equal(
      (await one.run("--on local status --context x")).stderr,
      "--context needs --on cluster.\nAdd --on cluster, or omit --context.\n",
    );
    assert.match(
      (await one.run("--on local run orders --follow")).stderr,
      /^--follow needs --on cluster\.\nFor a local run, use --verbose to show the logs\.\n$/,
    );
  });
});
