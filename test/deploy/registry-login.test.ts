import assert from "node:assert/strict";
import { test } from "node:test";
import { lostImages } from "../../src/deploy/lost-images";
import { checkLogin } from "../../src/deploy/registry-login";
import { standInRegistry } from "./registry";

const LOGIN = { username: "etl", password: "right" };
const BASIC = `Basic ${Buffer.from("etl:right").toString("base64")}`;

test("registry login: it is checked with one request and no upload", async (t) => {
  const seen: string[] = [];
  const host = await standInRegistry(t, ({ method, url, headers }, response) => {
    seen.push(`${method} ${url}`);
    response.writeHead(headers.authorization === BASIC ? 200 : 401).end();
  });
  await checkLogin(`${host}/team`, LOGIN, "registry-password");
  assert.deepEqual(seen, ["GET /v2/"]);
  await assert.rejects(
    checkLogin(`${host}/team`, { ...LOGIN, password: "wrong" }, "registry-password"),
    /rejects the login of "etl" \(HTTP 401\)\nCorrect tapctl:registry\.username, or the password in the secret "registry-password"\.$/,
  );
});

test("registry login: a token is requested if the registry uses tokens", async (t) => {
  const host = await standInRegistry(t, ({ url = "", headers }, response, self) => {
    const isOwner = headers.authorization === BASIC;
    if (url.startsWith("/token"))
      return void response
        .writeHead(isOwner ? 200 : 401)
        .end(JSON.stringify(isOwner ? { token: "x" } : {}));
    response
      .writeHead(401, { "www-authenticate": `Bearer realm="http://${self}/token",service="r"` })
      .end();
  });
  await checkLogin(`${host}/team`, LOGIN, "registry-password");
  await assert.rejects(
    checkLogin(`${host}/team`, { ...LOGIN, password: "wrong" }, "registry-password"),
    /rejects the login of "etl" \(HTTP 401\)/,
  );
});

test("registry login: a failing token service does not fail the check", async (t) => {
  for (const status of [429, 503]) {
    const host = await standInRegistry(t, ({ url = "" }, response, self) =>
      response
        .writeHead(url.startsWith("/token") ? status : 401, {
          "www-authenticate": `Bearer realm="http://${self}/token",service="r"`,
        })
        .end(),
    );
    await checkLogin(host, LOGIN, "p");
  }
});

test("registry login: a registry that is down or gives another answer is left to the push", async (t) => {
  for (const status of [202, 404, 405, 500]) {
    const host = await standInRegistry(t, (_, response) => response.writeHead(status).end());
    await checkLogin(host, LOGIN, "p");
  }
  await checkLogin("127.0.0.1:9", LOGIN, "p");
});

test("lost images: images of the stack that are missing from their registry are found", async (t) => {
  const host = await standInRegistry(t, ({ url = "" }, response) =>
    response
      .writeHead(url.startsWith("/v2/gone") ? 404 : url.startsWith("/v2/closed/") ? 403 : 200)
      .end(),
  );
  const image = (name: string) => ({
    urn: `urn::${name}`,
    type: "docker-build:index:Image",
    outputs: { ref: `${host}/${name}:1@sha256:${"4c".repeat(32)}` },
  });
  const others = [
    { urn: "urn::here-2.0", type: "docker-build:index:Image", outputs: {} },
    { urn: "urn::gone", type: "other", outputs: { ref: `${host}/gone:1` } },
    { ...image("away"), outputs: { ref: "127.0.0.1:9/away:1" } },
  ];
  assert.deepEqual(
    await lostImages(
      [image("gone"), image("here"), image("closed"), image("gone-1.0"), image("gone2"), ...others],
      ["gone", "here", "closed", "away"],
    ),
    ["urn::gone", "urn::gone-1.0"],
  );
});

test("lost images: the console's image is found by the name of its resource", async (t) => {
  const host = await standInRegistry(t, (_, response) => response.writeHead(404).end());
  const image = {
    urn: "urn::console",
    type: "docker-build:index:Image",
    outputs: { ref: `${host}/tapctl-console:1` },
  };
  assert.deepEqual(await lostImages([image], ["tapctl-console"]), ["urn::console"]);
  assert.deepEqual(await lostImages([image], ["console-tap"]), []);
});

test("lost images: a registry with a login is queried as its user", async (t) => {
  const host = await standInRegistry(t, ({ headers }, response) =>
    response
      .writeHead(headers.authorization === BASIC ? 404 : 401, {
        "www-authenticate": 'Basic realm="r"',
      })
      .end(),
  );
  const image = {
    urn: "urn::tap",
    type: "docker-build:index:Image",
    outputs: { ref: `${host}/tap:1` },
  };
  assert.deepEqual(
    [await lostImages([image], ["tap"], LOGIN), await lostImages([image], ["tap"])],
    [["urn::tap"], []],
  );
});
