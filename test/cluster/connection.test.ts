import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import { accessOf } from "../../src/cluster/access";
import { connect } from "../../src/cluster/connection";
import { followWorkflow } from "../../src/cluster/follow";
import { chooseContext } from "../../src/cluster/kubeconfig";
import { forwardService } from "../../src/cluster/port-forward";
import { DEPLOYMENTS, NAMESPACES, pathOf, PODS, WORKFLOWS } from "../../src/cluster/resources";
import { runIdOf } from "../../src/cluster/run-id";
import { createWorkflow, getWorkflow, listWorkflows } from "../../src/cluster/workflows";
import { isRunId } from "../../src/store/keys";
import { metadata, standIn, workflow } from "./support";

test("API paths: names are escaped, and cluster-wide resources have no namespace", () => {
  assert.equal(
    pathOf({ resource: WORKFLOWS, namespace: "pipelines", name: "orders-1" }),
    "/apis/argoproj.io/v1alpha1/namespaces/pipelines/workflows/orders-1",
  );
  assert.equal(
    pathOf({ resource: PODS, namespace: "a", name: "b/../c", subresource: "log" }),
    "/api/v1/namespaces/a/pods/b%2F..%2Fc/log",
  );
  assert.equal(pathOf({ resource: DEPLOYMENTS }), "/apis/apps/v1/deployments");
  assert.equal(pathOf({ resource: NAMESPACES, namespace: "a", name: "b" }), "/api/v1/namespaces/b");
});

test("run ID of a Workflow: it has the form of a local run's ID", () => {
  const run = runIdOf({
    creationTimestamp: "2026-11-23T08:15:02Z",
    uid: "4f2a9c01-0000-4000-8000-000000000000",
  });
  assert.equal(run, "20261123T081502Z-4f2a9c");
  assert.ok(isRunId(run));
});

suite("list requests", () => {
  test("list requests: they read page by page, and only metadata", async (t) => {
    const { api, connect: open } = await standIn(t);
    for (let number = 0; number < 1203; number += 1)
      api.put("workflows", workflow(`orders-${number}`, "orders", "Succeeded"));
    api.put("workflows", { metadata: { name: "someone-elses", namespace: "pipelines" } });
    const found = await listWorkflows(await open());
    assert.equal(found.length, 1203);
    assert.deepEqual(Object.keys(found[0] ?? {}), ["metadata"]);
    const lists = api.seen.filter(({ url }) => url.includes("/workflows?"));
    assert.deepEqual(
      lists.map(({ url }) => new URL(url, "http://x").searchParams.get("continue")),
      [null, "500", "1000"],
    );
    assert.ok(lists.every(({ accept }) => accept.includes("PartialObjectMetadataList")));
  });
});

suite("API errors", () => {
  test("API errors: the error of a forbidden request names the missing rule", async (t) => {
    const { api, connect: open } = await standIn(t);
    api.forbid("list workflows");
    await assert.rejects(listWorkflows(await open()), {
      message:
        'You are not allowed to list workflows.\nMissing rule: verbs: ["list"], resources: ["workflows"], apiGroups: ["argoproj.io"], in namespace "pipelines"',
      exitCode: 1,
    });
  });

  test("API errors: the error names an object that does not exist", async (t) => {
    const { connect: open } = await standIn(t);
    await assert.rejects(getWorkflow(await open(), "gone"), {
      message:
        'workflows "gone" does not exist in namespace "pipelines".\nCheck the name and the namespace.',
    });
  });

  test("API errors: a cluster that does not answer is named with its context", async (t) => {
    const { api, connect: open } = await standIn(t);
    const connection = await open();
    await api.stop();
    await assert.rejects(listWorkflows(connection), {
      message: `No answer from the cluster at ${api.url} (context "stand-in"): ECONNREFUSED.\nCheck that it is running, or choose another one with --context NAME.`,
      exitCode: 1,
    });
  });
});

