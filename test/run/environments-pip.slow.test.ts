/** Installations by pip, and machines without uv, venv or pip. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { findPython } from "../../src/run/environments/find-python";
import {
  assertUnknownPackage,
  install,
  makeSite,
  temporaryFolder,
  tiny,
} from "./environments-support";
import { assertInstallsFromLock } from "./lock-support";

test("environment, pip: the error names a package or version that does not exist", (t) =>
  assertUnknownPackage(t, "pip"));

test("lock file: pip installs from it, even if newer packages exist", (t) =>
  assertInstallsFromLock(t, "pip"));

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

test("environment: pip installs if it is requested or uv cannot be downloaded", async (t) => {
  const site = await makeSite(t);
  const { environment, error } = await install(
    { ...site, env: { ...site.env, TEST_INSTALLER: "pip" } },
    tiny("tap-tiny"),
  );
  assert.ok(environment, error);
  assert.match(readFileSync(join(environment.directory, "install.log"), "utf8"), /-m pip install/);
});

test("environment: uv is downloaded if the machine has none", async (t) => {
  const site = await makeSite(t);
  rmSync(join(site.root, "tools"));
  const { environment, error } = await install(
    { ...site, env: { ...site.env, PATH: pathWithoutUv(t) } },
    tiny("tap-tiny"),
  );
  assert.ok(environment, error);
  assert.ok(readdirSync(join(site.root, "tools")).some((name) => /^uv-[\d.]+$/.test(name)));
});

/** `PATH` without the folders that contain uv. */
function pathWithoutUv(t: Parameters<typeof temporaryFolder>[0]): string {
  const folders = (process.env["PATH"] ?? "")
    .split(":")
    .filter((folder) => !existsSync(join(folder, "uv")));
  const links = temporaryFolder(t);
  writeFileSync(join(links, "README"), "links to what is in a folder with uv");
  for (const folder of (process.env["PATH"] ?? "")
    .split(":")
    .filter((one) => existsSync(join(one, "uv")))) {
    for (const name of readdirSync(folder).filter((one) => /^python3(\.\d+)?$/.test(one))) {
      if (!existsSync(join(links, name))) symlinkSync(join(folder, name), join(links, name));
    }
  }
  return [...folders, links].join(":");
}

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
