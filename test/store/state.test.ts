import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../src/common/errors";
import { historyKey, stateKey } from "../../src/store/keys";
import { ObjectStore } from "../../src/store/object-store";
import { commitState, deleteState, readState, StateEnvelope } from "../../src/store/state/state";
import {
  history,
  pruneHistory,
  rollbackState,
  rollbackTarget,
} from "../../src/store/state/state-history";
import { describeStores } from "./stores";
import { JsonText, stringifyJson, toJsonText } from "../../src/common/json";

const RUNS = [
  "20261121T060000Z-000001",
  "20261122T060000Z-000002",
  "20261123T060000Z-000003",
  "20261124T060000Z-000004",
] as const;

const envelope = (run: string, pipeline = "orders"): StateEnvelope => ({
  version: 1,
  pipeline,
  run,
  tap: "tap-postgres",
  target: "target-csv",
  destination: "sha256:1",
  time: "2026-11-23T08:15:02Z",
  state: JsonText.parse(
    `{"bookmarks": {"orders": {"replication_key_value": "${run}", "10": 1.10, "2": 12345678901234567890}}}`,
  ),
});

const inForce = async (store: ObjectStore): Promise<string | undefined> =>
  (await readState(store, "orders"))?.envelope.run;

async function withRuns(store: ObjectStore, count: number): Promise<ObjectStore> {
  for (const run of RUNS.slice(0, count)) {
    await commitState(store, envelope(run));
  }
  return store;
}

