import assert from "node:assert/strict";
import { test } from "node:test";
import {
  nextRuns,
  parseCron,
  type CalendarSchedule,
  type CronSchedule,
} from "../../../src/model/cron/cron";
import { seeded } from "../support";

/** Results of robfig/cron v3.0.1 (Go 1.26): schedule, time zone, start, the next four runs. */
const answers: readonly (readonly [string, string, string, readonly string[]])[] = [
  [
    "30 2 * * *",
    "Europe/Berlin",
    "2026-03-28T00:00:00Z",
    [
      "2026-03-28T01:30:00Z",
      "2026-03-30T00:30:00Z",
      "2026-03-31T00:30:00Z",
      "2026-04-01T00:30:00Z",
    ],
  ],
  [
    "30 2 * * *",
    "Europe/Berlin",
    "2026-10-24T12:00:00Z",
    [
      "2026-10-25T00:30:00Z",
      "2026-10-25T01:30:00Z",
      "2026-10-26T01:30:00Z",
      "2026-10-27T01:30:00Z",
    ],
  ],
  [
    "0 * * * *",
    "Europe/Berlin",
    "2026-03-29T00:30:00Z",
    [
      "2026-03-29T01:00:00Z",
      "2026-03-29T02:00:00Z",
      "2026-03-29T03:00:00Z",
      "2026-03-29T04:00:00Z",
    ],
  ],
  [
    "0 * * * *",
    "Europe/Berlin",
    "2026-10-24T23:30:00Z",
    [
      "2026-10-25T00:00:00Z",
      "2026-10-25T01:00:00Z",
      "2026-10-25T02:00:00Z",
      "2026-10-25T03:00:00Z",
    ],
  ],
  [
    "*/30 2-3 * * *",
    "Europe/Berlin",
    "2026-03-28T12:00:00Z",
    [
      "2026-03-29T01:00:00Z",
      "2026-03-29T01:30:00Z",
      "2026-03-30T00:00:00Z",
      "2026-03-30T00:30:00Z",
    ],
  ],
  [
    "0 0 * * *",
    "America/Sao_Paulo",
    "2018-11-02T12:00:00Z",
    [
      "2018-11-03T03:00:00Z",
      "2018-11-05T02:00:00Z",
      "2018-11-06T02:00:00Z",
      "2018-11-07T02:00:00Z",
    ],
  ],
  [
    "0 0 * * SUN",
    "America/Sao_Paulo",
    "2018-10-30T12:00:00Z",
    [
      "2018-11-11T02:00:00Z",
      "2018-11-18T02:00:00Z",
      "2018-11-25T02:00:00Z",
      "2018-12-02T02:00:00Z",
    ],
  ],
  [
    "30 0 * * *",
    "Asia/Beirut",
    "2026-03-27T12:00:00Z",
    [
      "2026-03-27T22:30:00Z",
      "2026-03-29T21:30:00Z",
      "2026-03-30T21:30:00Z",
      "2026-03-31T21:30:00Z",
    ],
  ],
  [
    "15 2 * * *",
    "Australia/Lord_Howe",
    "2026-10-02T12:00:00Z",
    [
      "2026-10-02T15:45:00Z",
      "2026-10-04T15:15:00Z",
      "2026-10-05T15:15:00Z",
      "2026-10-06T15:15:00Z",
    ],
  ],
  [
    "0 0 2 4 *",
    "Australia/Lord_Howe",
    "2016-05-17T19:06:49Z",
    [
      "2017-04-01T13:00:00Z",
      "2019-04-01T13:00:00Z",
      "2020-04-01T13:00:00Z",
      "2021-04-01T13:00:00Z",
    ],
  ],
  [
    "0 6 * * MON-FRI",
    "America/New_York",
    "2026-03-06T12:00:00Z",
    [
      "2026-03-09T10:00:00Z",
      "2026-03-10T10:00:00Z",
      "2026-03-11T10:00:00Z",
      "2026-03-12T10:00:00Z",
    ],
  ],
  [
    "0 6 1 * MON",
    "Asia/Kathmandu",
    "2026-01-30T00:00:00Z",
    [
      "2026-02-01T00:15:00Z",
      "2026-02-02T00:15:00Z",
      "2026-02-09T00:15:00Z",
      "2026-02-16T00:15:00Z",
    ],
  ],
  [
    "0 0 29 2 *",
    "UTC",
    "2026-01-01T00:00:00Z",
    [
      "2028-02-29T00:00:00Z",
      "2032-02-29T00:00:00Z",
      "2036-02-29T00:00:00Z",
      "2040-02-29T00:00:00Z",
    ],
  ],
  ["0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", []],
  [
    "59 23 31 12 *",
    "UTC",
    "2026-12-31T23:58:59.999Z",
    [
      "2026-12-31T23:59:00Z",
      "2027-12-31T23:59:00Z",
      "2028-12-31T23:59:00Z",
      "2029-12-31T23:59:00Z",
    ],
  ],
  [
    "59 23 31 12 *",
    "UTC",
    "2026-12-31T23:59:00Z",
    [
      "2027-12-31T23:59:00Z",
      "2028-12-31T23:59:00Z",
      "2029-12-31T23:59:00Z",
      "2030-12-31T23:59:00Z",
    ],
  ],
  [
    "*/7 5 * * *",
    "Asia/Kolkata",
    "2026-06-01T00:00:00.500Z",
    [
      "2026-06-01T00:05:00Z",
      "2026-06-01T00:12:00Z",
      "2026-06-01T00:19:00Z",
      "2026-06-01T00:26:00Z",
    ],
  ],
  [
    "@every 90m",
    "Europe/Berlin",
    "2026-03-28T23:10:11.700Z",
    [
      "2026-03-29T00:40:11Z",
      "2026-03-29T02:10:11Z",
      "2026-03-29T03:40:11Z",
      "2026-03-29T05:10:11Z",
    ],
  ],
  [
    "@weekly",
    "Africa/Cairo",
    "2026-04-20T00:00:00Z",
    [
      "2026-04-25T21:00:00Z",
      "2026-05-02T21:00:00Z",
      "2026-05-09T21:00:00Z",
      "2026-05-16T21:00:00Z",
    ],
  ],
  ["0 0 30 2 *", "UTC", "2026-01-01T00:00:00Z", []],
];

