import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { answerTo, startStandIn } from "../../../src/run/offline/stand-in";

interface Row {
  readonly date: string;
  readonly quote: string;
  readonly rate: number;
}

const list = (query: string, run = 0) =>
  answerTo(new URL(`http://x/v2/rates?${query}`), run).body as readonly Row[];

suite("bundled exchange-rate service", () => {
  test("bundled service: it lists the days from the requested one", () => {
    const rows = list("base=USD&quotes=EUR,GBP&from=2026-11-12");
    assert.deepEqual(
      rows.map(({ date, quote }) => `${date} ${quote}`),
      ["2026-11-12 EUR", "2026-11-12 GBP", "2026-11-13 EUR", "2026-11-13 GBP"],
    );
  });

  test("bundled service: its rates are the same on every machine and change from day to day", () => {
    assert.deepEqual(
      list("quotes=EUR&from=2026-11-12").map(({ rate }) => rate),
      [0.901399, 0.909369],
    );
    assert.deepEqual(list("quotes=EUR"), list("quotes=EUR"));
  });

  test("bundled service: each run adds a day and keeps the earlier ones", () => {
    for (const run of [0, 1, 30]) {
      const [before, after] = [list("quotes=EUR", run), list("quotes=EUR", run + 1)];
      assert.equal(after.length, before.length + 1);
      assert.deepEqual(after.slice(0, -1), before);
    }
  });

  test("bundled service: it has rates for every day, with new values for each run", () => {
    for (const day of ["1999-01-04", "2026-11-21", "2030-02-28"]) {
      const answer = (run: number) =>
        answerTo(new URL(`http://x/v1/${day}?base=USD`), run).body as {
          readonly date: string;
          readonly rates: Record<string, number>;
        };
      assert.equal(answer(0).date, day);
      assert.equal(answer(0).rates.USD, 1);
      assert.notEqual(answer(1).rates.EUR, answer(0).rates.EUR);
    }
  });

  for (const path of [
    "/v2/rates?base=XXX",
    "/v2/rates?quotes=EUR,YYY",
    "/v1/2026-13-01",
    "/v1/latest",
    "/",
  ]) {
    test(`bundled service: ${path} is not found`, () =>
      assert.equal(answerTo(new URL(`http://x${path}`), 0).status, 404));
  }

  test("bundled service: it listens on localhost and stops", async () => {
    const standIn = await startStandIn(2);
    assert.match(standIn.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const rows = (await (
      await fetch(`${standIn.url}/v2/rates?quotes=EUR&from=${standIn.lastDay}`)
    ).json()) as readonly Row[];
    assert.deepEqual(
      rows.map(({ date }) => date),
      ["2026-11-15"],
    );
    await standIn.stop();
    await assert.rejects(fetch(standIn.url));
  });
});
