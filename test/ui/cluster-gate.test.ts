import assert from "node:assert/strict";
import { request } from "node:http";
import { suite, test, type TestContext } from "node:test";
import { clusterGate } from "../../src/ui/cluster-gate";
import { serveConsole } from "../../src/ui/server";
import { connectTo } from "../../src/cluster/connection";
import type { ConsoleActions } from "../../src/ui/actions";
import { startKubernetesApi, type KubernetesApi } from "../support/kubernetes-api";
import { sampleSource, type Answer, type Ask } from "./support";

const READ = [
  { apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["list"] },
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
];
const CHANGE = [
  { apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["create"] },
  { apiGroups: ["argoproj.io"], resources: ["cronworkflows"], verbs: ["patch"] },
];

interface Scene {
  readonly api: KubernetesApi;
  readonly taken: readonly string[];
  readonly origin: string;
  readonly ask: (path: string, options?: Ask) => Promise<Answer>;
  /** Lets the remembered permissions expire. */
  readonly later: () => void;
}

/** A console on a cluster that knows the token `good`. */
async function scene(t: TestContext, mayChange = true): Promise<Scene> {
  const api = await startKubernetesApi();
  api.knows = (authorization) => authorization === "Bearer good";
  const taken: string[] = [];
  let time = 0;
  const actionsOf = (): ConsoleActions => ({
    plan: ({ pipeline }) =>
      Promise.resolve({ title: pipeline, text: [], command: "", options: [] }),
    take: ({ action }) => (taken.push(action), Promise.resolve(action)),
  });
  const server = await serveConsole({
    source: sampleSource(t),
    gate: clusterGate({
      connect: (token) =>
        connectTo({
          context: "in-cluster",
          namespace: "pipelines",
          cluster: { server: api.url },
          user: { token },
          folders: { cluster: "", user: "" },
        }),
      actionsOf,
      mayChange,
      now: () => time,
    }),
    address: "127.0.0.1",
    port: 0,
    isHost: () => true,
  });
  t.after(async () => {
    server.close();
    await api.stop();
  });
  const origin = `http://127.0.0.1:${server.port}`;
  const ask = (path: string, { method = "GET", headers = {}, body }: Ask = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const sent = request(origin + path, { method, headers, agent: false }, (response) => {
        let text = "";
        response
          .setEncoding("utf8")
          .on("data", (part: string) => (text += part))
          .on("end", () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
          );
      });
      sent.on("error", reject).end(body);
    });
  return { api, taken, origin, ask, later: () => void (time += 61_000) };
}

const AS = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

suite("console on a cluster: who may read", () => {
  test("gate: without a token, only the login form is served", async (t) => {
    const { ask } = await scene(t);
    for (const path of ["/", "/pipelines/payments", "/events?page=/", "/log?pipeline=payments"]) {
      const { status, body } = await ask(path);
      assert.equal(status, 401, path);
      assert.match(body, /<form method="post" action="\/login"/);
      assert.doesNotMatch(body, /payments/);
    }
    assert.equal((await ask("/healthz")).body, "ok");
  });

  test("gate: the API server decides about a token: unknown, without permission, with it", async (t) => {
    const { api, ask, later } = await scene(t);
    assert.equal((await ask("/", AS("forged"))).status, 403);
    api.restrict({ pipelines: [] });
    assert.equal((await ask("/", AS("good"))).status, 403);
    later();
    api.restrict({ pipelines: READ });
    const { status, body } = await ask("/pipelines/payments", AS("good"));
    assert.equal(status, 200);
    assert.doesNotMatch(body, /data-action/, "who may only read has no buttons");
  });

  test("gate: a revoked permission ends access within a minute", async (t) => {
    const { api, ask, later } = await scene(t);
    api.restrict({ pipelines: READ });
    assert.equal((await ask("/", AS("good"))).status, 200);
    api.restrict({ pipelines: [] });
    later();
    assert.equal((await ask("/", AS("good"))).status, 403);
  });

  test("gate: a token is entered once and becomes a strict cookie that does not contain it", async (t) => {
    const { ask, origin } = await scene(t);
    const form = { method: "POST", headers: { origin } };
    assert.equal((await ask("/login", { ...form, body: "token=forged" })).status, 403);
    const foreign = { method: "POST", headers: { origin: "http://evil.example" } };
    assert.equal((await ask("/login", { ...foreign, body: "token=good" })).status, 403);
    const { status, headers } = await ask("/login", { ...form, body: "token=good" });
    const [set = ""] = headers["set-cookie"] ?? [];
    assert.equal(status, 303);
    assert.match(set, /^tapctl-console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    const [cookie = ""] = set.split(";");
    assert.equal((await ask("/", { headers: { cookie } })).status, 200);
    assert.equal((await ask("/", { headers: { cookie: "tapctl-console=x" } })).status, 401);
  });
});

suite("console on a cluster: who may change", () => {
  const act = async ({ ask, origin }: Scene, action: string) => {
    const page = await ask("/", AS("good"));
    const csrf = /name="csrf" content="([^"]+)"/.exec(page.body)?.[1] ?? "";
    return ask("/actions", {
      method: "POST",
      headers: {
        ...AS("good").headers,
        origin,
        "content-type": "application/json",
        "x-csrf": csrf,
      },
      body: JSON.stringify({ action, pipeline: "payments" }),
    });
  };

  test("gate: each action needs the permissions of its verb", async (t) => {
    const one = await scene(t);
    one.api.restrict({ pipelines: [...READ, ...CHANGE] });
    assert.equal((await act(one, "run")).status, 200);
    assert.equal((await act(one, "suspend")).status, 200);
    assert.equal((await act(one, "cancel")).status, 403, "it needs patch and delete");
    assert.equal((await act(one, "rollback")).status, 403, "it needs the keys of the bucket");
    assert.deepEqual(one.taken, ["run", "suspend"]);
  });

  test("gate: without the setting, no reader may change anything", async (t) => {
    const one = await scene(t, false);
    one.api.restrict({ pipelines: [...READ, ...CHANGE] });
    assert.equal((await act(one, "run")).status, 403);
    assert.doesNotMatch((await one.ask("/pipelines/payments", AS("good"))).body, /data-action/);
  });
});
