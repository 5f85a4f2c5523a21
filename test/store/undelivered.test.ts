import assert from "node:assert/strict";
import { test } from "node:test";
import { undeliveredKey } from "../../src/store/keys";
import { listUndelivered } from "../../src/store/runs/undelivered";
import { describeStores } from "./stores";

const lost = { run: "r1", event: "failed", failures: ["webhook: HTTP 500"] };

describeStores("notifications", (fresh) => {
  test("notifications not delivered: they are found for all pipelines and for one", async () => {
    const store = fresh();
    assert.deepEqual(await listUndelivered(store), new Map());
    assert.deepEqual(await listUndelivered(store, "orders"), new Map());
    await store.put(undeliveredKey("orders"), JSON.stringify(lost));
    await store.put(undeliveredKey("orders-2"), JSON.stringify({ ...lost, run: "r2" }));
    await store.put(undeliveredKey("items"), "{}\n");
    assert.deepEqual([...(await listUndelivered(store)).keys()].sort(), ["orders", "orders-2"]);
    assert.deepEqual(await listUndelivered(store, "orders"), new Map([["orders", lost]]));
    assert.deepEqual(await listUndelivered(store, "items"), new Map());
  });
});
