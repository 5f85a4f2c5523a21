import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { attempt, delaySeconds } from "../../src/run/attempts";
import { createStop } from "../../src/run/stop";

const QUICK = { delay: "0.001s" } as const;

suite("attempts", () => {
  test("attempts: they end with the first success", async () => {
    const numbers: number[] = [];
    const step = async (number: number) => {
      numbers.push(number);
      return Promise.resolve(number === 2 ? "good" : "bad");
    };
    const retried: number[] = [];
    const done = await attempt(
      QUICK,
      createStop(),
      step,
      (result) => result === "bad",
      (_, number) => retried.push(number),
    );
    assert.deepEqual(done, { result: "good", attempts: 2 });
    assert.deepEqual(numbers, [1, 2]);
    assert.deepEqual(retried, [1]);
  });

  test("attempts: they end when the retries are used up or a failure is final", async () => {
    const bad = () => Promise.resolve("bad");
    assert.equal(
      (
        await attempt(
          { ...QUICK, limit: 3 },
          createStop(),
          bad,
          () => true,
          () => undefined,
        )
      ).attempts,
      4,
    );
    assert.equal(
      (
        await attempt(
          { ...QUICK, limit: 0 },
          createStop(),
          bad,
          () => true,
          () => undefined,
        )
      ).attempts,
      1,
    );
    assert.equal(
      (
        await attempt(
          QUICK,
          createStop(),
          bad,
          () => false,
          () => undefined,
        )
      ).attempts,
      1,
    );
  });

  test("attempts: a stop during the pause ends them", async () => {
    const stop = createStop();
    const done = await attempt(
      { delay: "1d" },
      stop,
      () => Promise.resolve("bad"),
      () => true,
      () => stop.request("enough"),
    );
    assert.equal(done.attempts, 1);
  });

  test("attempts: pauses double up to the maximum", () => {
    const pauses = [1, 2, 3, 4, 5].map((number) =>
      delaySeconds({ delay: "10s", maxDelay: "1m" }, number),
    );
    assert.deepEqual(pauses, [10, 20, 40, 60, 60]);
    assert.equal(delaySeconds(undefined, 1), 2);
  });
});

test("stop: it notifies its listeners, keeps the first reason and aborts", () => {
  const stop = createStop();
  let calls = 0;
  const forget = stop.onRequest(() => (calls += 1));
  stop.request("first");
  forget();
  stop.request("second");
  assert.deepEqual([calls, stop.count, stop.reason, stop.signal.aborted], [1, 2, "first", true]);
});