for (const [cron, zone, after, expected] of answers) {
  test(`next runs: ${cron} in ${zone} after ${after}`, () => {
    const found = nextRuns(scheduleOf(cron), zone, new Date(after), 4).map((run) =>
      run.toISOString().replace(".000Z", "Z"),
    );
    assert.deepEqual(found, expected);
  });
}

test("next runs: a day that the time zone skipped is skipped", () => {
  const [first] = nextRuns(
    scheduleOf("0 12 30 * *"),
    "Pacific/Apia",
    new Date("2011-12-29T00:00:00Z"),
    1,
  );
  assert.equal(first?.toISOString(), "2012-01-29T22:00:00.000Z");
});

test("next runs: in UTC they are the matching minutes, for random schedules", () => {
  const random = seeded(20_261_123);
  const days = 20;
  for (let round = 0; round < 100; round++) {
    const cron = randomCron(random);
    const schedule = scheduleOf(cron);
    assert.equal(schedule.kind, "calendar");
    const start = Date.UTC(
      2024 + Math.floor(random() * 6),
      Math.floor(random() * 12),
      1 + Math.floor(random() * 28),
      23,
      59,
    );
    const matching = minutesFrom(start, days)
      .filter((time) => matches(schedule, new Date(time)))
      .slice(0, 50);
    const found = nextRuns(schedule, "UTC", new Date(start), 50).map((run) => run.getTime());
    assert.deepEqual(
      found.slice(0, matching.length),
      matching,
      `${cron} after ${new Date(start).toISOString()}`,
    );
    const further = found[matching.length];
    assert.ok(
      further === undefined || further > start + days * 86_400_000,
      `${cron} also finds ${further}, which does not match`,
    );
  }
});

/** The definition, independent of the code: a minute matches when each field does. */
function matches(schedule: CalendarSchedule, time: Date): boolean {
  const dayOfMonth = schedule.day.values.has(time.getUTCDate());
  const dayOfWeek = schedule.weekday.values.has(time.getUTCDay());
  const day =
    schedule.day.star || schedule.weekday.star ? dayOfMonth && dayOfWeek : dayOfMonth || dayOfWeek;
  return (
    day &&
    schedule.minute.values.has(time.getUTCMinutes()) &&
    schedule.hour.values.has(time.getUTCHours()) &&
    schedule.month.values.has(time.getUTCMonth() + 1)
  );
}

function minutesFrom(start: number, days: number): readonly number[] {
  return Array.from({ length: days * 1440 }, (_, index) => start + (index + 1) * 60_000);
}

function randomCron(random: () => number): string {
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const item = (low: number, high: number) => {
    const step = random() < 0.3 ? `/${between(1, 7)}` : "";
    if (random() < 0.4) return `*${step}`;
    const first = between(low, high);
    return random() < 0.5 ? `${first}${step}` : `${first}-${between(first, high)}${step}`;
  };
  const ranges = [
    [0, 59],
    [0, 23],
    [1, 31],
    [1, 12],
    [0, 6],
  ] as const;
  return ranges
    .map(([low, high]) => Array.from({ length: between(1, 3) }, () => item(low, high)).join())
    .join(" ");
}

function scheduleOf(cron: string): CronSchedule {
  const parsed = parseCron(cron);
  assert.ok(parsed.ok, cron);
  return parsed.schedule;
}
