import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { stringify } from "yaml";
import { ruleGroups } from "../../../src/manifests/monitoring/prometheus-rule";
import { PROMTOOL, RULES, withoutPromtool } from "./support";

const skip = withoutPromtool();

/** A folder with the rules as Prometheus reads them. */
function rulesFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-rules-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(
    join(folder, "rules.yaml"),
    stringify({ groups: ruleGroups(RULES) }, { lineWidth: 0 }),
  );
  return folder;
}

function promtool(cwd: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(PROMTOOL, args, { cwd, encoding: "utf8" });
  assert.equal(status, 0, `${stdout}${stderr}`);
}

test("alert rules: promtool accepts them", { skip }, (t) =>
  promtool(rulesFolder(t), ["check", "rules", "rules.yaml"]),
);

test("alert rules: they behave as in rules.promtool.yaml", { skip }, (t) => {
  const folder = rulesFolder(t);
  copyFileSync(join(__dirname, "rules.promtool.yaml"), join(folder, "rules.promtool.yaml"));
  promtool(folder, ["test", "rules", "rules.promtool.yaml"]);
});
