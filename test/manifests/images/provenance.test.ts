import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { VERSION } from "../../../src/common/package";
import type { ImageBuild } from "../../../src/manifests/images/image";
import { builderOf, provenance, sourceOf } from "../../../src/manifests/images/provenance";

const BUILD: ImageBuild = {
  repository: "tap-x",
  tag: "1.0-abc",
  args: { BASE_IMAGE: "python:3.12-slim", CONNECTOR: "tap-x", VERSION: "1.0" },
};

function repository(t: TestContext, remote?: string): string {
  const folder = mkdtempSync(join(tmpdir(), "provenance-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@b.c", ...args]);
  git("init", "--quiet");
  git("commit", "--quiet", "--allow-empty", "--message", "first");
  if (remote !== undefined) git("remote", "add", "origin", remote);
  return folder;
}

describe("provenance", () => {
  test("provenance: it has the build's arguments, the commit, the base image and the lock file's hash", () => {
    assert.deepEqual(
      JSON.parse(
        provenance({
          build: BUILD,
          platforms: ["linux/amd64"],
          locks: { "tap-x.txt": "lock", "tap-y.txt": "other" },
          source: { repository: "https://git.example.com/etl", commit: "c0ffee", modified: false },
          builder: { id: "https://ci.example.com/etl", job: "https://ci.example.com/etl/1" },
        }),
      ),
      {
        buildDefinition: {
          buildType: "https://tapctl.dev/connector-image/v1",
          externalParameters: {
            repository: "tap-x",
            tag: "1.0-abc",
            platforms: ["linux/amd64"],
            args: BUILD.args,
          },
          internalParameters: { tapctl: VERSION },
          resolvedDependencies: [
            {
              uri: "git+https://git.example.com/etl",
              digest: { gitCommit: "c0ffee" },
              annotations: { modified: false },
            },
            { uri: "docker://python:3.12-slim" },
            {
              name: "connectors/locks/tap-x.txt",
              digest: {
                sha256: "0c030586945fe504b604ecc2e875c38ede400cd5cd73da9730302162e6b02c6f",
              },
            },
          ],
        },
        runDetails: {
          builder: { id: "https://ci.example.com/etl", version: { tapctl: VERSION } },
          metadata: { invocationId: "https://ci.example.com/etl/1" },
        },
      },
    );
  });

  for (const [title, env, expected] of [
    [
      "GitHub Actions",
      {
        GITHUB_SERVER_URL: "https://github.com",
        GITHUB_WORKFLOW_REF: "acme/etl/.github/workflows/deploy.yml@refs/heads/main",
        GITHUB_REPOSITORY: "acme/etl",
        GITHUB_RUN_ID: "7",
        GITHUB_RUN_ATTEMPT: "2",
      },
      {
        id: "https://github.com/acme/etl/.github/workflows/deploy.yml@refs/heads/main",
        job: "https://github.com/acme/etl/actions/runs/7/attempts/2",
      },
    ],
    [
      "GitLab",
      { CI_PROJECT_URL: "https://gitlab.com/acme/etl", CI_JOB_URL: "https://gitlab.com/j/1" },
      { id: "https://gitlab.com/acme/etl", job: "https://gitlab.com/j/1" },
    ],
    ["another machine", {}, { id: "https://tapctl.dev/builders/unknown" }],
  ] as const)
    test(`provenance: the builder on ${title}`, () => assert.deepEqual(builderOf(env), expected));

  for (const [remote, expected] of [
    ["https://etl:token@git.example.com/acme/etl.git", "https://git.example.com/acme/etl.git"],
    ["https://git.example.com/acme/etl@2.git", "https://git.example.com/acme/etl@2.git"],
    ["git@github.com:acme/etl.git", "ssh://github.com/acme/etl.git"],
    ["/srv/git/etl.git", undefined],
    [undefined, undefined],
  ] as const)
    test(`provenance: the repository of the remote ${remote} is ${expected}`, (t) => {
      assert.equal(sourceOf(repository(t, remote))?.repository, expected);
    });

  test("provenance: it records whether files differ from the commit", (t) => {
    const folder = repository(t);
    assert.equal(sourceOf(folder)?.modified, false);
    writeFileSync(join(folder, "x"), "");
    assert.equal(sourceOf(folder)?.modified, true);
  });

  test("provenance: a project without a repository has no source", (t) => {
    const folder = mkdtempSync(join(tmpdir(), "provenance-"));
    t.after(() => rmSync(folder, { recursive: true }));
    assert.equal(sourceOf(folder), undefined);
  });
});
