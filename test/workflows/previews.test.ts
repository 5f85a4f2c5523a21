import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { readPulumiPreview } from "../../src/review/pulumi-preview";
import { scriptOf } from "./support";

const hasJq = spawnSync("jq", ["--version"]).status === 0;

const SECRET = "canary";
const DIGEST = JSON.stringify({
  config: { "etl:x": SECRET },
  steps: [
    { op: "same", urn: "urn:pulumi:p::e::t:x:Same::same" },
    {
      op: "delete",
      urn: "urn:pulumi:p::e::aws:s3/bucket:Bucket::store",
      oldState: { inputs: { tag: SECRET } },
    },
  ],
  changeSummary: { delete: 1, same: 4 },
});

/** Runs a step's script with a `pulumi` that prints a text and ends with a code. */
function runStep(
  t: TestContext,
  file: string,
  job: string,
  name: string,
  printed: string,
  code: number,
) {
  const temp = mkdtempSync(join(tmpdir(), "step-"));
  t.after(() => rmSync(temp, { recursive: true, force: true }));
  writeFileSync(join(temp, "printed"), printed);
  writeFileSync(join(temp, "pulumi"), `#!/bin/sh\ncat ${temp}/printed\nexit ${code}\n`, {
    mode: 0o755,
  });
  const env = {
    PATH: `${temp}:${process.env.PATH}`,
    RUNNER_TEMP: temp,
    PULUMI_STACK: "prod",
    GITHUB_OUTPUT: join(temp, "output"),
  };
  writeFileSync(env.GITHUB_OUTPUT, "");
  const { status, stderr } = spawnSync(
    "bash",
    ["--noprofile", "--norc", "-eo", "pipefail", "-c", scriptOf(file, job, name)],
    { env, encoding: "utf8" },
  );
  return {
    status,
    stderr,
    output: readFileSync(env.GITHUB_OUTPUT, "utf8"),
    read: (path: string) => readFileSync(join(temp, path), "utf8"),
  };
}

suite("preview of a pull request", { skip: !hasJq && "jq is not installed" }, () => {
  test("preview workflow: its output has no values, and tapctl can read it", (t) => {
    const { status, read } = runStep(t, "pull-request.yml", "preview", "Preview", DIGEST, 0);
    assert.equal(status, 0);
    assert.ok(!read("preview.json").includes(SECRET));
    assert.deepEqual(readPulumiPreview("p", read("preview.json")), {
      losses: [{ kind: "deleted", type: "aws:s3/bucket:Bucket", name: "store", reasons: [] }],
      counts: [["delete", 1]],
      errors: 0,
    });
  });

  test("preview workflow: a failed preview fails the job and still provides its output", (t) => {
    const { status, read, stderr } = runStep(
      t,
      "pull-request.yml",
      "preview",
      "Preview",
      JSON.stringify({ diagnostics: [{ severity: "error", message: "no credentials" }] }),
      255,
    );
    assert.deepEqual([status, stderr], [255, "no credentials\n"]);
    assert.equal(readPulumiPreview("p", read("preview.json")).errors, 1);
  });
});

suite("drift workflow", { skip: !hasJq && "jq is not installed" }, () => {
  const drift = (t: TestContext, printed: string, code: number) =>
    runStep(t, "drift.yml", "preview", "Preview", printed, code);

  test("drift workflow: it lists the differences", (t) => {
    const { status, output } = drift(t, DIGEST, 1);
    assert.equal(status, 0);
    assert.match(
      output,
      /^drift=found\nchanges<<([0-9a-f]{32})\ndelete urn:pulumi:p::e::aws:s3\/bucket:Bucket::store\n\1\n$/,
    );
  });

  test("drift workflow: without differences, it reports none", (t) => {
    assert.match(
      drift(t, JSON.stringify({ changeSummary: { same: 4 } }), 0).output,
      /^drift=none\n/,
    );
  });

  test("drift workflow: a preview that fails for another reason is not drift", (t) => {
    for (const printed of [
      "",
      JSON.stringify({
        diagnostics: [{ severity: "error", message: "no credentials" }],
        changeSummary: { create: 1 },
      }),
    ]) {
      const { status, output } = drift(t, printed, 255);
      assert.deepEqual([status, output], [255, ""]);
    }
  });
});
