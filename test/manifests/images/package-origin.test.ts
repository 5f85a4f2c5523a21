import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { tap, type PackageAddress } from "../../../connectors";
import { lockText, localPackage } from "../../../connectors/dependency-lock";
import { connectorImage, type BuildContext } from "../../../src/manifests/images/image";
import type { InstalledSource } from "../../../src/model/connector-source";
import { writeSource } from "../../support/package-sources";

const COMMIT = "0123456789".repeat(4);

suite("images of packages that are not on an index", () => {
  test("image of a package from git: BuildKit clones the locked commit", () => {
    const { args, packageFrom } = imageOf(
      "git+https://github.com/acme/tap-own@v1.9.0#subdirectory=a",
      {
        commit: COMMIT,
      },
    );
    assert.equal(args["GIT_URL"], `https://github.com/acme/tap-own.git#${COMMIT}`);
    assert.equal(args["PACKAGE_PLACE"], "/opt/package/a");
    assert.equal(args["VERSION"], "v1.9.0");
    assert.deepEqual(packageFrom, { kind: "git", host: "github.com", ssh: false });
    assert.deepEqual(
      imageOf("git+ssh://git@github.com/acme/tap-own.git@main", { commit: COMMIT }).packageFrom,
      { kind: "git", host: "github.com", ssh: true },
    );
  });

  test("image of a package from git: a moved branch is another image once it is locked again", () => {
    const [one, other] = [COMMIT, COMMIT.replace("0", "f")].map(
      (commit) => imageOf("git+https://github.com/acme/tap-own@main", { commit }).tag,
    );
    assert.notEqual(one, other);
  });

  test("image of a package from git: without a lock file, only a commit is accepted", () => {
    assert.equal(
      imageOf(`git+https://github.com/acme/tap-own@${COMMIT}`).args["GIT_URL"],
      `https://github.com/acme/tap-own.git#${COMMIT}`,
    );
    assert.throws(() => imageOf("git+https://github.com/acme/tap-own@v1"), {
      message:
        'connector "tap-own": an image needs the commit of v1, and the connector has no lock file\nWrite it with: npx tapctl lock tap-own',
    });
    assert.throws(
      () => imageOf("git+file:///srv/tap-own@v1", { commit: COMMIT }),
      /cannot be built from file:\/\/\/srv\/tap-own\n/,
    );
  });

  test("image of a package from a folder: a change of the code is another image, one beside the code is not", (t) => {
    const project = folderOf(t);
    writeSource(join(project, "tap-own"), "tap-own");
    const before = imageOf("./tap-own", undefined, project);
    assert.equal(before.args["PACKAGE_FROM"], "local");
    assert.equal(before.packageFrom?.kind, "local");
    writeSource(project, "something-else");
    assert.equal(imageOf("./tap-own", undefined, project).tag, before.tag);
    writeFileSync(join(project, "tap-own", "tap_own.py"), "changed");
    assert.notEqual(imageOf("./tap-own", undefined, project).tag, before.tag);
  });

  test("image of a package from a wheel: it is part of the build context, or downloaded with its hash", (t) => {
    const project = folderOf(t);
    const name = "tap_own-1.0-py3-none-any.whl";
    writeFileSync(join(project, name), "wheel");
    assert.equal(
      imageOf(`./${name}`, undefined, project).args["PACKAGE_PLACE"],
      `/opt/package/${name}`,
    );
    const { args, packageFrom } = imageOf(`https://example.com/${name}`, { sha256: "abc" });
    assert.equal(args["PACKAGE_PLACE"], `https://example.com/${name}#sha256=abc`);
    assert.equal(packageFrom, undefined);
  });
});

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-origin-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function imageOf(
  address: PackageAddress,
  locked?: { readonly commit: string } | { readonly sha256: string },
  project = "/nowhere",
) {
  const { connector } = tap({ name: "tap-own", package: address })({});
  const source = connector.source as InstalledSource;
  const context: BuildContext = {
    baseImage: "python:3.12-slim",
    files: {},
    launchers: {},
    locks: locked
      ? { "tap-own.txt": lockText("tap-own", source, { tools: "", packages: "", source: locked }) }
      : {},
    bulk: {},
    localPackage: (one) => localPackage(one, project),
  };
  const origin = connectorImage(connector, context);
  assert.ok("build" in origin);
  return origin.build;
}
