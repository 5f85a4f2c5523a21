import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { suite, test, type TestContext } from "node:test";
import { z } from "zod";
import { PLACEHOLDERS } from "../../src/model/validation/channels";
import { assertGolden } from "../manifests/golden";
import {
  inWorkspace,
  PYTHON,
  request,
  RUNNER,
  start,
  type Ended,
  type Fields,
  type Workspace,
} from "./support";

const FIXTURES = join(process.cwd(), "test", "images");
const ROUTING_KEY = "R0123456789abcdef0123456789abcde";

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** A service on this machine; `answer` responds to the requests in order, and the last one to all later ones. */
async function service(t: TestContext, ...answer: readonly ((response: ServerResponse) => void)[]) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (part: Buffer) => (text += part.toString()));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      received.push({ method, path: url, headers, body: JSON.parse(text) as unknown });
      const respond = answer[received.length - 1] ?? answer.at(-1);
      if (respond) respond(response);
      else response.writeHead(202).end("ok");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function respond(status: number, headers: { readonly [name: string]: string } = {}) {
  return (response: ServerResponse) => response.writeHead(status, headers).end("secret-response");
}

/** An error as a hostile database could report it. */
const HOSTILE = `<!channel> <https://evil.example|click> [x](https://evil.example) **bold** \`\`\`\u0000\u001b[31m & "q" {{pipeline}}\r\nBcc: x@evil.example`;

function failures(message: string): NodeJS.ProcessEnv {
  const step = {
    displayName: "load",
    message,
    phase: "Failed",
    finishedAt: "2026-11-23T08:00:00Z",
  };
  const quoted = JSON.stringify(JSON.stringify([step]));
  return { FAILURES: Buffer.from(quoted).toString("base64") };
}

