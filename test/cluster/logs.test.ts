import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { ApiError } from "../../src/cluster/api-errors";
import type { Connection } from "../../src/cluster/connection";
import { followWorkflow } from "../../src/cluster/follow";
import { FOLLOW_UP_ANNOTATION } from "../../src/manifests/argo/names";
import { loggedContainers, parsePodLine } from "../../src/cluster/pod-logs";
import { podLogs } from "../../src/cluster/run-logs";
import { stepOf, stepText } from "../../src/cluster/steps";
import type { KubernetesApi } from "../support/kubernetes-api";
import { metadata, standIn, workflow } from "./support";

function pod(name: string, node: string, containers: readonly string[], running: boolean) {
  return {
    metadata: metadata(name, "orders", {
      labels: { "workflows.argoproj.io/workflow": "orders-1" },
      annotations: { "workflows.argoproj.io/node-name": node },
    }),
    spec: { containers: containers.map((container) => ({ name: container, image: "x" })) },
    status: {
      containerStatuses: containers.map((container) => ({
        name: container,
        state: running ? { running: {} } : { terminated: { exitCode: 0 } },
      })),
    },
  };
}

test("steps: name and attempt come from the name of a node", () => {
  assert.deepEqual(stepOf("orders-1.artifact[0].extract(1)[0].extract"), {
    name: "extract",
    attempt: 2,
  });
  assert.deepEqual(stepOf("orders-1.stream[0].stream(1)[0].replicate"), {
    name: "replicate",
    attempt: 2,
  });
  assert.deepEqual(stepOf("orders-1.artifact[1].load(0)"), { name: "load", attempt: 1 });
  assert.deepEqual(stepOf("orders-1.follow-ups[0].follow-up(0:name:dbt)"), {
    name: "follow-up",
    attempt: 1,
  });
  assert.deepEqual(stepOf("orders-1.onExit"), { name: "onExit", attempt: 1 });
  assert.equal(
    stepText({ name: "orders-1.artifact[0].extract(1)[0].extract" }),
    "extract, attempt 2",
  );
  assert.equal(
    stepText({
      name: "orders-1.follow-ups[0].follow-up(1)[0].follow-up",
      inputs: {
        parameters: [
          { name: "run", value: "x" },
          { name: "name", value: "dbt" },
        ],
      },
    }),
    'follow-up "dbt", attempt 2',
  );
});

test("pod log lines: they are split into time, source and text, without Argo's own lines", () => {
  assert.deepEqual(parsePodLine("2026-11-25T12:00:00.5Z tap | INFO starts", "x"), {
    stamp: "2026-11-25T12:00:00.500000000Z",
    time: "2026-11-25T12:00:00.500Z",
    source: "tap",
    text: "INFO starts",
  });
  assert.deepEqual(parsePodLine("2026-11-25T12:00:00.123456789Z plain", "target"), {
    stamp: "2026-11-25T12:00:00.123456789Z",
    time: "2026-11-25T12:00:00.123Z",
    source: "target",
    text: "plain",
  });
  assert.equal(parsePodLine("no time", "x"), undefined);
  assert.equal(
    parsePodLine(
      '2026-11-25T21:21:39.129Z time=2026-11-25T21:21:39.126Z level=INFO msg="sub-process exited" argo=true error=<nil>',
      "tap",
    ),
    undefined,
    "Argo's own",
  );
});

test("pod logs: those of connectors, the runner and follow-ups are read", () => {
  const followUp = pod("d", "orders-1.artifact[4].follow-ups[0].follow-up(0)", ["main"], true);
  const found = loggedContainers([
    pod("a", "orders-1.artifact[0].extract(0)", ["main", "wait"], true),
    pod("b", "orders-1.stream[0].stream(0)", ["tap", "target", "main", "wait"], true),
    pod("c", "orders-1.onExit.notify-failed", ["main"], true),
    {
      ...followUp,
      metadata: {
        ...followUp.metadata,
        annotations: { ...followUp.metadata.annotations, [FOLLOW_UP_ANNOTATION]: "dbt" },
      },
    },
  ] as never);
  assert.deepEqual(
    found.map(({ pod: name, container, source }) => [name, container, source]),
    [
      ["a", "main", "tap"],
      ["b", "tap", "tap"],
      ["b", "target", "target"],
      ["b", "main", "runner"],
      ["d", "main", "dbt"],
    ],
  );
});

