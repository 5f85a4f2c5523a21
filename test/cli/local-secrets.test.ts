import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { secretsForRuns } from "../../src/cli/local-secrets";
import type { UserError } from "../../src/common/errors";
import { tap, target } from "../../src/model/define-connector";
import { secret } from "../../src/model/connector-settings";
import type { PipelineEntry } from "../../src/model/define";
import { standIn } from "../cluster/support";

const tapAny = tap({ name: "tap-any", package: "tap-any", version: "0.1.0" });
const targetAny = target({ name: "target-any", package: "target-any", version: "0.1.0" });

const entry = (key = "password"): PipelineEntry => ({
  name: "orders",
  schedule: "0 6 * * *",
  tap: tapAny({ password: secret("shop-password", { kubernetes: { name: "shop-db", key } }) }),
  target: targetAny({ password: secret("warehouse-password") }),
});

function projectFolder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), "tapctl-secrets-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

async function withSecret(t: TestContext): ReturnType<typeof standIn> {
  const found = await standIn(t);
  const data = { password: Buffer.from("from the cluster").toString("base64") };
  found.api.put("secrets", {
    metadata: { name: "shop-db", namespace: "pipelines" },
    data,
  });
  return found;
}

test("existing Kubernetes Secrets: a local run reads them through the kubeconfig", async (t) => {
  await withSecret(t);
  const secrets = await secretsForRuns(projectFolder(t), [entry()]);
  assert.equal(secrets("shop-password"), "from the cluster");
  assert.equal(secrets("warehouse-password"), undefined);
});

test("existing Kubernetes Secrets: a value on this machine takes precedence, without a cluster", async (t) => {
  const root = projectFolder(t);
  writeFileSync(join(root, ".env"), "SHOP_PASSWORD=local\n");
  const secrets = await secretsForRuns(root, [entry()]);
  assert.equal(secrets("shop-password"), "local");
});

const PROBLEM =
  /^Secret "shop-password" is not set on this machine, and the Kubernetes Secret "shop-db" cannot be read: /;

async function assertNotReadable(
  t: TestContext,
  used: PipelineEntry,
  reason: RegExp,
): Promise<void> {
  await assert.rejects(secretsForRuns(projectFolder(t), [used]), (error: UserError) => {
    assert.match(error.problem, PROBLEM);
    assert.match(error.problem, reason);
    assert.match(
      error.message,
      /Set SHOP_PASSWORD in the environment or in \.env, or correct the Secret\.$/,
    );
    return true;
  });
}

test("existing Kubernetes Secrets: a missing key is one error with the variable to set", async (t) => {
  await withSecret(t);
  await assertNotReadable(t, entry("token"), /it has no key "token"\.$/);
});

test("existing Kubernetes Secrets: a missing Secret is one error with the variable to set", async (t) => {
  await standIn(t);
  await assertNotReadable(t, entry(), /shop-db/);
});

test("existing Kubernetes Secrets: denied access is one error with the reason", async (t) => {
  const { api } = await withSecret(t);
  api.forbid("get secrets");
  await assertNotReadable(t, entry(), /You are not allowed to get secrets "shop-db"\.$/);
});
