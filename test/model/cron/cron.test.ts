import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cronKey,
  describeCron,
  neverFires,
  parseCron,
  type CalendarSchedule,
  type CronSchedule,
} from "../../../src/model/cron/cron";

const FIELDS = "minute, hour, day of month, month, day of week";
const DESCRIPTORS = "@yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly";

const refused: readonly (readonly [string, string])[] = [
  ["", "it is empty"],
  [" 0 6 * * *", "it starts or ends with a space"],
  ["0 6 * * *\n", "it starts or ends with a space"],
  ["TZ=Europe/Berlin 0 6 * * *", `TZ= is not supported: write timezone: "Europe/Berlin"`],
  ["CRON_TZ=Nowhere 0 6 * * *", "TZ= is not supported: write the field timezone"],
  ["0", `1 field instead of 5 (${FIELDS})`],
  ["0 6 * *", `4 fields instead of 5 (${FIELDS})`],
  ["0 0 6 * * *", `6 fields instead of 5 (${FIELDS}): seconds are not supported by Argo`],
  ["0 0 6 * * * 2030", `7 fields instead of 5 (${FIELDS})`],
  ["0 25 * * *", "hour 25 is outside 0-23"],
  ["60 6 * * *", "minute 60 is outside 0-59"],
  ["0 6 0 * *", "day of month 0 is outside 1-31"],
  ["0 6 32 * *", "day of month 32 is outside 1-31"],
  ["0 6 * 13 *", "month 13 is outside 1-12"],
  ["0 6 * * 8", "day of week 8 is outside 0-6"],
  ["0 6 * * 7", "day of week 7 is not supported by Argo: Sunday is 0"],
  ["60 24 * * *", "minute 60 is outside 0-59; hour 24 is outside 0-23"],
  ["0 22-4 * * *", "hour 22-4 is reversed: write 22-23,0-4"],
  ["0 23-0 * * *", "hour 23-0 is reversed: write 23,0"],
  ["0 6 * * FRI-MON", "day of week FRI-MON is reversed: write FRI-SAT,SUN-MON"],
  ["0 6 * NOV-FEB *", "month NOV-FEB is reversed: write NOV-DEC,JAN-FEB"],
  ["*/0 * * * *", `minute "*/0": a step must be a whole number from 1`],
  ["*/x * * * *", `minute "*/x": a step must be a whole number from 1`],
  ["*/ * * * *", `minute "*/": a step must be a whole number from 1`],
  ["1/2/3 * * * *", `minute "1/2/3" has more than one "/"`],
  ["1-2-3 * * * *", `minute "1-2-3" has more than one "-"`],
  ["*-5 * * * *", `minute "*-5": "*" cannot start a range`],
  ["1, * * * *", "minute has an empty item between commas"],
  ["1- * * * *", "minute has a range without a start or an end"],
  ["-1 * * * *", "minute has a range without a start or an end"],
  ["+1 * * * *", `minute "+1" is not a number from 0 to 59`],
  ["0 6h * * *", `hour "6h" is not a number from 0 to 23`],
  ["0 6 L * *", `day of month "L": L and W are not supported by Argo`],
  ["0 6 15W * *", `day of month "15W": L and W are not supported by Argo`],
  ["0 6 * * 5L", `day of week "5L": L and W are not supported by Argo`],
  ["0 6 * * MON#1", `day of week "MON#1": # is not supported by Argo`],
  ["H 6 * * *", `minute "H": H is not supported by Argo`],
  [
    "0 6 * JUNE *",
    `month "JUNE" is not a number from 1 to 12 or one of JAN-DEC; did you mean "JUN"?`,
  ],
  [
    "0 6 * * MNO",
    `day of week "MNO" is not a number from 0 to 6 or one of SUN-SAT; did you mean "MON"?`,
  ],
  ["0 6 * * XYZQ", `day of week "XYZQ" is not a number from 0 to 6 or one of SUN-SAT`],
  ["@dayly", `must be ${DESCRIPTORS} or @every; did you mean "@daily"?`],
  ["@Daily", `must be ${DESCRIPTORS} or @every; did you mean "@daily"?`],
  ["@toString", `must be ${DESCRIPTORS} or @every`],
  ["@reboot", "@reboot is not supported by Argo"],
  ["@every", `@every needs whole numbers with h, m and s, such as "@every 1h30m"`],
  ["@every -5m", `@every needs whole numbers with h, m and s, such as "@every 1h30m"`],
  ["@every 5 m", `@every needs whole numbers with h, m and s, such as "@every 1h30m"`],
  [
    "@every 1.5h",
    `@every needs whole numbers with h, m and s, such as "@every 1h30m"; did you mean "@every 90m"?`,
  ],
  [
    "@every 2d",
    `@every needs whole numbers with h, m and s, such as "@every 1h30m"; did you mean "@every 48h"?`,
  ],
  ["@every 500ms", "@every needs 1s or more"],
  ["@every 0s", "@every needs 1s or more"],
  ["@every 9999999h", "@every must be at most 2562047h"],
];

