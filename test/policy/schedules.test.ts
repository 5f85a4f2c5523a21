import assert from "node:assert/strict";
import { test } from "node:test";
import { schedules } from "../../policy/schedules";
import { judgeStack, resource } from "./support";

const starts = (name: string, ...crons: readonly string[]) =>
  resource(
    "kubernetes:argoproj.io/v1alpha1:CronWorkflow",
    { metadata: { name }, spec: { schedules: crons, timezone: "UTC" } },
    { name },
  );
const many = (count: number, cron: string) =>
  Array.from({ length: count }, (_, index) => starts(`p${index + 1}`, cron));
const inZone = (name: string, cron: string, timezone: string) =>
  resource(
    "kubernetes:argoproj.io/v1alpha1:CronWorkflow",
    { metadata: { name }, spec: { schedules: [cron], timezone } },
    { name },
  );

test("schedules-spread: pipelines that start in different minutes pass", () => {
  assert.deepEqual(
    judgeStack(
      schedules,
      Array.from({ length: 30 }, (_, index) => starts(`p${index}`, `${index} 6 * * *`)),
    ),
    [],
  );
  assert.deepEqual(judgeStack(schedules, many(5, "0 6 * * *")), []);
});

test("schedules-spread: too many in one minute are reported, with a spread over the hour", () => {
  assert.deepEqual(judgeStack(schedules, many(6, "0 6 * * MON-FRI")), [
    `6 pipelines start at 06:00 UTC (winter time); at most 5 should. Suggested schedules:
  p2: "0 6 * * MON-FRI" → "10 6 * * MON-FRI"
  p3: "0 6 * * MON-FRI" → "20 6 * * MON-FRI"
  p4: "0 6 * * MON-FRI" → "30 6 * * MON-FRI"
  p5: "0 6 * * MON-FRI" → "40 6 * * MON-FRI"
  p6: "0 6 * * MON-FRI" → "50 6 * * MON-FRI"`,
  ]);
});

test("schedules-spread: the spread keeps how often a pipeline runs and does not touch uneven minutes", () => {
  const [message = ""] = judgeStack(
    schedules,
    [
      starts("a", "*/15 * * * *"),
      starts("b", "*/15 * * * *"),
      starts("c", "0,30 * * * *"),
      starts("d", "@hourly"),
      starts("e", "0,7 * * * *"),
    ],
    { most: 4 },
  );
  assert.deepEqual(message.split("\n").slice(1), [
    '  b: "*/15 * * * *" → "3-59/15 * * * *"',
    '  c: "0,30 * * * *" → "12-59/30 * * * *"',
    '  d: "@hourly" → "36 * * * *"',
  ]);
});

test("schedules-spread: the suggested spread passes", () => {
  const [message = ""] = judgeStack(schedules, many(20, "*/15 * * * *"));
  const proposed = [...message.matchAll(/(p\d+): ".*" → "(.*)"/g)].map(([, name = "", cron = ""]) =>
    starts(name, cron),
  );
  assert.equal(proposed.length, 18);
  assert.deepEqual(judgeStack(schedules, proposed), []);
});

test("schedules-spread: times are compared in UTC, not by local clocks", () => {
  const zones = [
    inZone("a", "0 6 * * *", "UTC"),
    inZone("b", "0 7 * * *", "Europe/Berlin"),
    inZone("c", "30 11 * * *", "Asia/Kolkata"),
    inZone("d", "0 6 * * *", "Europe/Berlin"),
  ];
  assert.match(judgeStack(schedules, zones, { most: 2 }).join(), /^3 pipelines start at 06:00 UTC/);
});

test("schedules-spread: a long list is truncated; suspended pipelines and intervals do not count", () => {
  assert.match(judgeStack(schedules, many(50, "0 6 * * *")).join(), /\n {2}and 29 more$/);
  const suspended = resource("kubernetes:argoproj.io/v1alpha1:CronWorkflow", {
    metadata: { name: "s" },
    spec: { schedules: ["0 6 * * *"], suspend: true },
  });
  assert.deepEqual(
    judgeStack(schedules, [...many(5, "0 6 * * *"), suspended, starts("e", "@every 1h")]),
    [],
  );
});
