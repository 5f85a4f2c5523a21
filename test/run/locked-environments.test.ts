import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { readLock } from "../../connectors/dependency-lock";
import { PACKAGE_ROOT } from "../../src/common/package";
import { shippedConnectors } from "../../connectors/shipped";
import { install, makeSite, tiny, type Installed } from "./environments-support";
import { assertInstallsFromLock, lockedSite } from "./lock-support";

suite("lock files of the included connectors", () => {
  for (const { name, source } of shippedConnectors()) {
    test(`lock file of ${name}: it matches the definition, has a version and hashes for each package, and names no package index`, () => {
      assert.ok(!("image" in source));
      const lock = readLock(name, source, PACKAGE_ROOT);
      assert.ok(lock !== undefined, `write it with: npx tapctl lock ${name}`);
      const requested =
        "bulk" in source ? source.requirements : [`${source.package}==${source.version}`];
      for (const requirement of requested)
        assert.ok(lock.includes(`\n${requirement.replace(/\[.*\]/, "")} `), requirement);
      const packages = lock.split("\n").filter((line) => /^[^#\s]/.test(line));
      assert.deepEqual(
        packages.filter((line) => !/^[a-z0-9-]+(\[[a-z0-9,-]+\])?==\S+( ; .*)? \\$/.test(line)),
        [],
      );
      assert.ok((lock.match(/--hash=/g) ?? []).length >= packages.length);
      assert.doesNotMatch(lock, /:\/\/|--(extra-)?index|--find-links|--trusted/);
      assert.match(
        lock,
        /\nsetuptools==([1-7]?\d|80)\./,
        "pkg_resources, which many connectors import, left setuptools in version 81",
      );
    });
  }
});

suite("connector with a lock file", () => {
  test("lock file: uv installs from it, even if newer packages exist", (t) =>
    assertInstallsFromLock(t, "uv"));

  test("lock file: a file that it does not list is not installed", async (t) => {
    const site = await lockedSite(t, "uv", (lock) =>
      lock.replace(/(tap-tiny==1\.0\.0 \\\n\s+--hash=sha256:)[0-9a-f]{64}/, `$1${"0".repeat(64)}`),
    );
    const { error } = await install(site, tiny("tap-tiny"));
    assert.equal(
      error,
      "tap-tiny 1.0.0 cannot be installed: the package index has another file for tap-tiny 1.0.0 than the lock file lists\nFind out why the file changed before you write the lock file again.",
    );
  });

  test("lock file: a changed one gives another environment", async (t) => {
    const site = await lockedSite(t, "uv", (lock) => lock);
    const first = await install(site, tiny("tap-tiny"));
    const file = join(site.locks, "tap-tiny.txt");
    writeFileSync(file, `${readFileSync(file, "utf8")}\n# another one\n`);
    const second = await install(site, tiny("tap-tiny"));
    assert.notEqual(first.environment?.directory, second.environment?.directory);
    assert.ok(second.environment, second.error);
  });

  test("lock file: one of another version is rejected", async (t) => {
    const site = await lockedSite(t, "uv", (lock) => lock);
    const { error } = await install(site, tiny("tap-tiny", { version: "1.0.1" }));
    assert.match(
      error ?? "",
      /^connector "tap-tiny": connectors\/locks\/tap-tiny\.txt does not belong to tap-tiny 1\.0\.1 as it is defined now\n.*npx tapctl lock tap-tiny$/,
    );
  });
});

test("missing lock file: the installation reports it, later runs do not", async (t) => {
  const site = await makeSite(t);
  const notices = ({ progress }: Installed) =>
    progress.filter(({ detail }) => /no lock file.*npx tapctl lock tap-tiny/.test(detail ?? ""))
      .length;
  assert.equal(notices(await install(site, tiny("tap-tiny"))), 1);
  assert.equal(notices(await install(site, tiny("tap-tiny"))), 0);
});