function notify(
  space: Workspace,
  channels: readonly object[] | string,
  event: "started" | "succeeded" | "failed",
  { fields = {}, env = {} }: { readonly fields?: Fields; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  const common: Fields = {
    event,
    on: ["started", "failed", "recovered"],
    pipeline: "orders",
    run: "20261123T081502Z-4f2a9c",
    namespace: "pipelines",
    workflow: "orders-x7",
    owner: "data & <b>friends</b>",
    link: "https://argo.example.com/workflows/pipelines/orders-x7?a=1&b=<2|3>",
    seconds: "75",
    result: space.write("result.json", {
      records: { a: 1200 },
      leftOut: ["1 line that is not JSON: <a>"],
    }),
    failing: space.path("failing.json"),
    marker: space.path("marker.json"),
  };
  const text = typeof channels === "string" ? channels : JSON.stringify(channels);
  return start([request("notify", common, fields)], {
    env: { CHANNELS: text, no_proxy: "127.0.0.1", ...failures(HOSTILE), ...env },
  }).ended;
}

test("channels: secrets that are existing Kubernetes Secrets are read from files, and a missing one stops only its channel", () =>
  inWorkspace(async (space) => {
    const paths: string[] = [];
    mkdirSync(space.path("secrets"));
    const server = createServer((message, response) => {
      paths.push(`${message.url} ${String(message.headers["x-token"])}`);
      message.resume().on("end", () => response.end());
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    space.write("secrets/hook-url", `${url}\n`);
    space.write("secrets/hook-token", "t0ken");
    const inSecret = (name: string) => ({
      $secret: name,
      kubernetes: { name: "team", key: name },
    });
    const ended = await notify(
      space,
      [
        { kind: "slack", webhook: inSecret("gone") },
        {
          kind: "webhook",
          url: inSecret("hook-url"),
          headers: { "X-Token": inSecret("hook-token") },
        },
      ],
      "failed",
      { env: { CHANNEL_SECRETS: space.path("secrets") } },
    );
    server.close();
    assert.deepEqual(paths, ["/hook t0ken"]);
    assert.equal(ended.code, 0);
    assert.match(
      ended.stderr,
      /notification to slack failed: secret "gone" of channel slack: key "gone" of the Kubernetes Secret "team" does not exist/,
    );
  }));

test("schema changed: a pipeline that watches schemas is notified of a success, one that does not is not", () =>
  inWorkspace(async (space) => {
    const received: string[] = [];
    const server = createServer((message, response) => {
      message.setEncoding("utf8").on("data", (text: string) => received.push(text));
      message.on("end", () => response.end());
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const change = { stream: "orders", text: "column discount added (number|null)" };
    for (const policy of ["load", "warn"])
      await notify(space, [{ kind: "webhook", url }], "succeeded", {
        fields: {
          on: ["failed"],
          result: space.write("changed.json", { schemaChanges: [{ ...change, policy }] }),
        },
      });
    server.close();
    assert.equal(received.length, 1);
    const body = JSON.parse(received[0] ?? "") as { event: string; text: string };
    assert.equal(body.event, "schema changed");
    assert.match(
      body.text,
      /:warning: orders schema changed[^]*schema changed: orders: column discount added \(number\|null\)/,
    );
  }));

test("slot at risk: a successful run whose slot retains too much sends a notification", () =>
  inWorkspace(async (space) => {
    const received: string[] = [];
    const server = createServer((message, response) => {
      message.setEncoding("utf8").on("data", (text: string) => received.push(text));
      message.on("end", () => response.end());
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    for (const problem of [null, "replication slot orders retains 3.0 MB of WAL"])
      await notify(space, [{ kind: "webhook", url }], "succeeded", {
        fields: {
          on: ["failed"],
          tapResult: space.write("tap.json", { slots: [{ slot: "orders", problem }] }),
        },
      });
    server.close();
    assert.equal(received.length, 1);
    const body = JSON.parse(received[0] ?? "") as { event: string; text: string };
    assert.equal(body.event, "slot at risk");
    assert.match(
      body.text,
      /orders slot at risk[^]*replication slot orders retains 3\.0 MB of WAL/,
    );
  }));

test("undelivered: what does not reach a channel is kept until everything is delivered", () =>
  inWorkspace(async (space) => {
    const server = createServer((message, response) => {
      message.resume().on("end", () => response.end());
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const fields = { on: ["failed"], undelivered: space.path("undelivered.json") };
    const closed = { kind: "webhook", url: "ftp://nowhere" };
    await notify(space, [{ kind: "webhook", url }, closed], "failed", { fields });
    const kept = space.json("undelivered.json") as { event: string; failures: string[] };
    assert.deepEqual(
      [kept.event, kept.failures],
      ["failed", ["webhook: its address is not an http or https URL"]],
    );
    await notify(space, [{ kind: "webhook", url }], "failed", { fields });
    server.close();
    assert.equal(space.text("undelivered.json").trim(), "{}");
  }));

/** Reports a failure, and then the recovery. */
async function failAndRecover(space: Workspace, channel: object, fields: Fields = {}) {
  const failed = await notify(space, [channel], "failed", { fields });
  space.write("failing.json", { failing: true });
  const recovered = await notify(space, [channel], "succeeded", { fields });
  return [failed, recovered];
}

function assertValid(name: string, body: unknown): void {
  const text = readFileSync(join(FIXTURES, "channels", `${name}.schema.json`), "utf8");
  const schema = z.fromJSONSchema(JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0]);
  const { error } = schema.safeParse(body);
  assert.equal(error, undefined, `${name}: ${error?.message}\n${JSON.stringify(body, null, 2)}`);
}

function golden(name: string, received: readonly Received[]): void {
  const shown = received.map(({ method, path, headers, body }) => ({
    method,
    path,
    ...(headers.authorization !== undefined && { authorization: headers.authorization }),
    contentType: headers["content-type"],
    body,
  }));
  assertGolden(`channels/${name}.json`, `${JSON.stringify(shown, null, 2)}\n`);
}

suite("notification channels", () => {
  const services = [
    { name: "slack", channel: (url: string) => ({ kind: "slack", webhook: `${url}/hook\n` }) },
    { name: "teams", channel: (url: string) => ({ kind: "teams", webhook: `${url}/hook` }) },
    {
      name: "pagerduty",
      channel: (url: string) => ({
        kind: "pagerduty",
        routingKey: `${ROUTING_KEY}\n`,
        severity: "critical",
        url: `${url}/v2/enqueue`,
      }),
    },
    {
      name: "opsgenie",
      channel: (url: string) => ({ kind: "opsgenie", apiKey: "key", url, scope: "prod" }),
    },
    {
      name: "webhook",
      channel: (url: string) => ({
        kind: "webhook",
        url,
        headers: { Authorization: "Bearer token\n", "X-Team": "data" },
        body: {
          content: "{{title}}: {{error}}",
          records: "{{records}}",
          list: ["{{ leftOut }}", "no {{nothing}} here", 1.5, true, null],
          key: "{{key}}",
          status: "{{status}}",
          text: "{{text}}",
        },
      }),
    },
  ];
  const schemaOf = (name: string, place: number) =>
    name === "opsgenie" ? ["opsgenie-create", "opsgenie-close"][place] : name;

  for (const { name, channel } of services) {
    test(`${name}: a failure and the recovery have the format of the service`, (t) =>
      inWorkspace(async (space) => {
        const { received, url } = await service(t);
        const ended = await failAndRecover(space, channel(url));
        assert.deepEqual(
          ended.map(({ code, stderr, stdout }) => [code, stderr, stdout]),
          [
            [0, "", `sent notification to ${name}: failed\n`],
            [0, "", `sent notification to ${name}: recovered\n`],
          ],
        );
        golden(name, received);
        if (name !== "webhook")
          received.forEach(({ body }, place) => assertValid(String(schemaOf(name, place)), body));
      }));

    test(`${name}: long and hostile texts stay within the limits of the service`, (t) =>
      inWorkspace(async (space) => {
        const { received, url } = await service(t);
        const fields: Fields = {
          pipeline: `<!here>${"&".repeat(400)}`,
          owner: "\u{1f600}<".repeat(3000),
          result: space.write("long.json", {
            records: { a: 1 },
            leftOut: Array.from({ length: 300 }, () => `&<>${"\ud800"}${"x".repeat(100)}`),
          }),
        };
        const { stderr } = await notify(space, [channel(url)], "failed", {
          fields,
          env: failures(`${"<&>".repeat(500)}\n`.repeat(20)),
        });
        assert.equal(stderr, "");
        const [first] = received;
        if (name !== "webhook") assertValid(String(schemaOf(name, 0)), first?.body);
        if (name === "teams") assert.ok(JSON.stringify(first?.body).length < 21_000);
      }));
  }

  test("incidents: the failure and the recovery have the same key, and a start sends nothing", (t) =>
    inWorkspace(async (space) => {
      const { received, url } = await service(t);
      const channels = services
        .filter(({ name }) => name === "pagerduty" || name === "opsgenie")
        .map(({ channel }) => channel(url));
      const { stdout } = await notify(space, channels, "started");
      assert.deepEqual([stdout, received.length], ["", 0]);
      for (const channel of channels) await failAndRecover(space, channel);
      const bodies = received.map(({ body }) => body as { readonly [name: string]: string });
      assert.equal(bodies[0]?.["dedup_key"], "tapctl:pipelines:orders");
      assert.equal(bodies[1]?.["dedup_key"], bodies[0]?.["dedup_key"]);
      assert.equal(bodies[2]?.["alias"], "tapctl:prod:orders");
      assert.equal(received[3]?.path.split("?")[0], "/v2/alerts/tapctl%3Aprod%3Aorders/close");
    }));

  test("webhook: the placeholders that validation knows are those that the runner fills", () =>
    inWorkspace((space) => {
      const result = space.write("result.json", {
        records: { a: 1 },
        leftOut: ["a line"],
        schemaChanges: [{ stream: "a", text: "column b added", policy: "warn" }],
        slots: [{ slot: "a", problem: "replication slot a does not exist" }],
      });
      const script = `import json, sys, types
sys.path.insert(0, ${JSON.stringify(join(RUNNER, ".."))})
from runner.channel_webhook import values
from runner.notify import notice
texts = "pipeline owner run workflow namespace link".split()
args = types.SimpleNamespace(**dict.fromkeys(texts, "x"), seconds="1", result=sys.argv[1], tap_result=sys.argv[1])
print(json.dumps(sorted(values(notice("failed", args, {"FAILURES": "eA=="})))))`;
      const known = execFileSync(PYTHON, ["-B", "-c", script, result], { encoding: "utf8" });
      assert.deepEqual(JSON.parse(known), [...PLACEHOLDERS].sort());
    }));

  test("webhook: without a template, it sends the fields and a text in Slack's format", (t) =>
    inWorkspace(async (space) => {
      const { received, url } = await service(t);
      await notify(space, [{ kind: "webhook", url }], "failed");
      await notify(space, url, "failed");
      assert.deepEqual(received[0]?.body, received[1]?.body);
      const body = received[0]?.body as { readonly [name: string]: unknown };
      assert.match(String(body["text"]), /^:x: orders failed .*&lt;!channel&gt;/s);
      assert.equal(body["records"], 1200);
    }));
});

suite("delivery of notifications", () => {
  const slack = (url: string) => ({ kind: "slack", webhook: `${url}/secret-path` });

  test("delivery: a request to a busy service is retried after the time that it requests", (t) =>
    inWorkspace(async (space) => {
      const { received, url } = await service(
        t,
        respond(429, { "Retry-After": "1" }),
        respond(503),
        respond(200),
      );
      const { stdout, stderr } = await notify(space, [slack(url)], "failed");
      assert.deepEqual(
        [stdout, stderr, received.length],
        ["sent notification to slack: failed\n", "", 3],
      );
    }));

  for (const [what, status, headers, requests, reason] of [
    ["three busy answers", 500, {}, 3, "HTTP 500"],
    ["a rejected request", 403, {}, 1, "HTTP 403"],
    ["a redirect", 302, { Location: "http://127.0.0.1:1/" }, 1, "HTTP 302"],
    ["a long wait", 429, { "Retry-After": "3600" }, 1, "HTTP 429, and requests a wait of 3,600 s"],
    [
      "a wait until a date",
      429,
      { "Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT" },
      1,
      /HTTP 429, and requests a wait of [\d,]+ s/,
    ],
  ] as const)
    test(`delivery: it gives up after ${what}, reports it, and shows no secret`, (t) =>
      inWorkspace(async (space) => {
        const { received, url } = await service(t, respond(status, headers));
        const { code, stderr } = await notify(space, [slack(url)], "failed");
        assert.equal(code, 0);
        if (typeof reason === "string")
          assert.equal(stderr, `runner | notification to slack failed: ${reason}\n`);
        else assert.match(stderr, reason);
        assert.ok(!stderr.includes("secret-"));
        assert.equal(received.length, requests);
      }));

  test("delivery: a channel that fails does not affect the others", (t) =>
    inWorkspace(async (space) => {
      const { received, url } = await service(t);
      const { code, stdout, stderr } = await notify(
        space,
        [
          { kind: "carrier-pigeon" },
          { kind: "slack" },
          { kind: "teams", webhook: "file:///etc/passwd" },
          slack("http://127.0.0.1:1"),
          slack(url),
        ],
        "failed",
      );
      assert.deepEqual([code, received.length], [0, 1]);
      assert.equal(stdout, "sent notification to slack: failed\n");
      assert.equal(
        stderr,
        [
          "carrier-pigeon failed: 'carrier-pigeon' is missing or unknown",
          "slack failed: 'webhook' is missing or unknown",
          "teams failed: its address is not an http or https URL",
          "slack failed: connection failed: Connection refused",
          "",
        ]
          .map((line) => line && `runner | notification to ${line}`)
          .join("\n"),
      );
    }));

  test("delivery: requests use the proxy of the environment", (t) =>
    inWorkspace(async (space) => {
      const { received, url } = await service(t);
      const { stdout } = await notify(space, [slack("http://hooks.invalid")], "failed", {
        env: { http_proxy: url, no_proxy: "" },
      });
      assert.equal(stdout, "sent notification to slack: failed\n");
      assert.equal(received[0]?.path, "http://hooks.invalid/secret-path");
    }));
});

interface Session {
  readonly from: string;
  readonly rcpt: readonly string[];
  readonly tls: boolean;
  readonly user: string | null;
  readonly password: string | null;
  readonly message: string;
}

/** A certificate of 127.0.0.1 with its key, in one file. */
function certificate(space: Workspace): string {
  const path = space.path("server.pem");
  execFileSync(
    "openssl",
    [
      ..."req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext".split(" "),
      "subjectAltName=IP:127.0.0.1",
      ...["-keyout", path, "-out", space.path("authority.pem")],
    ],
    { stdio: "ignore" },
  );
  space.write(
    "server.pem",
    `${readFileSync(path, "utf8")}${readFileSync(space.path("authority.pem"), "utf8")}`,
  );
  return path;
}

async function smtp(t: TestContext, kind: string, pem: string, rcpt = "250") {
  const server = spawn(PYTHON, ["-B", join(FIXTURES, "smtp-server.py"), kind, pem, rcpt], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => server.kill("SIGKILL"));
  const sessions: Session[] = [];
  const lines = createInterface({ input: server.stdout });
  const [port] = (await once(lines, "line")) as [string];
  lines.on("line", (line) => sessions.push(JSON.parse(line) as Session));
  return { port: Number(port), sessions };
}

suite("e-mail", () => {
  const email = (port: number, more: object = {}) => ({
    kind: "email",
    host: "127.0.0.1",
    port,
    from: "Data platform <data@example.com>",
    to: ["a@example.com", "Oncall <b@example.com>"],
    ...more,
  });
  const login = { user: "etl", password: "right" };

  for (const [security, more] of [
    ["none", { security: "none" }],
    ["starttls", login],
    ["tls", { security: "tls", ...login }],
  ] as const)
    test(`e-mail: with security ${security}, it reaches all recipients as plain text`, (t) =>
      inWorkspace(async (space) => {
        const { port, sessions } = await smtp(t, security, certificate(space));
        const { code, stdout, stderr } = await notify(space, [email(port, more)], "failed", {
          env: { SSL_CERT_FILE: space.path("authority.pem") },
        });
        assert.deepEqual([code, stdout, stderr], [0, "sent notification to email: failed\n", ""]);
        const [session] = sessions;
        assert.deepEqual(
          [session?.from, session?.rcpt, session?.tls, session?.user],
          [
            "<data@example.com>",
            ["<a@example.com>", "<b@example.com>"],
            security !== "none",
            security === "none" ? null : "etl",
          ],
        );
        const text = (session?.message ?? "")
          .replace(/^Date: .*$/m, "Date: (now)")
          .replace(/^Message-ID: <[^@]*@/m, "Message-ID: <(id)@")
          .replaceAll("\r\n", "\n");
        if (security === "none") assertGolden("channels/email.txt", text);
        assert.ok(!/^Bcc:/im.test(text.split("\n\n")[0] ?? ""));
      }));

  for (const [what, kind, more, env, reason] of [
    [
      "a certificate that is not trusted",
      "starttls",
      {},
      {},
      "TLS failed: CERTIFICATE_VERIFY_FAILED",
    ],
    [
      "a server without STARTTLS",
      "none",
      {},
      {},
      "the server does not support STARTTLS or authentication",
    ],
    [
      "a wrong password",
      "tls",
      { security: "tls", user: "etl", password: "wrong" },
      { trusted: true },
      "SMTP 535: user or password refused",
    ],
  ] as const)
    test(`e-mail: it reports ${what}`, (t) =>
      inWorkspace(async (space) => {
        const { port, sessions } = await smtp(t, kind, certificate(space));
        const { code, stderr } = await notify(space, [email(port, more)], "failed", {
          ...("trusted" in env && { env: { SSL_CERT_FILE: space.path("authority.pem") } }),
        });
        assert.deepEqual(
          [code, stderr, sessions.length],
          [0, `runner | notification to email failed: ${reason}\n`, 0],
        );
      }));

  test("e-mail: it reports recipients that the server refuses", (t) =>
    inWorkspace(async (space) => {
      const { port } = await smtp(t, "none", "", "550");
      const { stderr } = await notify(space, [email(port, { security: "none" })], "failed");
      assert.equal(
        stderr,
        "runner | notification to email failed: the server refused all recipients\n",
      );
    }));
});
