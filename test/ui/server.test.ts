import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { suite, test } from "node:test";
import { UserError } from "../../src/common/errors";
import type { ConsoleActions } from "../../src/ui/actions";
import { serveLocally } from "../../src/ui/serve-locally";
import { openConsole, sampleSource } from "./support";

/** Actions that only record what they are asked for. */
function recorded(): ConsoleActions & { readonly taken: string[] } {
  const taken: string[] = [];
  return {
    taken,
    plan: ({ action }) =>
      Promise.resolve({ title: action, text: [], command: "npx tapctl", options: [] }),
    take: ({ action, pipeline, run }, options) => {
      taken.push([action, pipeline, run, ...options].join(" "));
      return pipeline === "broken"
        ? Promise.reject(new UserError("No such pipeline.", { fix: "Name another one." }))
        : Promise.resolve("done");
    },
  };
}

suite("console server: who may read", () => {
  test("console: without the session's cookie, every page and stream is rejected", async (t) => {
    const console = await openConsole(t, sampleSource(t));
    for (const path of ["/", "/running", "/pipelines/orders", "/events?page=/", "/log?run=x"])
      assert.equal((await console.ask(path)).status, 401, path);
    assert.equal((await console.ask("/?token=guessed")).status, 401);
    const forged = { cookie: console.cookie.replace(/.$/, "_") };
    assert.equal((await console.ask("/", { headers: forged })).status, 401);
    assert.equal((await console.read("/")).status, 200);
  });

  test("console: the token in its address is exchanged for a strict cookie that scripts cannot read", async (t) => {
    const console = await openConsole(t, sampleSource(t));
    const entered = await console.ask(new URL(console.url).pathname + new URL(console.url).search);
    const [cookie = ""] = entered.headers["set-cookie"] ?? [];
    assert.match(cookie, /^tapctl-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    assert.doesNotMatch(cookie, new RegExp(new URL(console.url).searchParams.get("token") ?? "-"));
    assert.match(entered.body, /<meta http-equiv="refresh" content="0;url=\/">/);
  });

  test("console: a host name that only resolves to this machine is rejected", async (t) => {
    const console = await openConsole(t, sampleSource(t));
    const { port } = new URL(console.origin);
    for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1"])
      assert.equal((await console.read("/", { headers: { host } })).status, 403, host);
    assert.equal((await console.read("/", { headers: { host: `localhost:${port}` } })).status, 200);
  });

  test("console: every answer forbids other sources, frames and caching", async (t) => {
    const console = await openConsole(t, sampleSource(t));
    for (const answer of [
      await console.read("/"),
      await console.ask("/"),
      await console.ask("/console.js"),
      await console.read("/nothing"),
    ]) {
      const policy = String(answer.headers["content-security-policy"]);
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'/);
      assert.doesNotMatch(policy, /unsafe|https?:|\*/);
      assert.equal(answer.headers["x-frame-options"], "DENY");
      assert.equal(answer.headers["x-content-type-options"], "nosniff");
      assert.equal(answer.headers["cache-control"], "no-store");
      assert.equal(answer.headers["access-control-allow-origin"], undefined);
    }
  });

  test("console: its pages contain no inline script, style or address of another server", async (t) => {
    const console = await openConsole(t, { ...sampleSource(t), links: [] });
    for (const path of ["/", "/running", "/timeline", "/next", "/schemas", "/pipelines/payments"]) {
      const { body } = await console.read(path);
      assert.doesNotMatch(body, /<script>|<style|\sstyle=|\son\w+=|javascript:/, path);
      assert.doesNotMatch(body, /(src|href|action)="?(https?:)?\/\//, path);
    }
  });

  test("console: unknown pages, methods and paths outside its files are rejected", async (t) => {
    const console = await openConsole(t, sampleSource(t));
    for (const path of [
      "/nothing",
      "/pipelines/nothing",
      "/../package.json",
      "/%2e%2e/package.json",
      "/pipelines/%E0%A4%A",
      "/__proto__",
    ])
      assert.equal((await console.read(path)).status, 404, path);
    for (const log of ["pipeline=..&run=20261125T120000Z-000000", "pipeline=payments&run=../x"])
      assert.equal((await console.read(`/log?${log}`)).status, 404, log);
    assert.equal((await console.read("/", { method: "DELETE" })).status, 405);
    assert.equal((await console.read("/events?page=//evil.example")).status, 400);
  });

  test("console: a port in use is one clear error", async (t) => {
    const other = createServer().listen(0, "127.0.0.1");
    t.after(() => other.close());
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    await assert.rejects(serveLocally({ source: sampleSource(t), port }), (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(
        error.message,
        `Port ${port} of 127.0.0.1 cannot be used (EADDRINUSE).\nChoose another port with --port, or stop the program that uses it.`,
      );
      return true;
    });
  });
});

suite("console server: who may change", () => {
  const RIGHTS = new Set(["run", "cancel"] as const);
  const RUN = { action: "run", pipeline: "payments" };

  test("console: it is read-only by default: no button, no token, and every change is rejected", async (t) => {
    const console = await openConsole(t, sampleSource(t));
    assert.doesNotMatch((await console.read("/pipelines/payments")).body, /data-action|csrf/);
    assert.equal((await console.change(RUN)).status, 403);
    assert.equal((await console.read("/plan?action=run&pipeline=payments")).status, 403);
  });

  test("console: a change from its own page is applied once, with the chosen options", async (t) => {
    const actions = recorded();
    const console = await openConsole(t, sampleSource(t), { rights: RIGHTS, actions });
    assert.match((await console.read("/pipelines/payments")).body, /data-action="run"/);
    const answer = await console.change({ ...RUN, options: ["fullRefresh", "unknown"] });
    assert.deepEqual([answer.status, answer.body], [200, '{"text":"done"}']);
    assert.deepEqual(actions.taken, ["run payments  fullRefresh"]);
  });

  test("console: a change from another page, or without the page's token, is rejected", async (t) => {
    const actions = recorded();
    const console = await openConsole(t, sampleSource(t), { rights: RIGHTS, actions });
    const refused = {
      "another origin": { origin: "http://evil.example" },
      "another port": { origin: "http://127.0.0.1:1" },
      "no origin": { origin: "" },
      "an opaque origin": { origin: "null" },
      "another site, as the browser reports": { "sec-fetch-site": "cross-site" },
      "no token": { "x-csrf": "" },
      "another token": { "x-csrf": "x".repeat(43) },
    };
    for (const [what, headers] of Object.entries(refused))
      assert.equal((await console.change(RUN, headers)).status, 403, what);
    assert.equal((await console.change(RUN, { "content-type": "text/plain" })).status, 415);
    assert.equal((await console.change(RUN, { cookie: "tapctl=x" })).status, 401);
    assert.deepEqual(actions.taken, []);
  });

  test("console: unknown actions, and those that its reader may not perform, are rejected", async (t) => {
    const actions = recorded();
    const console = await openConsole(t, sampleSource(t), { rights: RIGHTS, actions });
    for (const [body, status] of [
      [{ action: "suspend", pipeline: "payments" }, 403],
      [{ action: "constructor", pipeline: "payments" }, 400],
      [{ action: "run" }, 400],
      ["[]", 400],
      ["{", 400],
      [{ ...RUN, run: "x".repeat(70_000) }, 413],
    ] as const)
      assert.equal((await console.change(body)).status, status, JSON.stringify(body).slice(0, 60));
    assert.deepEqual(actions.taken, []);
  });

  test("console: a failed change is answered with the error of the command", async (t) => {
    const console = await openConsole(t, sampleSource(t), { rights: RIGHTS, actions: recorded() });
    const answer = await console.change({ action: "run", pipeline: "broken" });
    assert.equal(answer.status, 409);
    assert.deepEqual(JSON.parse(answer.body), { error: "No such pipeline.\nName another one." });
  });
});
