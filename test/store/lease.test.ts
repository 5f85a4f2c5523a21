import assert from "node:assert/strict";
import { hostname } from "node:os";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { leaseKey } from "../../src/store/keys";
import { acquireLease, currentHolder, LeaseHeld, LeaseLost } from "../../src/store/lease/lease";
import { isProcessAlive } from "../../src/common/processes";
import { Clock, LeaseRecord, self } from "../../src/store/lease/lease-record";
import { ObjectStore } from "../../src/store/object-store";
import { describeStores } from "./stores";

const START = Date.parse("2026-11-23T08:15:02Z");

/** A clock that moves only by `pass`; `set` sets it forward or back without time passing. */
function fakeClock(): {
  clock: Clock;
  pass: (seconds: number) => void;
  set: (seconds: number) => void;
} {
  let [time, uptime] = [START, 1_000_000];
  const pass = (seconds: number) => {
    time += seconds * 1000;
    uptime += seconds * 1000;
  };
  return {
    clock: { now: () => time, uptime: () => uptime },
    pass,
    set: (seconds) => (time += seconds * 1000),
  };
}

/** A record as another machine would write it. */
const foreign = (changes: Partial<LeaseRecord> = {}): LeaseRecord => ({
  ...self(),
  owner: "ann",
  host: "db1",
  boot: "another boot",
  pid: 4242,
  run: "20261123T081502Z-4f2a9c",
  since: "2026-11-23T08:15:02.000Z",
  expires: START + 60_000,
  ...changes,
});

const stored = async (store: ObjectStore): Promise<readonly string[]> =>
  (await store.list("leases/")).map(({ key }) => key);

/** The store with an event that happens once, just before a claim. */
function beforeClaim(store: ObjectStore, happens: () => Promise<unknown>): ObjectStore {
  let done = false;
  return {
    ...store,
    putIfAbsent: async (key, body) => {
      if (!done) {
        done = true;
        await happens();
      }
      return store.putIfAbsent(key, body);
    },
  };
}