suite("following a run", () => {
  const end = (api: KubernetesApi, phase: "Succeeded" | "Failed") => {
    api.put("workflows", workflow("orders-1", "orders", phase, [{ displayName: "extract(0)" }]));
    for (const one of api.all("pods"))
      api.put("pods", {
        ...one,
        status: { containerStatuses: [{ name: "main", state: { terminated: { exitCode: 0 } } }] },
      });
  };

  test("follow: lines arrive as they are written, and a new connection repeats none", async (t) => {
    const { api, connect } = await standIn(t);
    api.put(
      "workflows",
      workflow("orders-1", "orders", "Running", [{ displayName: "extract(0)", phase: "Running" }]),
    );
    api.put(
      "pods",
      pod("orders-1-extract", "orders-1.artifact[0].extract(0)", ["main", "wait"], true),
    );
    const requests: (string | null)[] = [];
    const line = (second: number) =>
      `2026-11-25T12:00:0${second}.000000001Z tap | line ${second}\n`;
    api.onLog = (_pod, _container, query, response: ServerResponse) => {
      requests.push(query.get("sinceTime"));
      if (requests.length === 1) {
        response.write(line(1) + line(2));
        setTimeout(() => api.cut(), 50);
        return;
      }
      // The server counts whole seconds, so that the last line is repeated.
      response.write(line(2) + line(3));
      setTimeout(() => (end(api, "Succeeded"), response.end()), 50);
    };
    const lines: string[] = [];
    const progress: string[] = [];
    const ended = await followWorkflow(
      await connect(),
      "orders-1",
      {
        line: ({ source, text }) => lines.push(`${source}: ${text}`),
        progress: (text) => progress.push(text),
      },
      { signal: new AbortController().signal, pollMs: 20 },
    );
    assert.equal(ended?.status?.phase, "Succeeded");
    assert.deepEqual(lines, ["tap: line 1", "tap: line 2", "tap: line 3"]);
    assert.deepEqual(requests, [null, "2026-11-25T12:00:02Z"]);
    assert.equal(progress[0], "extract: running");
  });

  test("follow: a line is shown within a second", async (t) => {
    const { api, connect } = await standIn(t);
    api.put("workflows", workflow("orders-1", "orders", "Running"));
    let written = 0;
    api.onLog = (_pod, _container, _query, response) =>
      void response.write(`${new Date(written).toISOString()} tap | hello\n`);
    const stop = new AbortController();
    let shown = 0;
    const following = followWorkflow(
      await connect(),
      "orders-1",
      { line: () => ((shown = Date.now()), stop.abort()), progress: () => undefined },
      { signal: stop.signal },
    );
    await pause(900);
    written = Date.now();
    api.put("pods", pod("orders-1-extract", "orders-1.artifact[0].extract(0)", ["main"], true));
    assert.equal(await following, undefined);
    assert.ok(shown - written < 1000, `${shown - written} ms`);
  });

  test("follow: it continues after connection errors, and ends if the Workflow is deleted", async (t) => {
    const { api, connect } = await standIn(t);
    api.put("workflows", workflow("orders-1", "orders", "Running"));
    const progress: string[] = [];
    const connection = await connect();
    let failures = 2;
    const flaky = {
      ...connection,
      ask: <T>(request: Parameters<typeof connection.ask>[0]) =>
        failures-- > 0
          ? Promise.reject<T>(new Error("socket hang up"))
          : connection.ask<T>(request),
    };
    const report = (text: string) => {
      progress.push(text);
      if (text === "connected again") api.remove("workflows", "orders-1");
    };
    await assert.rejects(
      followWorkflow(
        flaky,
        "orders-1",
        { line: () => undefined, progress: report },
        { signal: new AbortController().signal, pollMs: 10 },
      ),
      {
        message:
          "orders-1 is no longer on the cluster: it was deleted.\nList the stored runs with: npx tapctl runs PIPELINE",
      },
    );
    assert.deepEqual(progress, ["connection lost: socket hang up; retrying", "connected again"]);
  });

  const running = (api: KubernetesApi) => {
    api.put("workflows", workflow("orders-1", "orders", "Running"));
    api.put("pods", pod("orders-1-extract", "orders-1.artifact[0].extract(0)", ["main"], true));
  };
  const follow = async (connect: () => Promise<Connection>, shown: string[]) =>
    followWorkflow(
      await connect(),
      "orders-1",
      { line: ({ text }) => shown.push(text), progress: (text) => shown.push(text) },
      { signal: new AbortController().signal, pollMs: 10 },
    );

  test("follow: it continues after a long outage of the API, also for logs", async (t) => {
    const { api, connect } = await standIn(t);
    running(api);
    const requests = () => api.seen.filter(({ url }) => url.includes("/log?")).length;
    let logs = 0;
    api.onLog = (_pod, _container, _query, response) => {
      if ((logs += 1) > 1)
        return void response.end("2026-11-25T12:00:02Z two\n", () => end(api, "Succeeded"));
      response.write("2026-11-25T12:00:01Z one\n");
      setTimeout(() => {
        api.away = true;
        api.cut();
      }, 30);
    };
    // A request that breaks off is sent three times.
    const back = setInterval(() => (api.away &&= requests() < 3 * 65), 1);
    t.after(() => clearInterval(back));
    const shown: string[] = [];
    assert.equal((await follow(connect, shown))?.status?.phase, "Succeeded");
    assert.deepEqual(
      shown
        .filter((text) => /^(one|two)$|^connect/.test(text))
        .map((text) => text.split(":")[0])
        .sort(),
      ["connected again", "connection lost", "one", "two"],
    );
  });

  for (const [rule, message] of [
    [
      "get pods/log",
      'You are not allowed to get pods "orders-1-extract".\nMissing rule: verbs: ["get"], resources: ["pods/log"], apiGroups: [""], in namespace "pipelines"',
    ],
    [
      "get pods",
      'You are not allowed to get pods "orders-1-extract".\nMissing rule: verbs: ["get"], resources: ["pods"], apiGroups: [""], in namespace "pipelines"',
    ],
    [
      "list pods",
      'You are not allowed to list pods.\nMissing rule: verbs: ["list"], resources: ["pods"], apiGroups: [""], in namespace "pipelines"',
    ],
  ] as const) {
    test(`follow: without permission to ${rule}, it ends with the missing rule`, async (t) => {
      const { api, connect } = await standIn(t);
      running(api);
      api.forbid(rule);
      const shown: string[] = [];
      await assert.rejects(follow(connect, shown), { message, exitCode: 1 });
      assert.deepEqual(shown, []);
    });
  }

  test("follow: without lines, it requests no logs and needs no permission for them", async (t) => {
    const { api, connect } = await standIn(t);
    running(api);
    api.forbid("list pods");
    setTimeout(() => end(api, "Succeeded"), 50);
    const ended = await followWorkflow(
      await connect(),
      "orders-1",
      { progress: () => undefined },
      { signal: new AbortController().signal, pollMs: 10 },
    );
    assert.equal(ended?.status?.phase, "Succeeded");
  });

  test("follow: a pod that its node cannot start is one line with the node's error", async (t) => {
    const { api, connect } = await standIn(t);
    api.put(
      "workflows",
      workflow("orders-1", "orders", "Running", [{ phase: "Pending", message: "PodInitializing" }]),
    );
    api.put("pods", {
      metadata: metadata("orders-1-extract", "orders", {
        labels: { "workflows.argoproj.io/workflow": "orders-1" },
      }),
      spec: { containers: [] },
      status: { phase: "Pending" },
    });
    let count = 0;
    const happen = () =>
      api.put("events", {
        metadata: metadata("first", "orders"),
        type: "Warning",
        reason: "FailedCreatePodSandBox",
        message: `failed to setup network for sandbox "${(count += 1)}"`,
        lastTimestamp: new Date().toISOString(),
        involvedObject: { kind: "Pod", name: "orders-1-extract" },
      });
    const happening = setInterval(happen, 50);
    happen();
    setTimeout(() => end(api, "Failed"), 600);
    const shown: string[] = [];
    await follow(connect, shown);
    clearInterval(happening);
    const [problem, ...others] = shown.filter((text) => text.startsWith("pod "));
    assert.match(
      problem ?? "",
      /^pod orders-1-extract cannot start: FailedCreatePodSandBox: failed to setup network for sandbox "\d+"$/,
    );
    assert.deepEqual(others, []);
  });

  test("follow: it continues if the API is busy", async (t) => {
    const { api, connect } = await standIn(t);
    running(api);
    const connection = await connect();
    let busy = 2;
    const ask: Connection["ask"] = (request) =>
      busy-- > 0 ? Promise.reject(new ApiError(429, "too many requests")) : connection.ask(request);
    api.onLog = (_pod, _container, _query, response) => (end(api, "Succeeded"), response.end());
    const shown: string[] = [];
    assert.equal(
      (await follow(() => Promise.resolve({ ...connection, ask }), shown))?.status?.phase,
      "Succeeded",
    );
    assert.deepEqual(shown.slice(0, 2), [
      "connection lost: too many requests; retrying",
      "connected again",
    ]);
  });

  test("follow: it ends with the run if a log cannot be read, and reports the gap", async (t) => {
    const { api, connect } = await standIn(t);
    running(api);
    api.onLog = (_pod, _container, _query, response) =>
      void response.writeHead(500).end('{"message":"no node"}');
    setTimeout(() => end(api, "Failed"), 1000);
    const shown: string[] = [];
    assert.equal((await follow(connect, shown))?.status?.phase, "Failed");
    assert.match(
      shown.at(-1) ?? "",
      /^cannot read the rest of the log of orders-1-extract, main: .* answered 500 to get pods "orders-1-extract": no node$/,
    );
  });
});

