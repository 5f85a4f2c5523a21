import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { PackageSource } from "../../src/model/connector-source";
import { fixedUv } from "../../src/run/environments/find-installer";
import { lockDependencies } from "../../src/run/environments/lock-dependencies";
import { findPython } from "../../src/run/environments/find-python";
import { install, makeSite, tiny, type Site } from "./environments-support";

/** A version that is not the newest. */
const OLDER_SETUPTOOLS = `setuptools==80.9.0 \\
    --hash=sha256:062d34222ad13e0cc312a4c02d73f059e86a4acbfbdea8f8f76b28c99f306922 \\
    --hash=sha256:f36b47402ecde768dbfafc46e8e4207b4360c654f1f3bb84475f0a28628fb19c`;

/** An installer gets the versions of the lock file, even if newer packages exist. */
export async function assertInstallsFromLock(
  t: TestContext,
  installer: "uv" | "pip",
): Promise<void> {
  const site = await lockedSite(t, installer, (lock) =>
    lock.replace(/^setuptools==[\s\S]*?\n\n/m, `${OLDER_SETUPTOOLS}\n\n`),
  );
  const { environment, error } = await install(site, tiny("tap-tiny"));
  assert.ok(environment, error);
  const version = execFileSync(
    environment.python,
    ["-c", "from importlib.metadata import version; print(version('setuptools'))"],
    { encoding: "utf8" },
  );
  assert.equal(version.trim(), "80.9.0");
}

/** A site with the lock file of tap-tiny, changed as a test needs it. */
export async function lockedSite(
  t: TestContext,
  installer: string,
  change: (lock: string) => string,
): Promise<Site & { readonly locks: string }> {
  const site = await makeSite(t);
  const project = join(site.root, "project");
  const locks = join(project, "connectors", "locks");
  mkdirSync(locks, { recursive: true });
  const env = { ...site.env, TEST_INSTALLER: installer, TEST_PROJECT: project };
  const source = tiny("tap-tiny").source as PackageSource;
  const context = {
    python: await findPython(),
    root: site.root,
    log: join(site.root, "lock.log"),
    onLine: () => undefined,
  };
  const uv = await fixedUv(context);
  assert.ok(uv !== undefined);
  Object.assign(process.env, { PIP_FIND_LINKS: site.env["PIP_FIND_LINKS"] });
  writeFileSync(
    join(locks, "tap-tiny.txt"),
    change(await lockDependencies({ name: "tap-tiny", source, uv, context })),
  );
  return { ...site, env, locks };
}
