import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { tap, type ConnectorDefinition, type PackageAddress } from "../../connectors";
import type { InstalledSource } from "../../src/model/connector-source";
import { UserError } from "../../src/common/errors";
import { fixedUv } from "../../src/run/environments/find-installer";
import { lockDependencies } from "../../src/run/environments/lock-dependencies";
import { findPython } from "../../src/run/environments/find-python";
import { commit, writeSource } from "../support/package-sources";
import { install, makeSite, phases, temporaryFolder, type Site } from "./environments-support";

suite("packages from other places than an index", { concurrency: 1 }, () => {
  test("package from a folder: it is installed, and again after a change of its code", async (t) => {
    const site = await projectSite(t);
    const folder = writeSource(join(site.project, "taps", "tap-own"), "tap-own");
    const first = await install(site, of("./taps/tap-own"));
    assert.ok(first.environment, first.error);
    assert.ok(!readdirSync(folder).some((file) => /build|egg-info/.test(file)), "folder changed");
    assert.deepEqual(phases(await install(site, of("./taps/tap-own"))), ["ready"]);

    writeFileSync(join(folder, "tap_own.py"), "def main():\n    raise SystemExit('new code')\n");
    const { error } = await install(site, of("./taps/tap-own"));
    assert.match(error ?? "", /new code/);
  });

  test("package from a folder: a lock file holds until the folder needs other packages", async (t) => {
    const site = await projectSite(t);
    const folder = writeSource(join(site.project, "taps", "tap-own"), "tap-own");
    await lock(site, "./taps/tap-own");
    writeFileSync(join(folder, "notes.py"), "");
    const { environment, error } = await install(site, of("./taps/tap-own"));
    assert.ok(environment, error);
    writeSource(folder, "tap-own", { requires: ["backoff"] });
    assert.match(
      (await install(site, of("./taps/tap-own"))).error ?? "",
      /connectors\/locks\/tap-own\.txt does not belong to \.\/taps\/tap-own local as it is defined now/,
    );
  });

  test("package from a wheel: it is installed, and a lock file holds for this file only", async (t) => {
    const site = await projectSite(t);
    const wheel = buildWheel(site, "1.0.0");
    const first = await install(site, of(wheel));
    assert.ok(first.environment, first.error);
    await lock(site, wheel);
    const locked = await install(site, of(wheel));
    assert.ok(locked.environment, locked.error);
    writeFileSync(join(site.project, wheel), "another file");
    assert.match((await install(site, of(wheel))).error ?? "", /does not belong to/);
  });

  test("package from git: a locked branch stays at its commit", async (t) => {
    const site = await projectSite(t);
    const repository = writeSource(temporaryFolder(t), "tap-own");
    const first = commit(repository, "v1.0.0");
    const address = `git+file://${repository}@main` as const;
    const { text, told } = await lock(site, address);
    assert.match(told, new RegExp(`branch main is locked at its commit ${first}`));
    assert.match(text, new RegExp(`\n# Source: {"commit":"${first}"}\n`));
    assert.doesNotMatch(text, /file:\/\/\/tmp.*code|^\//m);

    writeFileSync(join(repository, "tap_own.py"), "def main():\n    raise SystemExit('moved')\n");
    commit(repository);
    const { environment, error } = await install(site, of(address));
    assert.ok(environment, error);
  });

  test("package from git: HEAD is locked at the newest commit of the default branch", async (t) => {
    const site = await projectSite(t);
    const repository = writeSource(temporaryFolder(t), "tap-own");
    const newest = commit(repository);
    const { text } = await lock(site, `git+file://${repository}@HEAD`);
    assert.match(text, new RegExp(`\n# Source: {"commit":"${newest}"}\n`));
  });

  test("package from git: a tag is locked at its commit, and a subdirectory is installed", async (t) => {
    const site = await projectSite(t);
    const repository = temporaryFolder(t);
    writeSource(join(repository, "packages", "tap-own"), "tap-own");
    const first = commit(repository, "v1.0.0");
    const address = `git+file://${repository}@v1.0.0#subdirectory=packages/tap-own` as const;
    const { told } = await lock(site, address);
    assert.match(told, new RegExp(`tag v1\\.0\\.0 is commit ${first}`));
    const { environment, error } = await install(site, of(address));
    assert.ok(environment, error);
    assert.match(basename(environment.directory), /^tap-own-v1\.0\.0-/);
  });

  test("package from git: errors name the repository, and what to do", async (t) => {
    const site = await projectSite(t);
    const repository = writeSource(temporaryFolder(t), "tap-own");
    commit(repository, "v1.0.0");
    const errors = [
      [
        `git+file://${repository}@v9`,
        `file://${repository} has no tag or branch "v9"\nUse one that exists, such as: v1.0.0, main`,
      ],
      [
        `git+file://${repository}-gone@v1`,
        `file://${repository}-gone cannot be read: '${repository}-gone' does not appear to be a git repository\nCheck the address and your access to it with: git ls-remote file://${repository}-gone`,
      ],
    ] as const;
    for (const [address, message] of errors)
      await assert.rejects(
        lock(site, address),
        (error) => error instanceof UserError && (assert.equal(error.message, message), true),
      );
    const { error } = await install(site, of(`git+file://${repository}@v9`));
    assert.match(
      error ?? "",
      /cannot be installed: the repository file:.* has no tag, branch or commit "v9"/,
    );
  });
});

interface ProjectSite extends Site {
  readonly project: string;
}

async function projectSite(t: TestContext): Promise<ProjectSite> {
  const site = await makeSite(t);
  const project = join(site.root, "project");
  mkdirSync(join(project, "connectors", "locks"), { recursive: true });
  return { ...site, project, env: { ...site.env, TEST_PROJECT: project } };
}

function of(address: PackageAddress): ConnectorDefinition {
  return tap({ name: "tap-own", package: address })({}).connector;
}

async function lock(
  { root, project }: ProjectSite,
  address: PackageAddress,
): Promise<{ readonly text: string; readonly told: string }> {
  const context = {
    python: await findPython(),
    root,
    log: join(root, "lock.log"),
    onLine: () => undefined,
  };
  const uv = await fixedUv(context);
  assert.ok(uv !== undefined);
  const told: string[] = [];
  const source = of(address).source as InstalledSource;
  const tell = (line: string) => told.push(line);
  const text = await lockDependencies({ name: "tap-own", source, uv, context, project, tell });
  writeFileSync(join(project, "connectors", "locks", "tap-own.txt"), text);
  return { text, told: told.join("\n") };
}

/** A wheel of the test's site, moved into its project. */
function buildWheel({ env, project }: ProjectSite, version: string): PackageAddress {
  const name = `tap_own-${version}-py3-none-any.whl`;
  mkdirSync(join(project, "wheels"), { recursive: true });
  const code = join(project, "wheels", "code.py");
  writeFileSync(code, "import argparse\ndef main():\n    argparse.ArgumentParser().parse_args()\n");
  const script = join(__dirname, "fixtures", "wheels.py");
  const made = spawnSync("python3", [script, join(project, "wheels"), `tap-own=${code}`], { env });
  assert.equal(made.status, 0, String(made.stderr));
  return `./wheels/${name}`;
}
