/**
 * A stack whose secrets come from an environment of Pulumi ESC, in the formats of the engine: the
 * file of the stack, the merged configuration of the program, and `pulumi config --json`. Source:
 * pulumi v3.259.0, pkg/workspace/config.go, `mergeConfig`.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { readSettings } from "../../src/deploy/settings";
import { loadSettings } from "../../src/settings/load-settings";
import { readStackFile } from "../../src/settings/stack-file";

test("Pulumi ESC: the program gets each secret of the environment as a secret", async () => {
  pulumi.runtime.setAllConfig(
    {
      "tapctl:namespace": "etl",
      // One key, merged by the engine from the environment and the file.
      "tapctl:secrets": JSON.stringify({ "shop-password": "from-esc", "team-slack": "of-file" }),
    },
    ["tapctl:secrets"],
  );
  const { namespace, secrets } = loadSettings();
  assert.deepEqual([namespace, Object.keys(secrets)], ["etl", ["shop-password", "team-slack"]]);
  const password = secrets["shop-password"];
  assert.ok(password);
  assert.equal(await pulumi.isSecret(password), true);
  assert.equal(await new Promise((resolve) => void password.apply(resolve)), "from-esc");
});

test("Pulumi ESC: commands before an update need no value of the environment", () => {
  const output = JSON.stringify({
    "tapctl:namespace": { value: "etl", secret: false },
    "tapctl:secrets": { secret: true },
  });
  assert.equal(readSettings({ ok: true, output, error: "" }).namespace, "etl");
});

test("Pulumi ESC: commands without the engine read the settings beside the environment", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-esc-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "Pulumi.prod.yaml");
  const environment = "environment:\n  - data/etl-prod\n";
  writeFileSync(file, `${environment}config:\n  tapctl:namespace: etl\n`);
  assert.equal(readStackFile(folder, "prod").settings.namespace, "etl");
  writeFileSync(file, environment);
  assert.equal(readStackFile(folder, "prod").settings.namespace, "pipelines");
});
