import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { silences, silentSince } from "../../src/cluster/silence";
import type { KubernetesApi } from "../support/kubernetes-api";
import { metadata, standIn, workflow } from "./support";

const NOW = new Date("2026-11-25T13:00:00Z");
const NOTE = "runner | tap-orders has sent nothing for 20 min, since 2026-11-25T12:30:05.250Z";
const ARGO = 'time=2026-11-25T12:50:06.126Z level=INFO msg="capturing logs" argo=true error=<nil>';

/** Adds a running Workflow with a pod whose containers have written some lines so far. */
function addRun(
  api: KubernetesApi,
  logs: { readonly [container: string]: readonly string[] },
  {
    name = "orders-1",
    step = "artifact[0].extract(0)",
    created = "2026-11-25T12:00:00Z",
    ended = [] as readonly string[],
  } = {},
) {
  const containers = Object.keys(logs);
  api.put("pods", {
    metadata: metadata(`${name}-pod`, "orders", {
      labels: {
        "workflows.argoproj.io/workflow": name,
        "workflows.argoproj.io/completed": "false",
      },
      annotations: { "workflows.argoproj.io/node-name": `${name}.${step}` },
    }),
    spec: { containers: containers.map((container) => ({ name: container, image: "x" })) },
    status: {
      containerStatuses: containers.map((container) => ({
        name: container,
        state: ended.includes(container) ? { terminated: { exitCode: 0 } } : { running: {} },
      })),
    },
  });
  const before = api.onLog;
  api.onLog = (pod, container, query, response) => {
    if (pod !== `${name}-pod`) return before(pod, container, query, response);
    response.end(
      (logs[container] ?? [])
        .slice(-Number(query.get("tailLines")))
        .map(
          (line, index) => `2026-11-25T12:50:${String(10 + index).padStart(2, "0")}.000Z ${line}\n`,
        )
        .join(""),
    );
  };
  return workflow(name, "orders", "Running", [], { creationTimestamp: created });
}

const logsAsked = (api: KubernetesApi) =>
  api.seen.filter(({ url }) => url.includes("/log?")).length;

async function sinceOf(
  t: TestContext,
  add: (api: KubernetesApi) => ReturnType<typeof workflow>,
): Promise<{ readonly since: string | undefined; readonly api: KubernetesApi }> {
  const { api, connect } = await standIn(t);
  const found = await silences(await connect(), [add(api)], NOW);
  return { since: found.get("orders-1"), api };
}

suite("silent runs on a cluster", () => {
  const cases: readonly (readonly [
    string,
    Parameters<typeof addRun>[1],
    Parameters<typeof addRun>[2],
    string | undefined,
  ])[] = [
    [
      "the runner's last line contains the start",
      { main: ["tap | starts", NOTE], wait: [] },
      {},
      "2026-11-25T12:30:05.250Z",
    ],
    [
      "Argo's own lines do not end the silence",
      { main: [NOTE, ARGO] },
      {},
      "2026-11-25T12:30:05.250Z",
    ],
    [
      "a later line of the connector ends the silence",
      { main: [NOTE, "tap | 3 of 7 pages"] },
      {},
      undefined,
    ],
    [
      "a later line of the runner ends the silence",
      { main: [NOTE, "runner | tap-orders continues after 21 min"] },
      {},
      undefined,
    ],
    [
      "a line of a connector that looks like the runner's does not count",
      { main: [NOTE.replace("runner", "tap")] },
      {},
      undefined,
    ],
    [
      "in stream mode, either container counts",
      {
        tap: ["tap | starts"],
        target: ["runner | target-x has read nothing for 5 min, since 2026-11-25T12:45:00.000Z"],
      },
      { step: "stream[0].stream(0)" },
      "2026-11-25T12:45:00.000Z",
    ],
    ["a container that has ended is not silent", { main: [NOTE] }, { ended: ["main"] }, undefined],
    ["an empty log is not silent", { main: [] }, {}, undefined],
  ];
  for (const [title, logs, options, expected] of cases) {
    test(`silence: ${title}`, async (t) =>
      assert.equal((await sinceOf(t, (api) => addRun(api, logs, options))).since, expected));
  }

  test("silence: runs of less than five minutes are not checked", async (t) => {
    const { since, api } = await sinceOf(t, (one) =>
      addRun(one, { main: [NOTE] }, { created: "2026-11-25T12:56:00Z" }),
    );
    assert.equal(since, undefined);
    assert.deepEqual(
      api.seen.filter(({ url }) => /pods/.test(url)),
      [],
    );
  });

  for (const rule of ["list pods", "get pods/log"]) {
    test(`silence: without permission to ${rule}, no run is shown as silent`, async (t) => {
      const { since } = await sinceOf(t, (api) => {
        api.forbid(rule);
        return addRun(api, { main: [NOTE] });
      });
      assert.equal(since, undefined);
    });
  }

  test("silence: many runs need one list of pods and the end of each log", async (t) => {
    const { api, connect } = await standIn(t);
    const runs = Array.from({ length: 40 }, (_, index) =>
      addRun(
        api,
        {
          main: [
            ...Array.from({ length: 50 }, () => "tap | works"),
            ...(index % 2 === 0 ? [NOTE] : []),
          ],
          wait: [],
        },
        { name: `orders-${index}` },
      ),
    );
    const found = await silences(await connect(), runs, NOW);
    assert.equal(found.size, 20);
    assert.equal(api.seen.filter(({ url }) => /\/pods\?/.test(url)).length, 1);
    assert.equal(logsAsked(api), 40);
    assert.ok(api.seen.every(({ url }) => !url.includes("/log?") || /tailLines=20\b/.test(url)));
  });

  test("silence: the runner's messages are those that status looks for", () => {
    const script = `
import sys, types
sys.path.insert(0, ${JSON.stringify(join(__dirname, "..", "..", "images", "singer"))})
from runner import idle
now = [0.0]
idle.time.monotonic = lambda: now[0]
idle.time.time = lambda: 1764072000.5 + now[0]
lines = []
session = types.SimpleNamespace(args=types.SimpleNamespace(idle_timeout_seconds=0), log=types.SimpleNamespace(line=lambda source, text: lines.append(source + " | " + text)))
signs = [0]
watch = idle.Idle(session, "tap-orders", "sent", lambda: (signs[0],), lambda fault: None)
for seconds in (0, 200, 299): now[0] = seconds; watch.look()
lines.append("nothing so far")
for seconds in (300, 599, 600): now[0] = seconds; watch.look()
signs[0] += 1
now[0] = 660; watch.look()
now[0] = 700; watch.look()
print("\\n".join(lines))
`;
    const lines = execFileSync("python3", ["-c", script], { encoding: "utf8" }).trim().split("\n");
    assert.deepEqual(lines, [
      "nothing so far",
      "runner | tap-orders has sent nothing for 5 min, since 2025-11-25T12:00:00.500Z",
      "runner | tap-orders has sent nothing for 10 min, since 2025-11-25T12:00:00.500Z",
      "runner | tap-orders continues after 11 min",
    ]);
    assert.deepEqual(
      lines.map((line) => silentSince(line.replace("runner | ", ""))),
      [undefined, "2025-11-25T12:00:00.500Z", "2025-11-25T12:00:00.500Z", undefined],
    );
  });
});