describeStores("lease", (fresh, again) => {
  test("lease: it has one holder until it is released", async () => {
    const store = fresh();
    const lease = await acquireLease(store, "orders", { run: "one" });
    await lease.verify();
    await assert.rejects(acquireLease(again(store), "orders", { run: "two" }), LeaseHeld);
    assert.equal((await currentHolder(store, "orders"))?.run, "one");
    const other = await acquireLease(store, "customers", { run: "three" });
    await other.release();
    await lease.release();
    await lease.release();
    assert.equal(await currentHolder(store, "orders"), undefined);
    const next = await acquireLease(again(store), "orders", { run: "two" });
    assert.equal(next.generation, 2);
    await assert.rejects(lease.verify(), LeaseLost);
    await next.release();
  });

  test("lease: of 20 tasks one gets it, and only its generation remains", async () => {
    const store = fresh();
    await (await acquireLease(store, "orders", { run: "before" })).release();
    const tasks = Array.from({ length: 20 }, (_, index) =>
      acquireLease(again(store), "orders", { run: `run ${index}` }),
    );
    const results = await Promise.allSettled(tasks);
    const won = results.filter((result) => result.status === "fulfilled");
    assert.equal(won.length, 1);
    for (const result of results) {
      assert.ok(result.status === "fulfilled" || result.reason instanceof LeaseHeld);
    }
    await won[0]?.value.verify();
    assert.equal((await stored(store)).length, 1);
    await won[0]?.value.release();
  });

  test("lease: the error names the holder, since when, until when, and what to do", async () => {
    const store = fresh();
    const { clock } = fakeClock();
    await store.put(leaseKey("orders", 1), JSON.stringify(foreign()));
    const refused = async (): Promise<LeaseHeld> =>
      acquireLease(store, "orders", { run: "mine", clock }).then(
        () => assert.fail("taken"),
        (error: LeaseHeld) => error,
      );
    const elsewhere = await refused();
    assert.equal(elsewhere.exitCode, 3);
    assert.equal(
      elsewhere.message,
      `"orders" is held by run 20261123T081502Z-4f2a9c of ann on host db1 (pid 4242, since 2026-11-23T08:15:02.000Z, ` +
        `renewed until 2026-11-23T08:16:02.000Z).\nWait for it to end, or stop it there. If that machine no longer exists, the lease expires at 2026-11-23T08:16:02.000Z.`,
    );
    await store.put(leaseKey("orders", 1), JSON.stringify(foreign(self())));
    assert.match(
      (await refused()).message,
      new RegExp(
        `on host ${hostname()} \\(pid ${process.pid}, .*\\)\\.\nWait for it to end, or stop it with: kill ${process.pid}$`,
      ),
    );
  });

  const free: readonly { readonly what: string; readonly content: string }[] = [
    { what: "an expired lease", content: JSON.stringify(foreign({ expires: START })) },
    { what: "a released lease", content: JSON.stringify(foreign({ expires: 0 })) },
    { what: "an unreadable lease", content: "{" },
    { what: "a lease without its fields", content: '{"expires": 99999999999999}' },
    { what: "an empty lease", content: "" },
    {
      what: "a lease of a dead process of this machine",
      content: JSON.stringify({ ...foreign(self()), pid: 2 ** 22 + 1 }),
    },
    {
      what: "a lease of a process whose id was given to this one",
      content: JSON.stringify({ ...foreign(self()), started: "1" }),
    },
  ];
  for (const { what, content } of free) {
    test(`lease: ${what} is taken over`, async () => {
      const store = fresh();
      await store.put(leaseKey("orders", 7), content);
      const lease = await acquireLease(store, "orders", { run: "mine", clock: fakeClock().clock });
      assert.equal(lease.generation, 8);
      assert.deepEqual(await stored(store), [leaseKey("orders", 8)]);
      await lease.release();
    });
  }

  const held: readonly { readonly what: string; readonly record: LeaseRecord }[] = [
    { what: "another machine", record: foreign({ expires: START + 1 }) },
    {
      what: "a process of another boot or container that does not run here",
      record: { ...foreign(self()), boot: "another", pid: 2 ** 22 + 1 },
    },
    { what: "a running process of this machine", record: foreign(self()) },
  ];
  for (const { what, record } of held) {
    test(`lease: one of ${what} is not taken over`, async () => {
      const store = fresh();
      await store.put(leaseKey("orders", 7), JSON.stringify(record));
      await assert.rejects(
        acquireLease(store, "orders", { run: "mine", clock: fakeClock().clock }),
        LeaseHeld,
      );
      assert.deepEqual(await stored(store), [leaseKey("orders", 7)]);
    });
  }

  test("lease: an expired one stays with its holder unless another takes it", async () => {
    const store = fresh();
    const { clock, pass } = fakeClock();
    const owner = await acquireLease(store, "orders", { run: "owner", clock });
    pass(61);
    await owner.verify();
    await assert.rejects(acquireLease(again(store), "orders", { run: "early", clock }), LeaseHeld);
    pass(61);
    const heard: string[] = [];
    owner.onLost((error) => heard.push(error.message));
    owner.onLost(() => heard.push("forgotten"))();
    const challenger = await acquireLease(again(store), "orders", { run: "challenger", clock });
    await assert.rejects(owner.verify(), LeaseLost);
    await assert.rejects(owner.verify(), LeaseLost);
    owner.onLost(() => heard.push("late"));
    assert.equal(heard.length, 2);
    assert.match(
      heard[0] ?? "",
      /^This run no longer holds the lease of "orders": run challenger on host .* took it over/,
    );
    await owner.release();
    await challenger.verify();
    await challenger.release();
  });

  for (const [what, seconds] of [
    ["forward", 86_400],
    ["back", -86_400],
  ] as const) {
    test(`lease: a holder on this machine keeps it when the clock is set ${what}`, async () => {
      const store = fresh();
      const { clock, pass, set } = fakeClock();
      const owner = await acquireLease(store, "orders", { run: "owner", clock });
      set(seconds);
      await assert.rejects(
        acquireLease(again(store), "orders", { run: "challenger", clock }),
        LeaseHeld,
      );
      assert.equal((await currentHolder(store, "orders", clock))?.run, "owner");
      await owner.verify();
      pass(61);
      assert.equal(
        await currentHolder(store, "orders", clock),
        undefined,
        "it ends in its time all the same",
      );
      await owner.release();
    });
  }

  test("lease: a renewal that fails while the clock is set forward does not lose it", async () => {
    const store = fresh();
    const { clock, set } = fakeClock();
    let failed = 0;
    const failing: ObjectStore = {
      ...store,
      list: (prefix) =>
        failed++ < 2 && prefix.startsWith("leases/") && isTaken
          ? Promise.reject(new Error("no network"))
          : store.list(prefix),
    };
    let isTaken = false;
    const lease = await acquireLease(failing, "orders", { run: "one", ttlSeconds: 0.2, clock });
    const heard: string[] = [];
    lease.onLost((error) => heard.push(error.message));
    [isTaken, failed] = [true, 0];
    set(86_400);
    while (failed < 3) await sleep(10);
    assert.deepEqual(heard, []);
    await lease.release();
  });

  test("lease: a holder whose lease was deleted by hand has lost it", async () => {
    const store = fresh();
    const owner = await acquireLease(store, "orders", { run: "owner" });
    await store.delete(leaseKey("orders", 1));
    await assert.rejects(owner.verify(), /its lease leases\/orders\/0000000001.json was removed/);
  });

  test("lease: a challenger yields to a holder that renews between its look and its claim", async () => {
    const store = fresh();
    const { clock, pass } = fakeClock();
    const owner = await acquireLease(store, "orders", { run: "owner", clock });
    pass(61);
    const late = beforeClaim(again(store), () => owner.verify());
    await assert.rejects(acquireLease(late, "orders", { run: "challenger", clock }), LeaseHeld);
    await owner.verify();
    assert.deepEqual(await stored(store), [leaseKey("orders", 1)]);
    await owner.release();
  });

  test("lease: a challenger that returns with an old generation does not replace the new holder", async () => {
    const store = fresh();
    await (await acquireLease(store, "orders", { run: "first" })).release();
    const late = beforeClaim(again(store), async () => {
      await (await acquireLease(store, "orders", { run: "second" })).release();
      holder = await acquireLease(store, "orders", { run: "third" });
    });
    let holder = undefined as Awaited<ReturnType<typeof acquireLease>> | undefined;
    await assert.rejects(acquireLease(late, "orders", { run: "late" }), /held by run third/);
    await holder?.verify();
    assert.deepEqual(await stored(store), [leaseKey("orders", 3)]);
    await holder?.release();
  });

  test("lease: it is renewed every quarter of its time, and not after its release", async () => {
    const store = fresh();
    const expiry = async (): Promise<number> =>
      (JSON.parse((await store.get(leaseKey("orders", 1)))?.toString() ?? "") as LeaseRecord)
        .expires;
    const lease = await acquireLease(store, "orders", { run: "one", ttlSeconds: 2 });
    const first = await expiry();
    while ((await expiry()) === first) {
      await sleep(20);
    }
    assert.ok((await expiry()) > first);
    await lease.release();
    await sleep(1200);
    assert.equal(await expiry(), 0);
  });

  test("lease: it is lost if it cannot be renewed in time", async () => {
    const store = fresh();
    const { clock, pass } = fakeClock();
    let broken = false;
    const failing: ObjectStore = {
      ...store,
      list: async (prefix) =>
        broken ? Promise.reject(new Error("no network")) : store.list(prefix),
    };
    const lease = await acquireLease(failing, "orders", { run: "one", ttlSeconds: 0.2, clock });
    broken = true;
    const heard: string[] = [];
    lease.onLost((error) => heard.push(error.message));
    await sleep(150);
    assert.equal(heard.length, 0);
    pass(1);
    while (heard.length === 0) {
      await sleep(20);
    }
    assert.match(heard.join(), /could not be renewed in time \(no network\)/);
  });
});

test("process check: a process is alive if it has the same start time", () => {
  assert.equal(isProcessAlive(process.pid, self().started), true);
  assert.equal(isProcessAlive(process.pid, ""), true);
  assert.equal(isProcessAlive(process.pid, "1"), process.platform !== "linux");
  assert.equal(isProcessAlive(2 ** 22 + 1, ""), false);
});
