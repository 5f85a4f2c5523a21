import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { PACKAGE_ROOT } from "../../src/common/package";
import { buildxArguments } from "../../src/manifests/images/buildx";
import { consoleBuild } from "../../src/manifests/images/console-image";
import { checkValues } from "../../src/settings/check";

const { settings } = checkValues({
  images: {
    builder: "ci",
    platforms: ["linux/amd64", "linux/arm64"],
    pythonIndex: { url: "https://pypi.example.com" },
  },
  proxy: { https: "http://proxy:3128" },
});

test("build: the console's image is built from its own files, without a package index", () => {
  assert.ok(settings);
  const args = buildxArguments(consoleBuild({ baseImage: "node:22-slim" }), {
    settings,
    root: "/project",
    tag: "registry.example.com/tapctl-console:1",
    metadata: "/tmp/m.json",
    context: "/project/.tapctl/console",
  });
  assert.equal(args.at(-1), "/project/.tapctl/console");
  assert.equal(
    args[args.indexOf("--file") + 1],
    join(PACKAGE_ROOT, "images", "console", "Dockerfile"),
  );
  assert.deepEqual(
    args.filter((_, index) => args[index - 1] === "--build-arg"),
    ["BASE_IMAGE=node:22-slim"],
  );
});

test("build: arguments of docker name what an update builds with", () => {
  assert.ok(settings);
  const args = buildxArguments(
    {
      repository: "tap-shop",
      tag: "1.0-abc",
      args: { CONNECTOR: "tap-shop", VERSION: "1.0" },
      projectContexts: ["locks"],
      packageFrom: { kind: "git", host: "git.example.com", ssh: false },
    },
    {
      settings,
      root: "/project",
      tag: "registry.example.com/tap-shop:1.0-abc",
      metadata: "/tmp/m.json",
      certificates: "/project/ca.pem",
      gitToken: "TOKEN",
    },
  );
  const text = args.join(" ");
  for (const part of [
    "buildx build --push --builder ci --platform linux/amd64,linux/arm64",
    "--tag registry.example.com/tap-shop:1.0-abc --metadata-file /tmp/m.json",
    "--build-arg CONNECTOR=tap-shop --build-arg VERSION=1.0 --build-arg PIP_INDEX_URL=https://pypi.example.com --build-arg HTTPS_PROXY=http://proxy:3128",
    "--label org.opencontainers.image.title=tap-shop --label org.opencontainers.image.version=1.0",
    "--build-context locks=/project/connectors/locks",
    "--secret id=certificates,src=/project/ca.pem",
    "--secret id=GIT_AUTH_TOKEN.git.example.com,env=TOKEN",
  ])
    assert.ok(text.includes(part), `${part}\n${text}`);
  assert.equal(args.at(-1), PACKAGE_ROOT);
});
