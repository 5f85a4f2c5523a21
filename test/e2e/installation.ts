import assert from "node:assert/strict";
import { test } from "node:test";
import { SMOKE_TEST, smokeTestWorkflow } from "../../src/manifests/argo/smoke-test";
import { create, get, kubectl } from "./kubernetes";
import { addOrders, NAMESPACE, reopen, ROWS, succeeded, type Scene } from "./scene";

/** `up` from scratch, and a second time. */
export function testUp(scene: () => Scene): void {
  test("up: it installs from scratch, and the smoke test passes", async (context) => {
    await addOrders(scene(), ROWS);
    const started = Date.now();
    const changes = await scene().stack.up();
    context.diagnostic(
      `up: ${JSON.stringify(changes)} in ${Math.round((Date.now() - started) / 1000)} s`,
    );
    assert.ok((changes["created"] ?? 0) > 30, JSON.stringify(changes));
    await succeeded(create(smokeTestWorkflow(NAMESPACE)));
    assert.equal(
      get<{ readonly metadata: { readonly name: string } }>(
        "workflowtemplate",
        SMOKE_TEST,
        NAMESPACE,
      ).metadata.name,
      SMOKE_TEST,
    );
    await reopen(scene());
  });

  test("up: a second one changes nothing, and nothing has drifted", async () => {
    const { unchanged, ...changed } = await scene().stack.up();
    assert.deepEqual(changed, {});
    assert.ok(unchanged);
    const { unchanged: kept, ...drifted } = await scene().stack.refresh();
    assert.deepEqual(drifted, {});
    assert.ok(kept);
  });
}

/** Changes of the pipelines, and destroy. */
export function testChanges(scene: () => Scene): void {
  test("up: a changed schedule is one update; a removed pipeline is deleted, and its state is kept", async () => {
    const { stack, entries } = scene();
    const [first, ...rest] = entries;
    assert.ok(first);
    stack.setPipelines([{ ...first, schedule: "5 5 * * *" }, ...rest]);
    const preview = await stack.preview();
    assert.equal(preview["update"], 2, JSON.stringify(preview));
    const changes = await stack.up();
    assert.equal(changes["updated"], 2, JSON.stringify(changes));
    stack.setPipelines(rest);
    const removed = await stack.up();
    assert.equal(removed["deleted"], 3, JSON.stringify(removed));
    assert.ok(await scene().bucket.state(first.name));
    stack.setPipelines(entries);
    assert.equal((await stack.preview())["create"], 3);
  });

  test("up: it reverts a schedule that was resumed manually, and changes nothing else", async () => {
    const { stack, entries } = scene();
    kubectl([
      "patch",
      "cronworkflow",
      "shop-copy",
      "-n",
      NAMESPACE,
      "--type=merge",
      "-p",
      '{"spec":{"suspend":false}}',
    ]);
    stack.setPipelines(entries.slice(1));
    await stack.refresh();
    assert.equal((await stack.up())["updated"], 1);
    assert.equal(
      get<{ readonly spec: { readonly suspend?: boolean } }>("cronworkflow", "shop-copy", NAMESPACE)
        .spec.suspend,
      true,
    );
  });

  test("destroy: it leaves only Argo's definitions, and up works again", async (context) => {
    const { stack, entries, bucket } = scene();
    bucket.close();
    const started = Date.now();
    await stack.destroy();
    context.diagnostic(`destroy: ${Math.round((Date.now() - started) / 1000)} s`);
    assert.doesNotMatch(
      kubectl(["get", "namespaces", "-o", "name"]),
      /namespace\/(argo|minio|pipelines)$/m,
    );
    assert.match(kubectl(["get", "crd", "-o", "name"]), /workflows\.argoproj\.io/);
    stack.setPipelines(entries);
    await stack.up();
    await succeeded(create(smokeTestWorkflow(NAMESPACE)));
    await reopen(scene());
  });
}