for (const [cron, problem] of refused) {
  test(`cron: ${JSON.stringify(cron)} is rejected: ${problem}`, () => {
    assert.deepEqual(parseCron(cron), { ok: false, problem });
  });
}

const fields: readonly (readonly [
  string,
  keyof Omit<CalendarSchedule, "kind">,
  readonly number[],
  boolean,
])[] = [
  ["5 * * * *", "minute", [5], false],
  ["00 * * * *", "minute", [0], false],
  ["*/20 * * * *", "minute", [0, 20, 40], false],
  ["50/3 * * * *", "minute", [50, 53, 56, 59], false],
  ["1-10/4 * * * *", "minute", [1, 5, 9], false],
  ["*/90 * * * *", "minute", [0], false],
  ["3,1,2-4 * * * *", "minute", [1, 2, 3, 4], false],
  ["0 0 * * mon-Fri", "weekday", [1, 2, 3, 4, 5], false],
  ["0 0 * * 0,SAT", "weekday", [0, 6], false],
  ["0 0 * jan,DEC *", "month", [1, 12], false],
  ["0 0 ? * *", "day", Array.from({ length: 31 }, (_, index) => index + 1), true],
  ["0 0 */1 * *", "day", Array.from({ length: 31 }, (_, index) => index + 1), true],
  ["0 0 * * */2", "weekday", [0, 2, 4, 6], false],
  ["0\t0  * * 5,*", "weekday", [0, 1, 2, 3, 4, 5, 6], true],
  ["@weekly", "weekday", [0], false],
  ["@annually", "month", [1], false],
];

for (const [cron, name, values, star] of fields) {
  test(`cron: ${JSON.stringify(cron)} parses: ${name} is ${values.join()}${star ? " by a star" : ""}`, () => {
    const schedule = scheduleOf(cron);
    assert.equal(schedule.kind, "calendar");
    const field = schedule[name];
    assert.deepEqual(
      [...field.values].sort((one, other) => one - other),
      values,
    );
    assert.equal(field.star, star);
  });
}

for (const [cron, seconds] of [
  ["@every 90m", 5400],
  ["@every 1h30m10s", 5410],
  ["@every 1500ms", 1],
  ["@every 2562047h", 9_223_369_200],
] as const) {
  test(`cron: ${cron} has an interval of ${seconds} s`, () =>
    assert.deepEqual(scheduleOf(cron), { kind: "interval", seconds }));
}

const never: readonly (readonly [string, boolean])[] = [
  ["0 0 30 2 *", true],
  ["0 0 30,31 FEB *", true],
  ["0 0 31 2,4,6,9,11 ?", true],
  ["0 0 29 2 *", false],
  ["0 0 31 4,5 *", false],
  // Both day fields are restricted: one of them is enough.
  ["0 0 30 2 MON", false],
  ["0 0 30 2 */2", false],
  // A step of 1 leaves the star, a list with a star has all values.
  ["0 0 30 2 */1", true],
  ["0 0 30 2 MON,*", true],
  ["@every 1h", false],
];

