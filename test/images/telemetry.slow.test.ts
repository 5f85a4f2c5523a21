import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { ofRun, replicate } from "./lineage/workflow-run";
import { inWorkspace, PYTHON, request, start } from "./support";
import { metricsOf, receiver, spansOf } from "./telemetry/receiver";

const VERSION = "1.45.2";

test("telemetry: the published Protocol Buffers read the trace and the metrics", (t) =>
  inWorkspace(async (space) => {
    const venv = space.path("venv");
    execFileSync(PYTHON, ["-m", "venv", venv]);
    const python = join(venv, "bin", "python");
    execFileSync(python, ["-m", "pip", "install", "-q", `opentelemetry-proto==${VERSION}`]);
    const received = await receiver(t);
    await replicate(space, {});
    const committed = {
      candidate: space.path("candidate.json"),
      output: space.path("committed.json"),
      tapOutcome: "complete",
    };
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: received.url, no_proxy: "127.0.0.1" };
    await start([request("commit", ofRun(space), committed)], { env }).ended;
    const parsed = spawnSync(python, [join("test", "images", "telemetry", "messages.py")], {
      input: received.requests.map(({ body }) => `${JSON.stringify(body)}\n`).join(""),
      encoding: "utf8",
    });
    assert.equal(parsed.status, 0, parsed.stderr);
    assert.deepEqual(
      parsed.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as string[])
        .sort(),
      [spansOf(received), metricsOf(received)]
        .map((listed) => listed.map(({ name }) => name))
        .sort(),
    );
  }));
