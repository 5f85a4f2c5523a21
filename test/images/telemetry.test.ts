import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ofRun, replicate, RUN, STARTED } from "./lineage/workflow-run";
import { inWorkspace, request, start, type Ended, type Workspace } from "./support";
import {
  metricsOf,
  receiver,
  spansOf,
  treeOf,
  valuesOf,
  type Receiver,
} from "./telemetry/receiver";

function environment({ url }: Pick<Receiver, "url">): NodeJS.ProcessEnv {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/`,
    OTEL_EXPORTER_OTLP_HEADERS: JSON.stringify({ Authorization: "Bearer key\n", "x-team": "data" }),
    OTEL_EXPORTER_OTLP_TIMEOUT: "5000",
    OTEL_RESOURCE_ATTRIBUTES: "service.namespace=pipelines,deployment.environment.name=a%2Cb",
    no_proxy: "127.0.0.1",
  };
}

/** The commit of the run in `space`, which ends the run. */
function commit(space: Workspace, env: NodeJS.ProcessEnv, more: object = {}): Promise<Ended> {
  const files = {
    candidate: space.path("candidate.json"),
    output: space.path("committed.json"),
    summary: space.path("summary.json"),
    tapOutcome: "complete",
  };
  return start([request("commit", ofRun(space), files, more)], { env }).ended;
}

/** The summary of a failed run. */
function fail(space: Workspace, env: NodeJS.ProcessEnv, message: string): Promise<Ended> {
  const failures = JSON.stringify(
    JSON.stringify([{ displayName: "follow-up", message, phase: "Failed" }]),
  );
  return start(
    [
      request("summary", ofRun(space), {
        status: "Failed",
        output: space.path("end.json"),
        committed: space.path("summary.json"),
      }),
    ],
    { env: { ...env, FAILURES: Buffer.from(failures).toString("base64") } },
  ).ended;
}

suite("telemetry", () => {
  test("telemetry: a run sends one trace with its steps and their attempts", (t) =>
    inWorkspace(async (space) => {
      const received = await receiver(t);
      await replicate(space, {});
      const { code, stderr } = await commit(space, environment(received));
      assert.deepEqual([code, stderr], [0, ""]);
      const spans = spansOf(received);
      assert.deepEqual(treeOf(spans), [
        [
          "run orders",
          "ok",
          ["extract", "ok", ["attempt 1", "ok"]],
          ["load", "ok", ["attempt 1", "ok"]],
          ["commit", "ok"],
        ],
      ]);
      const [root] = spans;
      assert.ok(root);
      assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 1);
      assert.match(root.traceId, /^[0-9a-f]{32}$/);
      for (const { spanId } of spans) assert.match(spanId, /^[0-9a-f]{16}$/);
      assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, spans.length);
      assert.equal(root.startTimeUnixNano, `${Date.parse(STARTED)}000000`);
      const { host, ...values } = valuesOf(root);
      assert.equal(host, "orders-x7");
      const size = values["bytes"];
      assert.ok(typeof size === "number" && size > 0);
      assert.deepEqual(values, {
        pipeline: "orders",
        run: RUN,
        mode: "artifact",
        trigger: "schedule",
        status: "succeeded",
        exit_code: 0,
        tap: "tap-postgres",
        "tap.version": "1",
        target: "target-postgres",
        "target.version": "1",
        records: 3,
        bytes: size,
        state_saved: true,
      });
      const load = spans.find(({ name }) => name === "load");
      const [stream] = load?.events ?? [];
      assert.ok(stream);
      assert.deepEqual(
        [valuesOf(stream)["stream"], valuesOf(stream)["records"]],
        ["public-orders", 3],
      );
    }));

  test("telemetry: sums are deltas of the run, and durations and times are gauges", (t) =>
    inWorkspace(async (space) => {
      const received = await receiver(t);
      await replicate(space, {});
      await commit(space, environment(received));
      const metrics = metricsOf(received);
      const kinds = metrics.map(({ name, sum, gauge }) => [
        name,
        sum ? `sum ${sum.aggregationTemporality}` : gauge && "gauge",
      ]);
      assert.deepEqual(kinds, [
        ["tapctl.runs", "sum 1"],
        ["tapctl.records", "sum 1"],
        ["tapctl.bytes", "sum 1"],
        ["tapctl.retries", "sum 1"],
        ["tapctl.run.duration", "gauge"],
        ["tapctl.last_success", "gauge"],
      ]);
      const points = new Map(
        metrics.map(({ name, sum, gauge }) => [name, (sum ?? gauge)?.dataPoints[0]]),
      );
      const records = points.get("tapctl.records");
      assert.ok(records);
      assert.deepEqual(
        [records.asInt, valuesOf(records)],
        [
          "3",
          {
            pipeline: "orders",
            mode: "artifact",
            tap: "tap-postgres",
            target: "target-postgres",
            stream: "public-orders",
          },
        ],
      );
      assert.equal(records.startTimeUnixNano, `${Date.parse(STARTED)}000000`);
      const ended = Number(points.get("tapctl.last_success")?.asInt) * 1000;
      assert.ok(Math.abs(ended - Date.now()) < 60_000);
    }));

  test("telemetry: requests have the headers and attributes of the environment", (t) =>
    inWorkspace(async (space) => {
      const received = await receiver(t);
      await replicate(space, {});
      await commit(space, environment(received));
      const paths = received.requests.map(({ path }) => path).sort();
      assert.deepEqual(paths, ["/v1/metrics", "/v1/traces"]);
      for (const { headers, body } of received.requests) {
        assert.deepEqual(
          [headers.authorization, headers["x-team"], headers["content-type"]],
          ["Bearer key", "data", "application/json"],
        );
        const [first] = Object.values(body as Record<string, readonly { resource: object }[]>);
        const resource = first?.[0]?.resource as Parameters<typeof valuesOf>[0];
        const values = valuesOf(resource);
        assert.deepEqual(
          [
            values["service.name"],
            values["service.namespace"],
            values["deployment.environment.name"],
          ],
          ["tapctl", "pipelines", "a,b"],
        );
      }
    }));

  test("telemetry: variables of a stack, with its prefix, replace those without", (t) =>
    inWorkspace(async (space) => {
      const received = await receiver(t);
      await replicate(space, {});
      const { no_proxy, ...variables } = environment(received);
      const prefixed = Object.entries(variables).map(([name, value]) => [`TAPCTL_${name}`, value]);
      const { stderr } = await commit(space, {
        no_proxy,
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
        ...(Object.fromEntries(prefixed) as NodeJS.ProcessEnv),
      });
      assert.equal(stderr, "");
      assert.deepEqual(
        received.requests.map(({ path, headers }) => `${path} ${headers.authorization}`).sort(),
        ["/v1/metrics Bearer key", "/v1/traces Bearer key"],
      );
    }));

  test("telemetry: a failed attempt and one that left no result are attempts of the trace", (t) =>
    inWorkspace(async (space) => {
      const received = await receiver(t);
      const attempt = async (number: number, steps: readonly unknown[]) => {
        const tap = {
          tapConnector: space.connector("tap", { name: "tap-postgres" }),
          tapConfig: space.write("tap-config.json", { steps }),
          result: space.path("tap-result.json"),
          outcome: space.path("outcome"),
          attempt: number,
          previous: space.path("tap-result.json"),
        };
        return start([request("extract", { directory: space.dir }, tap)]).ended;
      };
      await attempt(0, [["exit", 3]]);
      await attempt(2, [["exit", 4]]);
      await fail(space, environment(received), "extract: broke");
      const [root] = treeOf(spansOf(received)) as readonly (readonly unknown[])[];
      assert.deepEqual(root?.slice(0, 2), ["run orders", "follow-up: extract: broke"]);
      const [, , [name, error, ...attempts] = []] = root as readonly (readonly unknown[])[];
      assert.deepEqual(
        [name, error, attempts],
        [
          "extract",
          "tap-postgres exited with 4",
          [
            ["attempt 1", "tap-postgres exited with 3"],
            ["attempt 2", "left no result: it was killed, or its pod was lost"],
            ["attempt 3", "tap-postgres exited with 4"],
          ],
        ],
      );
    }));

  test("telemetry: a run with follow-ups is sent once, at its end", (t) =>
    inWorkspace(async (space) => {
      const received = await receiver(t);
      await replicate(space, {});
      const env = environment(received);
      await commit(space, env, { followUps: true });
      assert.equal(received.requests.length, 0);
      await fail(space, env, "main: Error (exit code 5)");
      const [root] = treeOf(spansOf(received)) as readonly (readonly unknown[])[];
      const error = "follow-up: main: Error (exit code 5); see its log";
      assert.deepEqual(root?.at(1), error);
      assert.deepEqual(root?.slice(-2), [
        ["commit", "ok"],
        ["follow-ups", error],
      ]);
      assert.ok(!metricsOf(received).some(({ name }) => name === "tapctl.last_success"));
    }));

  test("telemetry: a run that loads a stored extract again is sent once, by the exit handler", (t) =>
    inWorkspace(async (space) => {
      const received = await receiver(t);
      await replicate(space, {});
      const env = environment(received);
      const extract = { extract: "runs/orders/20261122T081502Z-000000/extract-1.jsonl" };
      await commit(space, env, extract);
      assert.equal(received.requests.length, 0);
      const summary = {
        status: "Succeeded",
        output: space.path("summary.json"),
        committed: space.path("summary.json"),
      };
      await start([request("summary", ofRun(space), extract, summary)], { env }).ended;
      assert.equal(received.requests.length, 2);
      const [root] = treeOf(spansOf(received)) as readonly (readonly unknown[])[];
      assert.deepEqual(root?.at(-1), ["commit", "ok"]);
    }));

  for (const [what, status, expected] of [
    ["rejects what it gets", 400, "HTTP 400"],
    ["is not reachable", -1, "connection failed: Connection refused"],
    ["does not answer", 0, "no response within 0.1 s"],
  ] as const)
    test(`telemetry: a receiver that ${what} is reported, and the step succeeds`, (t) =>
      inWorkspace(async (space) => {
        const received = await receiver(t, Math.max(0, status));
        const url = status < 0 ? "http://127.0.0.1:1" : received.url;
        await replicate(space, {});
        const timeout = status === 0 ? "100" : "5000";
        const env = { ...environment({ url }), OTEL_EXPORTER_OTLP_TIMEOUT: timeout };
        const { code, stderr } = await commit(space, env);
        assert.equal(code, 0);
        const reported = ["traces", "metrics"].map(
          (signal) => `runner | telemetry: ${signal} not delivered: ${expected}\n`,
        );
        assert.equal(stderr, reported.join(""));
      }));

  for (const [name, value, expected] of [
    ["OTEL_SDK_DISABLED", "true", []],
    ["OTEL_TRACES_EXPORTER", "none", ["/v1/metrics"]],
    ["OTEL_METRICS_EXPORTER", "none", ["/v1/traces"]],
  ] as const)
    test(`telemetry: ${name}=${value} turns off what it names`, (t) =>
      inWorkspace(async (space) => {
        const received = await receiver(t);
        await replicate(space, {});
        await commit(space, { ...environment(received), [name]: value });
        assert.deepEqual(
          received.requests.map(({ path }) => path),
          expected,
        );
      }));

  test("telemetry: a signal has an endpoint and headers of its own", (t) =>
    inWorkspace(async (space) => {
      const received = await receiver(t);
      await replicate(space, {});
      await commit(space, {
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${received.url}/own?x=1`,
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: "api-key=a%20b,other=c",
        no_proxy: "127.0.0.1",
      });
      assert.deepEqual(
        received.requests.map(({ path, headers }) => [path, headers["api-key"], headers["other"]]),
        [["/own?x=1", "a b", "c"]],
      );
    }));
});