for (const [cron, expected] of never) {
  test(`cron: ${cron} ${expected ? "never fires" : "fires"}`, () =>
    assert.equal(neverFires(scheduleOf(cron)), expected));
}

const keys: readonly (readonly [string, string, boolean])[] = [
  ["@daily", "0 0 * * *", true],
  ["0 0 * * 1-5", "00 0 ? * FRI,MON-THU", true],
  ["@every 60m", "@every 1h", true],
  ["@hourly", "@every 1h", false],
  // 1-31 is not a star: with a restricted day of week, either is enough.
  ["0 0 1-31 * 1", "0 0 * * 1", false],
];

for (const [one, other, same] of keys) {
  test(`cron: ${one} and ${other} have ${same ? "the same" : "different"} times`, () => {
    assert.equal(cronKey(scheduleOf(one)) === cronKey(scheduleOf(other)), same);
  });
}

const words: readonly (readonly [string, string])[] = [
  ["0 6 * * MON-FRI", "at 06:00, Monday to Friday"],
  ["0 6 * * *", "at 06:00, every day"],
  ["*/15 * * * *", "every 15 minutes"],
  ["* * * * *", "every minute"],
  ["@hourly", "every hour"],
  ["5 * * * *", "every hour at minute 5"],
  ["7,37 * * * *", "every hour at minute 7 and 37"],
  ["3-59/10 * * * *", "every 10 minutes, from minute 3 on"],
  ["8,18,28,38,48,58 * * * *", "every 10 minutes, from minute 8 on"],
  ["1-59/5 * * * *", "every 5 minutes, from minute 1 on"],
  ["1-59/2 * * * MON-FRI", "every 2 minutes, from minute 1 on, Monday to Friday"],
  ["12-59/30 * * * *", "every hour at minute 12 and 42"],
  ["13-59/10 * * * *", "every hour at minute 13, 23, 33, 43 and 53"],
  ["3-59/8 * * * *", "3-59/8 * * * *"],
  ["0 */6 * * *", "at 00:00, 06:00, 12:00 and 18:00, every day"],
  ["0 9-17 * * *", "every hour from 09:00 to 17:00"],
  ["*/10 9-17 * * 1-5", "every 10 minutes from 09:00 to 17:50, Monday to Friday"],
  ["3-59/10 9-17 * * 1-5", "every 10 minutes from 09:03 to 17:53, Monday to Friday"],
  ["0 0 * * SAT,SUN", "at 00:00, Saturday and Sunday"],
  ["0 0 1,15 * *", "at 00:00, on day 1 and 15 of the month"],
  ["0 0 1-7 * *", "at 00:00, on day 1 to 7 of the month"],
  ["@yearly", "at 00:00, on day 1 of January"],
  ["0 0 1 * MON", "at 00:00, on day 1 of the month, also Monday"],
  ["0 0 1-31 * MON", "at 00:00, every day"],
  ["0 6 * JAN,JUL *", "at 06:00, every day in January and July"],
  ["0 6 * JUN MON", "at 06:00, Monday in June"],
  ["@every 90m", "every 90 minutes"],
  ["@every 48h", "every 2 days"],
  ["@every 1s", "every second"],
  ["1-59/7 * * * *", "1-59/7 * * * *"],
  ["*/20 0-5,8 * * *", "*/20 0-5,8 * * *"],
  ["0 0 */2 * *", "0 0 */2 * *"],
  ["no cron", "no cron"],
];

for (const [cron, expected] of words) {
  test(`cron in words: ${cron} is "${expected}"`, () => assert.equal(describeCron(cron), expected));
}

function scheduleOf(cron: string): CronSchedule {
  const parsed = parseCron(cron);
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.problem);
  return parsed.schedule;
}