suite("kubeconfig", () => {
  const folder = (t: TestContext) => {
    const made = mkdtempSync(join(tmpdir(), "tapctl-kubeconfig-"));
    t.after(() => rmSync(made, { recursive: true, force: true }));
    return made;
  };
  const using = (t: TestContext, text: string | undefined): string => {
    const file = join(folder(t), "config");
    if (text !== undefined) writeFileSync(file, text);
    const before = process.env.KUBECONFIG;
    process.env.KUBECONFIG = file;
    t.after(() =>
      before === undefined ? delete process.env.KUBECONFIG : (process.env.KUBECONFIG = before),
    );
    return file;
  };
  const good = {
    clusters: [{ name: "c", cluster: { server: "https://c:6443" } }],
    users: [{ name: "u", user: { token: "t" } }],
    contexts: [
      { name: "a", context: { cluster: "c", user: "u", namespace: "etl" } },
      { name: "b", context: { cluster: "d", user: "u" } },
    ],
  };

  test("kubeconfig: a missing file, an invalid file and an unknown context are errors", async (t) => {
    const file = using(t, undefined);
    await assert.rejects(connect({}), {
      message: `No kubeconfig: ${file} does not exist.\nSet KUBECONFIG, or run locally with --on local.`,
    });
    writeFileSync(file, "a: [");
    await assert.rejects(connect({}), /config: is not a valid kubeconfig: /);
    writeFileSync(file, "text");
    await assert.rejects(
      connect({}),
      /config: is not a valid kubeconfig: it has neither clusters nor contexts\.\nFix the file, or set KUBECONFIG to another one\./,
    );
    writeFileSync(file, JSON.stringify(good));
    await assert.rejects(
      connect({}),
      /config: no current context is set\.\nChoose one with --context NAME: a, b$/,
    );
    await assert.rejects(
      connect({ context: "x" }),
      /config: context "x" does not exist\.\nAvailable contexts: a, b$/,
    );
    await assert.rejects(
      connect({ context: "b" }),
      /config: the cluster of context "b" is not defined or has no server\.\nFix the kubeconfig, or choose another context with --context NAME\.$/,
    );
  });

  test("kubeconfig: the namespace comes from the context unless one is given", async (t) => {
    using(t, JSON.stringify(good));
    assert.equal((await connect({ context: "a" })).namespace, "etl");
    assert.equal((await connect({ context: "a", namespace: "other" })).namespace, "other");
  });

  test("kubeconfig: certificates and tokens are used unchanged, also from files", async (t) => {
    const file = using(t, undefined);
    writeFileSync(join(file, "..", "token"), "from-file\n");
    writeFileSync(join(file, "..", "ca.pem"), "CA");
    const user = {
      "client-certificate-data": Buffer.from("CERT").toString("base64"),
      "client-key-data": Buffer.from("KEY").toString("base64"),
      tokenFile: "token",
    };
    writeFileSync(
      file,
      JSON.stringify({
        ...good,
        clusters: [
          {
            name: "c",
            cluster: {
              server: "https://c:6443",
              "certificate-authority": "ca.pem",
              "tls-server-name": "name",
            },
          },
        ],
        users: [{ name: "u", user }],
      }),
    );
    const options: { [name: string]: unknown } = {};
    await (await accessOf(chooseContext("a"))).applyToHTTPSOptions(options);
    assert.deepEqual(
      [
        String(options["ca"]),
        String(options["cert"]),
        String(options["key"]),
        options["servername"],
        options["headers"],
      ],
      ["CA", "CERT", "KEY", "name", { Authorization: "Bearer from-file" }],
    );
  });

  test("kubeconfig: credentials of an exec plugin are used", async (t) => {
    using(
      t,
      JSON.stringify({
        ...good,
        users: [
          {
            name: "u",
            user: {
              exec: {
                apiVersion: "client.authentication.k8s.io/v1",
                command: "echo",
                args: [
                  '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"of-the-program"}}',
                ],
                interactiveMode: "Never",
              },
            },
          },
        ],
      }),
    );
    const options: { headers?: { readonly [name: string]: string } } = {};
    await (await accessOf(chooseContext("a"))).applyToHTTPSOptions(options);
    assert.equal(options.headers?.["Authorization"], "Bearer of-the-program");
  });
});

suite("expired tokens", () => {
  const USERS: readonly (readonly [string, (file: string) => object])[] = [
    ["in a file", (tokenFile) => ({ tokenFile })],
    [
      "of an exec plugin",
      (file) => ({
        exec: {
          apiVersion: "client.authentication.k8s.io/v1",
          command: "cat",
          args: [file],
          interactiveMode: "Never",
        },
      }),
    ],
  ];
  const credential = (token: string, kind: string) =>
    kind === "in a file"
      ? token
      : JSON.stringify({
          apiVersion: "client.authentication.k8s.io/v1",
          kind: "ExecCredential",
          status: { token },
        });

  for (const [kind, user] of USERS) {
    test(`expired token ${kind}: it is read again once, also for parallel requests`, async (t) => {
      const { api, kubeconfig, connect: open } = await standIn(t);
      api.put("workflows", workflow("orders-1", "orders", "Running"));
      const file = join(kubeconfig, "..", "token");
      writeFileSync(file, credential("old", kind));
      const config = JSON.parse(readFileSync(kubeconfig, "utf8")) as object;
      writeFileSync(
        kubeconfig,
        JSON.stringify({ ...config, users: [{ name: "tester", user: user(file) }] }),
      );
      let good = "old";
      let refused = 0;
      api.knows = (authorization) => authorization === `Bearer ${good}` || ((refused += 1), false);
      const connection = await open();
      await getWorkflow(connection, "orders-1");
      good = "new";
      writeFileSync(file, credential("new", kind));
      await Promise.all([
        getWorkflow(connection, "orders-1"),
        getWorkflow(connection, "orders-1"),
        createWorkflow(connection, { metadata: { name: "orders-2" } }),
      ]);
      assert.equal(refused, 3);
      await getWorkflow(connection, "orders-2");
      assert.equal(refused, 3, "kept from then on");
    });
  }

  test("expired token: a second rejection is one error", async (t) => {
    const { api, connect: open } = await standIn(t);
    api.knows = () => false;
    const connection = await open();
    const message = `${api.url} rejected your credentials: the kubeconfig user is not logged in, or its certificate or token has expired.\nLog in to the cluster again.`;
    await assert.rejects(getWorkflow(connection, "orders-1"), { message, exitCode: 1 });
    assert.equal(api.seen.length, 2);
    const following = { signal: new AbortController().signal, pollMs: 10 };
    await assert.rejects(
      followWorkflow(
        connection,
        "orders-1",
        { line: () => undefined, progress: assert.fail },
        following,
      ),
      { message, exitCode: 1 },
    );
    assert.equal(api.seen.length, 4);
  });
});

