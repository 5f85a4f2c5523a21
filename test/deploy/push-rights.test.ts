import assert from "node:assert/strict";
import { test } from "node:test";
import { lostImages } from "../../src/deploy/lost-images";
import { checkPush } from "../../src/deploy/push-rights";
import { standInRegistry } from "./registry";

const LOGIN = { username: "etl", password: "right" };
const BASIC = `Basic ${Buffer.from("etl:right").toString("base64")}`;
const UPLOADS = "/v2/team/tap/blobs/uploads/";

test("who may push is told by an upload that is given up", async (t) => {
  const seen: string[] = [];
  const host = await standInRegistry(t, ({ method, url, headers }, response) => {
    seen.push(`${method} ${url}`);
    response
      .writeHead(headers.authorization !== BASIC ? 401 : method === "POST" ? 202 : 204, {
        location: `${UPLOADS}7?state=x`,
      })
      .end();
  });
  await checkPush(`${host}/team`, "tap", LOGIN, "registry-password");
  assert.deepEqual(seen, [`POST ${UPLOADS}`, `DELETE ${UPLOADS}7?state=x`]);
});

test("a registry that gives tokens is asked for one that may push, with the login", async (t) => {
  const seen: string[] = [];
  const host = await standInRegistry(t, ({ method, url = "", headers }, response, self) => {
    const { authorization = "" } = headers;
    if (url.startsWith("/token"))
      return void response
        .writeHead(authorization === BASIC ? 200 : 401)
        .end(
          JSON.stringify(
            authorization === BASIC
              ? { access_token: new URL(url, "http://x").searchParams.get("scope") }
              : {},
          ),
        );
    seen.push(`${method} ${authorization}`);
    if (authorization !== "Bearer repository:team/tap:pull,push")
      return void response
        .writeHead(401, {
          "www-authenticate": `Bearer realm="http://${self}/token",service="r",scope="repository:team/tap:pull,push"`,
        })
        .end();
    response.writeHead(202, { location: "/v2/upload/7" }).end();
  });
  await checkPush(`${host}/team`, "tap", LOGIN, "registry-password");
  assert.deepEqual(seen, [
    `POST ${BASIC}`,
    "POST Bearer repository:team/tap:pull,push",
    "DELETE Bearer repository:team/tap:pull,push",
  ]);
  await assert.rejects(
    checkPush(`${host}/team`, "tap", { ...LOGIN, password: "wrong" }, "registry-password"),
    /does not let "etl" push team\/tap: it answers 401; see tapctl:registry\.username, and the password in the secret "registry-password"$/,
  );
});

test("a service of tokens that is out of order says nothing of who may push", async (t) => {
  for (const status of [429, 503]) {
    const host = await standInRegistry(t, ({ url = "" }, response, self) =>
      response
        .writeHead(url.startsWith("/token") ? status : 401, {
          "www-authenticate": `Bearer realm="http://${self}/token",service="r"`,
        })
        .end(),
    );
    await checkPush(host, "tap", LOGIN, "p");
  }
});

test("a user without the right is refused; a registry that tells nothing is left to the push", async (t) => {
  const answering = (status: number) =>
    standInRegistry(t, (_, response) => response.writeHead(status).end());
  await assert.rejects(
    checkPush(await answering(403), "tap", LOGIN, "p"),
    /does not let "etl" push tap: it answers 403/,
  );
  for (const status of [202, 404, 405, 500])
    await checkPush(await answering(status), "tap", LOGIN, "p");
  await checkPush("127.0.0.1:9", "tap", LOGIN, "p");
});

test("images that their registry has no longer are found among what the stack made", async (t) => {
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

test("a registry with a login is asked as its user for images that it has lost", async (t) => {
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