describeStores("state", (fresh) => {
  test("saved state: it is read as saved, and undefined before", async () => {
    const store = fresh();
    assert.equal(await readState(store, "orders"), undefined);
    await commitState(store, envelope(RUNS[0]));
    assert.deepEqual(await readState(store, "orders"), {
      envelope: envelope(RUNS[0]),
      from: "orders",
    });
    assert.equal(await readState(store, "customers"), undefined);
  });

  test("saved state: the history is written first, so that a crash in between loses no generation", async () => {
    const written: string[] = [];
    const store = fresh();
    const watched: ObjectStore = {
      ...store,
      put: async (key, body) => (written.push(key), store.put(key, body)),
    };
    await commitState(watched, envelope(RUNS[0]));
    assert.deepEqual(written, [historyKey("orders", RUNS[0]), stateKey("orders")]);
  });

  for (const state of ["{}", "null", "[ ]", '""']) {
    test(`saved state: ${state} does not replace a state`, async () => {
      const store = await withRuns(fresh(), 1);
      await assert.rejects(
        commitState(store, { ...envelope(RUNS[1]), state: JsonText.parse(state) }),
        /is empty and does not replace a saved state\.\n.*npx tapctl state reset orders$/,
      );
      assert.equal(await inForce(store), RUNS[0]);
      assert.equal((await history(store, "orders")).length, 1);
    });
  }

  const unreadable: readonly { readonly body: string; readonly says: RegExp }[] = [
    {
      body: '{"version": 1, "sta',
      says: /^state\/orders\/state.json in \S+ is not JSON\.\nRestore an earlier state with: npx tapctl state rollback orders$/,
    },
    { body: '{"bookmarks": {}}', says: /is not a saved state \(an object with version/ },
    { body: "null", says: /is not a saved state/ },
    {
      body: stringifyJson({ ...envelope(RUNS[0]), version: 2 }),
      says: /has version 2, this tapctl reads version 1/,
    },
    { body: stringifyJson({ ...envelope(RUNS[0]), tap: 7 }), says: /"tap" has to be text/ },
  ];
  for (const { body, says } of unreadable) {
    test(`saved state: the error for ${body.slice(0, 20)}... names a repair that works`, async () => {
      const store = await withRuns(fresh(), 2);
      await store.put(stateKey("orders"), body);
      await assert.rejects(readState(store, "orders"), (error: unknown) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, says);
        return true;
      });
      assert.equal((await rollbackState(store, "orders")).run, RUNS[1]);
      assert.equal(await inForce(store), RUNS[1]);
    });
  }

  test("formerName: the former state counts only while the new name has never had one", async () => {
    const store = fresh();
    await commitState(store, envelope(RUNS[0], "old-orders"));
    assert.equal((await readState(store, "orders", "old-orders"))?.from, "old-orders");
    assert.equal(await readState(store, "orders"), undefined);
    await commitState(store, envelope(RUNS[1]));
    assert.equal((await readState(store, "orders", "old-orders"))?.envelope.run, RUNS[1]);
  });

  test("formerName: a reset of the new state does not restore the former one", async () => {
    const store = fresh();
    await commitState(store, envelope(RUNS[0], "old-orders"));
    const forgotten = await deleteState(store, "orders", {
      run: RUNS[1],
      formerName: "old-orders",
    });
    assert.equal(forgotten?.envelope.run, RUNS[0]);
    assert.equal(await readState(store, "orders", "old-orders"), undefined);
    assert.deepEqual((await rollbackState(store, "orders")).state, envelope(RUNS[0]).state);
  });

  test("state reset: the state is removed and stays in the history", async () => {
    const store = await withRuns(fresh(), 2);
    assert.equal((await deleteState(store, "orders", { run: RUNS[2] }))?.envelope.run, RUNS[1]);
    assert.equal(await inForce(store), undefined);
    assert.deepEqual(
      (await history(store, "orders")).map(({ run }) => run),
      [RUNS[1], RUNS[0]],
    );
    assert.equal(await deleteState(store, "orders", { run: RUNS[3] }), undefined);
    assert.equal((await rollbackState(store, "orders")).run, RUNS[1]);
  });

  test("state reset: a state that was edited by hand or is unreadable stays in the history", async () => {
    const store = await withRuns(fresh(), 1);
    await store.put(
      stateKey("orders"),
      stringifyJson({ ...envelope(RUNS[0]), state: { edited: true } }),
    );
    await deleteState(store, "orders", { run: RUNS[1] });
    assert.deepEqual(
      (await rollbackTarget(store, "orders", RUNS[1])).state,
      toJsonText({ edited: true }),
    );
    await store.put(stateKey("orders"), "garbage");
    assert.equal(await deleteState(store, "orders", { run: RUNS[2] }), undefined);
    assert.equal((await store.get(historyKey("orders", RUNS[2])))?.toString(), "garbage");
    assert.equal(await inForce(store), undefined);
  });

  test("state history: newest first, limited, with unreadable entries", async () => {
    const store = await withRuns(fresh(), 3);
    await store.put(historyKey("orders", RUNS[1]), "garbage");
    const entries = await history(store, "orders", 2);
    assert.deepEqual(entries[0], { run: RUNS[2], envelope: envelope(RUNS[2]) });
    assert.equal(entries.length, 2);
    assert.ok(entries[1] !== undefined && "problem" in entries[1]);
    assert.match(entries[1].problem, /000002.json in \S+ is not JSON/);
  });

  test("state history: states are ordered by their sequence, even if a clock was set back", async () => {
    const store = fresh();
    const [first, second, third, fourth] = RUNS;
    await commitState(store, envelope(third));
    await commitState(store, { ...envelope(fourth), previous: third });
    await commitState(store, { ...envelope(first), previous: fourth });
    await commitState(store, { ...envelope(second), previous: first });
    const listed = async (limit: number) =>
      (await history(store, "orders", limit)).map(({ run }) => run);
    assert.deepEqual(await listed(20), [second, first, fourth, third]);
    assert.deepEqual(await listed(2), [second, first]);
    assert.equal((await rollbackState(store, "orders")).run, first);
    assert.equal((await rollbackState(store, "orders")).run, fourth);
    assert.equal((await rollbackState(store, "orders")).run, third);
    await pruneHistory(store, "orders", 1);
    assert.deepEqual(await listed(20), [fourth, third], "the one in force is kept");
  });

  test("state rollback: each restores an earlier state and skips unreadable ones; a named run can be newer", async () => {
    const store = await withRuns(fresh(), 4);
    await store.put(historyKey("orders", RUNS[2]), "garbage");
    assert.equal((await rollbackTarget(store, "orders")).run, RUNS[1]);
    assert.equal(await inForce(store), RUNS[3]);
    assert.equal((await rollbackState(store, "orders")).run, RUNS[1]);
    assert.equal((await rollbackState(store, "orders")).run, RUNS[0]);
    await assert.rejects(
      rollbackState(store, "orders"),
      /"orders" has no earlier state to return to/,
    );
    assert.equal(await inForce(store), RUNS[0]);
    assert.equal((await rollbackState(store, "orders", RUNS[3])).run, RUNS[3]);
    assert.equal(await inForce(store), RUNS[3]);
    await assert.rejects(rollbackState(store, "orders", RUNS[2]), /is not JSON/);
    await assert.rejects(
      rollbackState(store, "orders", "nonsense"),
      /"orders" has no saved state of run "nonsense"/,
    );
  });

  test("state history: old generations are removed, the newest never", async () => {
    const store = await withRuns(fresh(), 4);
    assert.deepEqual(await pruneHistory(store, "orders", 2), [RUNS[1], RUNS[0]]);
    assert.deepEqual(await pruneHistory(store, "orders", 0), [RUNS[2]]);
    assert.deepEqual(
      (await history(store, "orders")).map(({ run }) => run),
      [RUNS[3]],
    );
    assert.equal(await inForce(store), RUNS[3]);
  });
});
