import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { tap } from "../../connectors";
import { ensureEnvironment } from "../../src/run/environments/environments";
import {
  assertUnknownPackage,
  install,
  makeSite,
  temporaryFolder,
  tiny,
} from "./environments-support";

test("environment, uv: the error names a package or version that does not exist", (t) =>
  assertUnknownPackage(t, "uv"));

test("environment: the error explains why a connector cannot be installed, and nothing is left behind", async (t) => {
  const site = await makeSite(t);
  const said = async (...args: Parameters<typeof tiny>) =>
    (await install(site, tiny(...args))).error ?? "no error";
  assert.match(
    await said("tap-needy"),
    /^tap-needy 1\.0\.0 cannot be installed: it requires the package "a-package-that-no-index-has-7f3a"/,
  );
  assert.match(
    await said("tap-future"),
    /^tap-future 1\.0\.0 cannot be installed: it requires Python >=3\.99, and this is 3\./,
  );
  assert.match(
    await said("tap-broken"),
    /^tap-broken does not start: .*No module named 'a_package_that_is_missing'/,
  );
  assert.match(
    await said("tap-tiny", { executable: "tap-other" }),
    /^tap-tiny 1\.0\.0 installs no command "tap-other"\.\nSet executable of the connector to one of: tap-tiny$/,
  );
  assert.deepEqual(
    readdirSync(site.root).filter((name) => name.startsWith("tap-") && !name.endsWith(".log")),
    [],
  );
});

test("environment: the error names an unreachable index without its password", async (t) => {
  const site = await makeSite(t);
  const { error = "no error" } = await install(
    { ...site, env: { ...site.env, PIP_INDEX_URL: "http://me:hunter2@127.0.0.1:1/simple" } },
    tiny("tap-tiny"),
  );
  assert.equal(
    error,
    "tap-tiny 1.0.0 cannot be installed: the package index at http://127.0.0.1:1 cannot be reached (connection refused)\nCheck the network, the proxy and the address of the index in pip's configuration.",
  );
  const logs = readdirSync(site.root).filter((name) => name.endsWith(".log"));
  assert.equal(logs.length, 1);
  assert.doesNotMatch(readFileSync(join(site.root, logs[0] ?? ""), "utf8"), /hunter2/);
});

test("environment: a root that is a file or cannot be written is an error", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "file"), "");
  await assert.rejects(
    ensureEnvironment(tiny("tap-tiny"), { root: join(folder, "file", "environments") }),
    { name: "UserError", message: /: is not a folder\. Connectors are installed in / },
  );

  // A folder of the kernel, which rejects root as well.
  const root = join("/sys", "environments");
  await assert.rejects(ensureEnvironment(tiny("tap-tiny"), { root }), {
    name: "UserError",
    message: `${root}: cannot be written. Connectors are installed in ${root}.\nCheck its permissions, or set TAPCTL_ENVIRONMENTS to a folder that is writable.`,
  });
});

test("environment: a connector with only an image is rejected", async (t) => {
  const image = tap({ name: "tap-image", image: "registry.example.com/tap@sha256:00" })(
    {},
  ).connector;
  await assert.rejects(ensureEnvironment(image, { root: temporaryFolder(t) }), {
    name: "UserError",
    message: /^connector "tap-image" is the image \S+, which runs only on a cluster\.\n/,
  });
});
