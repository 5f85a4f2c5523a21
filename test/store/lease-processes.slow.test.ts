import assert from "node:assert/strict";
import { ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, describe, test } from "node:test";
import { openFolder } from "../../src/store/folder";
import { acquireLease, currentHolder, LeaseHeld } from "../../src/store/lease/lease";
import { systemClock } from "../../src/store/lease/lease-record";
import { compiled } from "../support/command";
import { temporaryFolder } from "./stores";

/** A child process that acquires leases on command. */
interface Holder {
  readonly child: ChildProcessWithoutNullStreams;
  ask(command: "acquire" | "verify" | "release"): Promise<string>;
}

describe("lease between processes", () => {
  const folder = temporaryFolder();
  const children: ChildProcessWithoutNullStreams[] = [];
  after(() => children.forEach((child) => child.kill("SIGKILL")));
  const location = (name: string): string => join(folder, name);

  async function startHolder(path: string): Promise<Holder> {
    const child = spawn(process.execPath, [
      compiled("test/store/fixtures/lease-holder"),
      path,
      "orders",
    ]);
    children.push(child);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    assert.equal((await lines.next()).value, "ready");
    return {
      child,
      ask: async (command) => {
        child.stdin.write(`${command}\n`);
        return String((await lines.next()).value);
      },
    };
  }

  async function end(holder: Holder): Promise<void> {
    const exit = once(holder.child, "exit");
    holder.child.kill("SIGKILL");
    await exit;
  }

  test("lease: of 20 processes one gets it, in every round", async () => {
    const holders: Holder[] = [];
    for (let started = 0; started < 20; started += 4) {
      holders.push(
        ...(await Promise.all(Array.from({ length: 4 }, () => startHolder(location("race"))))),
      );
    }
    for (let round = 1; round <= 5; round += 1) {
      const answers = await Promise.all(holders.map((holder) => holder.ask("acquire")));
      assert.deepEqual(
        [...answers].sort(),
        [...Array<string>(19).fill("held"), "won"],
        `round ${round}`,
      );
      assert.equal(await holders[answers.indexOf("won")]?.ask("release"), "released");
    }
    await Promise.all(holders.map(end));
  });

  test("lease: after kill -9 of its holder, it is free immediately on the same machine", async () => {
    const store = openFolder(location("killed"));
    const holder = await startHolder(location("killed"));
    assert.equal(await holder.ask("acquire"), "won");
    await assert.rejects(acquireLease(store, "orders", { run: "mine" }), LeaseHeld);
    assert.equal((await currentHolder(store, "orders"))?.pid, holder.child.pid);
    await end(holder);
    assert.equal(await currentHolder(store, "orders"), undefined);
    const lease = await acquireLease(store, "orders", { run: "mine" });
    assert.equal(lease.generation, 2);
    await lease.release();
  });

  test("lease: a holder that slept past its expiry has lost it", async () => {
    const store = openFolder(location("asleep"));
    const holder = await startHolder(location("asleep"));
    assert.equal(await holder.ask("acquire"), "won");
    assert.equal(await holder.ask("verify"), "mine");
    holder.child.kill("SIGSTOP");
    const clock = {
      now: (): number => Date.now() + 61_000,
      uptime: (): number => systemClock.uptime() + 61_000,
    };
    const lease = await acquireLease(store, "orders", { run: "mine", clock });
    holder.child.kill("SIGCONT");
    assert.match(
      await holder.ask("verify"),
      /LeaseLost: This run no longer holds the lease of "orders": run mine on host .* took it over\. Its state is not saved/,
    );
    assert.equal(await holder.ask("release"), "released");
    await lease.verify();
    await lease.release();
    await end(holder);
  });
});
