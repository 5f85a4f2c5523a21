import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { REPOSITORY } from "../cli/support";

test("docs: the site is built without warnings, such as a broken link", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-site-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const typedoc = join(REPOSITORY, "node_modules", "typedoc", "bin", "typedoc");
  const args = [typedoc, "--options", join(REPOSITORY, "docs", "typedoc.json"), "--out", folder];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: REPOSITORY,
    encoding: "utf8",
  });
  assert.equal(status, 0, stdout + stderr);
  assert.doesNotMatch(stdout + stderr, /warning/i);
  for (const page of [
    "index.html",
    "documents/docs_runbook.html",
    "functions/src.definePipelines.html",
  ])
    assert.ok(existsSync(join(folder, page)), page);
});
