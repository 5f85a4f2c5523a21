import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCron } from "../../../src/model/cron/cron";
import { longestInterval } from "../../../src/model/cron/cron-interval";

const HOUR = 3600;
const DAY = 24 * HOUR;

for (const [cron, seconds] of [
  ["* * * * *", 60],
  ["*/15 * * * *", 900],
  ["5 * * * *", HOUR],
  ["0 6 * * *", DAY],
  ["0 6,18 * * *", 12 * HOUR],
  // From Friday's last one to Monday's first.
  ["*/15 6-20 * * MON-FRI", 2 * DAY + 9 * HOUR + 900],
  ["0 0 1 * *", 31 * DAY],
  ["0 0 1 1 *", 366 * DAY],
  ["0 0 29 2 *", 1461 * DAY],
  ["@every 90m", 90 * 60],
] as const) {
  test(`longest interval: ${cron} has ${seconds} s`, () => {
    const parsed = parseCron(cron);
    assert.ok(parsed.ok);
    assert.equal(longestInterval(parsed.schedule), seconds);
  });
}