test("pod logs: lines of all connectors or of one are merged by time", async (t) => {
  const { api, connect } = await standIn(t);
  api.put("pods", pod("orders-1-extract", "orders-1.artifact[0].extract(0)", ["main"], false));
  api.put("pods", pod("orders-1-load", "orders-1.artifact[1].load(0)", ["main"], false));
  api.onLog = (name, _container, _query, response) =>
    void response.end(
      name.endsWith("load")
        ? "2026-11-25T12:00:02Z target | two\n"
        : "2026-11-25T12:00:01Z tap | one\n2026-11-25T12:00:03Z runner | three\n",
    );
  const connection = await connect();
  const text = async (sources: readonly string[]) =>
    (await podLogs(connection, "orders-1", sources, assert.fail)).map(
      ({ source, text: said }) => `${source} ${said}`,
    );
  assert.deepEqual(await text(["tap", "target"]), ["tap one", "target two", "runner three"]);
  assert.deepEqual(await text(["target"]), ["target two"]);
});

suite("pod logs that cannot be read", () => {
  const twoPods = (api: KubernetesApi) => {
    api.put("pods", pod("orders-1-extract", "orders-1.artifact[0].extract(0)", ["main"], false));
    api.put("pods", pod("orders-1-load", "orders-1.artifact[1].load(0)", ["main"], false));
  };

  test("pod logs: a missing permission is an error", async (t) => {
    const { api, connect } = await standIn(t);
    twoPods(api);
    api.forbid("get pods/log");
    await assert.rejects(
      podLogs(await connect(), "orders-1", ["tap", "target"], assert.fail),
      /You are not allowed to get pods ".*"\.\nMissing rule: verbs: \["get"\], resources: \["pods\/log"\]/,
    );
  });

  test("pod logs: if one log cannot be read, the others are shown and the gap is reported", async (t) => {
    const { api, connect } = await standIn(t);
    twoPods(api);
    api.onLog = (name, _container, _query, response) =>
      name.endsWith("load")
        ? response.end("2026-11-25T12:00:02Z two\n")
        : response.writeHead(500).end('{"message":"no node"}');
    const gaps: string[] = [];
    const lines = await podLogs(await connect(), "orders-1", ["tap", "target"], (text) =>
      gaps.push(text),
    );
    assert.deepEqual(
      lines.map(({ text }) => text),
      ["two"],
    );
    assert.match(
      gaps.join(),
      /^cannot read the log of orders-1-extract, main: .* answered 500 to get pods "orders-1-extract": no node$/,
    );
  });
});