test("API responses: a truncated response is an error, compressed or not", async (t) => {
  const { kubeconfig, connect: open } = await standIn(t);
  let encoding = "identity";
  const server = createServer((_request, response) => {
    const body = JSON.stringify({ metadata: { name: "orders-1".repeat(10_000) } });
    response.writeHead(200, { "content-encoding": encoding, "content-length": 1_000_000 });
    response.write((encoding === "gzip" ? gzipSync(body) : Buffer.from(body)).subarray(0, 50), () =>
      setTimeout(() => response.destroy(), 20),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => void (server.closeAllConnections(), server.close()));
  writeFileSync(
    kubeconfig,
    readFileSync(kubeconfig, "utf8").replace(
      /http:\/\/127\.0\.0\.1:\d+/,
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ),
  );
  for (encoding of ["identity", "gzip"])
    await assert.rejects(
      getWorkflow(await open(), "orders-1"),
      /No answer from the cluster at .*: ECONNRESET\.\nCheck that it is running/,
    );
});

suite("port forwarding", () => {
  const service = { name: "minio", namespace: "minio", port: 9000 };

  test("port forwarding: it connects to a ready pod of the Service", async (t) => {
    const { api, connect: open } = await standIn(t);
    const server = createServer((request, response) => response.end(`hello ${request.url}`));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => void (server.closeAllConnections(), server.close()));
    api.forwardTo = (server.address() as AddressInfo).port;
    api.put("services", {
      metadata: { name: "minio", namespace: "minio" },
      spec: { selector: { app: "minio" }, ports: [{ port: 9000, targetPort: "http" }] },
    });
    const pod = (name: string, ready: string) => ({
      metadata: { name, namespace: "minio", labels: { app: "minio" } },
      spec: {
        containers: [{ name: "minio", image: "x", ports: [{ name: "http", containerPort: 9999 }] }],
      },
      status: { conditions: [{ type: "Ready", status: ready }] },
    });
    api.put("pods", pod("minio-0", "False"));
    api.put("pods", pod("minio-1", "True"));
    const forward = await forwardService(await open(), service);
    t.after(() => forward.close());
    for (const path of ["/a", "/b"])
      assert.equal(
        await (await fetch(`http://127.0.0.1:${forward.port}${path}`)).text(),
        `hello ${path}`,
      );
    assert.match(
      api.seen.find(({ method }) => method === "UPGRADE")?.url ?? "",
      /\/namespaces\/minio\/pods\/minio-1\/portforward\?ports=9999$/,
    );
  });

  test("port forwarding: a Service without a ready pod and a missing permission are errors", async (t) => {
    const { api, connect: open } = await standIn(t);
    const connection = await open();
    api.put("services", {
      metadata: { name: "minio", namespace: "minio" },
      spec: { selector: { app: "minio" }, ports: [{ port: 9000 }] },
    });
    await assert.rejects(forwardService(connection, service), {
      message:
        "No pod of Service minio/minio is ready.\nCheck its pods with: kubectl get pods -n minio",
    });
    api.put("pods", {
      metadata: metadata("minio-0", "-", { namespace: "minio", labels: { app: "minio" } }),
      spec: { containers: [] },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    });
    api.forbid("create pods/portforward");
    await assert.rejects(forwardService(connection, service), {
      message:
        'You are not allowed to forward ports.\nMissing rule: verbs: ["create"], resources: ["pods/portforward"], apiGroups: [""], in namespace "minio", plus the verb "get"',
    });
  });
});
