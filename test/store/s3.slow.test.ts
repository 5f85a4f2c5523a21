import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createServer, request, RequestListener } from "node:http";
import { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { UserError } from "../../src/common/errors";
import { openFolder } from "../../src/store/folder";
import { openS3 } from "../../src/store/s3";
import { s3Error } from "../../src/store/s3-errors";
import { PAGE, S3Server, startS3Server } from "../support/s3-server";
import { COMPILED } from "../support/command";
import { temporaryFolder } from "./stores";

/** Runs work against a small HTTP server. */
async function withServer(
  listener: RequestListener,
  work: (endpoint: string) => Promise<void>,
): Promise<void> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  try {
    await new Promise((resolve) => server.once("listening", resolve));
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const isUserError = (pattern: RegExp, exitCode: number) => (error: unknown) => {
  assert.ok(error instanceof UserError, String(error));
  assert.match(error.message, pattern);
  assert.doesNotMatch(error.problem, /\n/);
  assert.equal(error.exitCode, exitCode);
  return true;
};

describe("S3 store", () => {
  let server: S3Server;
  const folder = temporaryFolder();
  before(async () => {
    server = await startS3Server();
    await server.makeBucket("tests");
  });
  after(() => server.stop());

  /** Passes requests on to the server, changed; `answer` may replace its answer. */
  const through =
    (
      change: (headers: NodeJS.Dict<string | string[]>) => void,
      spoil: (method: string) => boolean = () => false,
    ): RequestListener =>
    (incoming, outgoing) => {
      const headers = { ...incoming.headers };
      change(headers);
      const onward = request(
        server.endpoint + incoming.url,
        { method: incoming.method ?? "GET", headers },
        (answer) => {
          if (spoil(incoming.method ?? "")) {
            answer.resume().on("end", () => outgoing.writeHead(503).end());
            return;
          }
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        },
      );
      incoming.pipe(onward);
    };

  test("S3 store: objects are below the prefix and separate from others", async () => {
    const inside = openS3({ bucket: "tests", prefix: "a/b", endpoint: server.endpoint });
    const whole = openS3({ bucket: "tests", endpoint: server.endpoint });
    await inside.put("state/x", "1");
    await whole.put("a/bc/state/x", "2");
    assert.equal((await whole.get("a/b/state/x"))?.toString(), "1");
    assert.deepEqual(
      (await inside.list("")).map(({ key }) => key),
      ["state/x"],
    );
    assert.equal(inside.localPath("state/x"), undefined);
  });

  test("S3 store: lists may have more than one page", async () => {
    const store = openS3({ bucket: "tests", prefix: "pages", endpoint: server.endpoint });
    const names = Array.from({ length: 2 * PAGE + 1 }, (_, index) =>
      String(index).padStart(4, "0"),
    );
    await Promise.all(names.map((name) => store.put(`runs/${name}/x`, "")));
    assert.deepEqual(
      (await store.list("runs/")).map(({ key }) => key),
      names.map((name) => `runs/${name}/x`),
    );
    assert.deepEqual(await store.listFolders("runs/"), names);
  });

  test("S3 store: a server that ignores If-None-Match is rejected for leases", async () => {
    await withServer(
      through((headers) => delete headers["if-none-match"]),
      async (endpoint) => {
        const store = openS3({ bucket: "tests", prefix: "unconditional", endpoint });
        await assert.rejects(
          store.putIfAbsent("leases/a/1.json", "x"),
          isUserError(/ignores "If-None-Match", so two runs/, 2),
        );
      },
    );
  });

  test("S3 store: a claim whose response is lost is still won by its writer", async () => {
    let puts = 0;
    await withServer(
      through(
        () => undefined,
        (method) => method === "PUT" && (puts += 1) === 1,
      ),
      async (endpoint) => {
        const store = openS3({ bucket: "tests", prefix: "lost-answer", endpoint });
        assert.equal(await store.putIfAbsent("leases/a/1.json", "mine"), true);
        assert.equal(await store.putIfAbsent("leases/a/1.json", "other"), false);
        assert.ok(puts > 1);
      },
    );
  });

  test("S3 store: a missing bucket is one line", async () => {
    const store = openS3({ bucket: "no-such-bucket", endpoint: server.endpoint });
    const says = isUserError(
      /^Cannot use s3:\/\/no-such-bucket\?endpoint=\S+: the bucket does not exist at http:\S+\.\nCreate it, or choose another one\.$/,
      2,
    );
    await assert.rejects(store.get("a"), says);
    await assert.rejects(store.put("a", "x"), says);
    await assert.rejects(store.putIfAbsent("a", "x"), says);
    await assert.rejects(store.list(""), says);
    await assert.rejects(store.uploadFile("a", __filename), says);
    await assert.rejects(store.downloadFile("a", join(folder, "a")), says);
  });

  test("S3 store: denied access is one line that names the needed permissions", async () => {
    await server.makeBucket("closed");
    const policy = {
      Version: "2012-10-17",
      Statement: [
        { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::closed/*" },
      ],
    };
    const answer = await fetch(`${server.endpoint}/closed?policy`, {
      method: "PUT",
      body: JSON.stringify(policy),
    });
    assert.ok(answer.ok, await answer.text());
    const store = openS3({ bucket: "closed", endpoint: server.endpoint });
    const says =
      /^Cannot write a in s3:\/\/closed\S*: access denied by http:\S+ \((AccessDenied|Forbidden|403)\)\.\nUse credentials that may list, read, write and delete/;
    await assert.rejects(store.put("a", "x"), isUserError(says, 1));
  });

  test(
    "S3 store: an endpoint that is down is reported within seconds",
    { timeout: 12_000 },
    async () => {
      let closed = "";
      await withServer(
        () => undefined,
        async (endpoint) => {
          closed = endpoint;
          await Promise.resolve();
        },
      );
      await assert.rejects(
        openS3({ bucket: "tests", endpoint: closed }).get("a"),
        isUserError(
          /Cannot read a in .*: http:\S+ cannot be reached \(ECONNREFUSED\)\.\nCheck the endpoint\.$/,
          1,
        ),
      );
      await assert.rejects(
        openS3({ bucket: "tests", endpoint: "http://no-such-host.invalid" }).get("a"),
        isUserError(/cannot be reached \((ENOTFOUND|EAI_AGAIN)\)/, 1),
      );
    },
  );

  test(
    "S3 store: an endpoint that never answers is given up after ten seconds",
    { timeout: 15_000 },
    async () => {
      await withServer(
        () => undefined,
        async (endpoint) => {
          const started = performance.now();
          await assert.rejects(
            openS3({ bucket: "tests", endpoint }).get("a"),
            isUserError(/cannot be reached \((AbortError|TimeoutError)\)/, 1),
          );
          assert.ok(performance.now() - started < 12_000);
        },
      );
    },
  );

  test("S3 store: a server that is not S3 is one line", async () => {
    await withServer(
      (_, answer) => answer.writeHead(200, { "content-type": "text/html" }).end("<html>hello"),
      async (endpoint) => {
        await assert.rejects(
          openS3({ bucket: "tests", endpoint }).list(""),
          isUserError(/^Cannot list .* in s3:/, 1),
        );
      },
    );
  });

  test("S3 store: missing credentials are one line that names the variables", () => {
    const script = `require("./src/store/s3").openS3({ bucket: "tests", region: "eu-central-1" }).get("a").catch((error) => console.log(error.message))`;
    const env = { PATH: process.env.PATH, HOME: folder, AWS_EC2_METADATA_DISABLED: "true" };
    const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], {
      cwd: COMPILED,
      env,
      encoding: "utf8",
    });
    assert.equal(
      stdout,
      "Cannot use s3://tests?region=eu-central-1: AWS credentials are not set.\nSet AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.\n",
    );
    assert.equal(stderr, "");
  });

  test("folder store: it never loads the AWS SDK", () => {
    const script = `require("./src/store/open").openStore(${JSON.stringify(folder)}).then(async (store) => {
      await store.put("a", "x");
      console.log(Object.keys(require.cache).filter((file) => file.includes("@aws-sdk")).length);
    })`;
    const { stdout } = spawnSync(process.execPath, ["-e", script], {
      cwd: COMPILED,
      encoding: "utf8",
    });
    assert.equal(stdout, "0\n");
  });

  test("S3 store: the error of a failed download names the local path", async () => {
    const store = openS3({ bucket: "tests", prefix: "download", endpoint: server.endpoint });
    await store.put("a", "x");
    await openFolder(folder).put("file", "");
    await assert.rejects(
      store.downloadFile("a", join(folder, "file/below")),
      isUserError(/^Cannot use \S+ as .*file is a file/, 2),
    );
  });
});

describe("errors of an S3 store", () => {
  const table = [
    {
      error: { name: "SignatureDoesNotMatch", $metadata: { httpStatusCode: 403 } },
      says: /access denied by srv \(SignatureDoesNotMatch\)/,
    },
    {
      error: { name: "403", $metadata: { httpStatusCode: 403 } },
      says: /access denied by srv \(403\)/,
    },
    {
      error: { name: "PermanentRedirect", $metadata: { httpStatusCode: 301 } },
      says: /the bucket is in another region/,
    },
    { error: new Error("Region is missing"), says: /the AWS region is not set\.\nSet AWS_REGION/ },
    {
      error: { name: "CredentialsProviderError", message: "Could not load credentials" },
      says: /AWS credentials are not set/,
    },
    {
      error: { name: "Error", code: "EHOSTUNREACH" },
      says: /srv cannot be reached \(EHOSTUNREACH\)/,
    },
    {
      error: { name: "InternalError", message: "try\nagain", $metadata: { httpStatusCode: 500 } },
      says: /srv answered 500 InternalError: try$/,
    },
    { error: "odd", says: /srv cannot be reached \(no answer\)/ },
  ];
  for (const { error, says } of table) {
    test(`S3 errors: the message matches ${String(says)}`, () => {
      assert.match(s3Error(error, "s3://b", "srv", "read a").message, says);
    });
  }
});
