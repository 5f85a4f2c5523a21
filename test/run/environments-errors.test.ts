import assert from "node:assert/strict";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { tap } from "../../connectors";
import { ensureEnvironment } from "../../src/run/environments/environments";
import { findPython } from "../../src/run/environments/python";
import { install, makeSite, temporaryFolder, tiny } from "./environments-support";

const NOWHERE = "tap-that-no-index-has-7f3a";

for (const installer of ["uv", "pip"]) {
  test(`environment, ${installer}: the error names a package or version that does not exist`, async (t) => {
    const site = await makeSite(t);
    const by = { ...site, env: { ...site.env, TEST_INSTALLER: installer } };
    const said = async (...args: Parameters<typeof tiny>) =>
      (await install(by, tiny(...args))).error ?? "no error";
    assert.match(
      await said(NOWHERE),
      new RegExp(
        `^${NOWHERE} 1.0.0 cannot be installed: the package index has no package "${NOWHERE}"\nCheck the name`,
      ),
    );
    assert.match(
      await said("tap-tiny", { version: "9.9.9" }),
      /^tap-tiny 9\.9\.9 cannot be installed: the package index has no version 9\.9\.9 of tap-tiny/,
    );
    assert.deepEqual(
      readdirSync(site.root).filter((name) => name.startsWith("tap-") && !name.endsWith(".log")),
      [],
    );
  });
}

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

test("environment: a Python without venv and pip works with uv, and is an error without uv", async (t) => {
  const site = await makeSite(t);
  const bare = await bareClone(temporaryFolder(t));
  const env = { ...site.env, TAPCTL_PYTHON: bare, PATH: "/usr/bin:/bin" };
  const { environment, error } = await install({ ...site, env }, tiny("tap-tiny"));
  assert.ok(environment, error);

  rmSync(join(site.root, "tools"));
  const without = await install({ ...site, env }, tiny("tap-slow"));
  assert.match(
    without.error ?? "",
    /^Python 3\.\S+ at \S+ has neither venv nor pip, and uv is not installed\.\n.*apt-get install python3-venv/,
  );
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

/** A copy of this machine's Python as Debian packs it: without ensurepip and pip. */
async function bareClone(folder: string): Promise<string> {
  const { path } = await findPython();
  const ask = "import sys, sysconfig; print(sys.executable); print(sysconfig.get_path('stdlib'))";
  const base = execFileSync(
    path,
    ["-I", "-c", "import sys; print(getattr(sys, '_base_executable', sys.executable))"],
    { encoding: "utf8" },
  ).trim();
  const [executable = "", stdlib = ""] = execFileSync(base, ["-I", "-c", ask], { encoding: "utf8" })
    .trim()
    .split("\n");
  const clone = join(folder, "bin", basename(stdlib));
  mkdirSync(dirname(clone));
  copyFileSync(executable, clone);
  chmodSync(clone, 0o755);
  const skipped = new Set([
    "site-packages",
    "dist-packages",
    "ensurepip",
    "test",
    "idlelib",
    "tkinter",
    "__pycache__",
  ]);
  cpSync(stdlib, join(folder, "lib", basename(stdlib)), {
    recursive: true,
    filter: (source) => !skipped.has(basename(source)),
  });
  assert.ok(existsSync(clone));
  return clone;
}
