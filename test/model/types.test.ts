import assert from "node:assert/strict";
import { test } from "node:test";
import { secret } from "../../src/model/connector-settings";
import { definePipelines } from "../../src/model/define";
import { cron } from "../../src/model/schedule";
import { assertValid, validatePipelines } from "../../src/model/validation/validate";
import { tapAny, tapShop, targetAny } from "./support";

const tap = tapShop({ host: "db", password: secret("shop-password") });
const target = targetAny({});
const base = { name: "orders", schedule: "0 6 * * *", tap, target } as const;
const minute = 30 + 0;

test("definePipelines: valid entries compile and pass validation", () => {
  const entries = definePipelines([
    { name: "a", schedule: "0 6 * * MON-FRI", timezone: "Europe/Berlin", tap, target },
    {
      name: "b",
      schedule: ["*/15 9-17 * * *", "0 0 1,15 * ?", "@daily", "@every 90m"],
      tap,
      target,
    },
    {
      name: "c",
      schedule: cron(`${minute} 6 * * *`),
      tap,
      target: targetAny({ anything: { at: ["any", 1, null] }, key: secret("key") }),
    },
    {
      name: "d",
      schedule: "0 0 * * SAT,SUN",
      tap: tapShop({
        host: "db",
        port: secret("shop-port"),
        tls: secret("shop-tls"),
        options: { tables: [secret("shop-table")] },
        password: "x",
      }),
      target,
    },
    {
      name: "e",
      schedule: "0 6 * * 1-5/2",
      deadline: "1.5h",
      idleTimeout: "never",
      retries: { limit: 0, delay: "90s" },
      resources: { tap: { cpu: "250m", memory: "1.5Gi" }, target: { cpu: 0.5 } },
      tap: tapAny({}),
      target,
    },
    {
      kind: "job",
      name: "f",
      schedule: "@hourly",
      image: "acme/dbt:1",
      command: ["dbt"],
      env: { TOKEN: secret("dbt-token"), MODE: "x" },
      resources: { cpu: 1 },
    },
  ]);
  assert.doesNotThrow(() => assertValid(entries));
});

/** Lines that must not compile; `tsc` fails if one does. Validation rejects most of them too. */
test("definePipelines: invalid entries do not compile", () => {
  const entries = definePipelines([
    // @ts-expect-error a cron text of four fields
    { ...base, schedule: "0 6 * *" },
    // @ts-expect-error a cron text of six fields
    { ...base, schedule: "0 0 6 * * *" },
    // @ts-expect-error a cron text of six fields with a range of days
    { ...base, schedule: "0 0 6 * * MON-FRI" },
    // @ts-expect-error Sunday as 7
    { ...base, schedule: "0 6 * * 7" },
    // @ts-expect-error a day that Argo does not know
    { ...base, schedule: "0 6 * * 5L" },
    // @ts-expect-error a misspelled descriptor
    { ...base, schedule: "@dayly" },
    // @ts-expect-error an interval in days
    { ...base, schedule: "@every 1d" },
    // @ts-expect-error a computed text that is not marked as one
    { ...base, schedule: ["0 6 * * *", ["0", "6", "*", "*", "*"].join(" ")] },
    // @ts-expect-error an abbreviation in place of a time zone
    { ...base, timezone: "CET" },
    // @ts-expect-error a duration in words
    { ...base, deadline: "6 hours" },
    // @ts-expect-error a duration without a unit
    { ...base, deadline: 90 },
    // @ts-expect-error -- a duration, or never
    { ...base, idleTimeout: "always" },
    // @ts-expect-error memory in decimal units
    { ...base, resources: { tap: { memory: "512MB" } } },
    // @ts-expect-error CPU with an invalid unit
    { ...base, resources: { tap: { cpu: "1 core" } } },
    // @ts-expect-error a field that is not known
    { ...base, shedule: "0 6 * * *" },
    // @ts-expect-error a mode that is not known
    { ...base, mode: "batch" },
    // @ts-expect-error a target in place of a tap
    { ...base, tap: target },
    // @ts-expect-error a tap in place of a target
    { ...base, target: tap },
    // @ts-expect-error a connector without its settings
    { ...base, tap: tapShop },
    // @ts-expect-error a name that is missing
    { schedule: "@daily", tap, target },
    // @ts-expect-error a webhook's URL in plain text
    { ...base, notifications: { webhook: "https://hook.example" } },
    // @ts-expect-error a job with a tap
    { kind: "job", name: "dbt", schedule: "@daily", image: "acme/dbt:1", command: ["dbt"], tap },
    // @ts-expect-error a command as a shell line
    { kind: "job", name: "dbt", schedule: "@daily", image: "acme/dbt:1", command: "dbt build" },
  ]);
  const refused = new Set(
    validatePipelines(entries).problems.map((problem) => problem.where.replace(/ .*/, "")),
  );
  assert.equal(refused.size, entries.length);
});

test("definePipelines: invalid settings do not compile", () => {
  const made = [
    // @ts-expect-error a required setting is missing
    tapShop({ host: "db" }),
    // @ts-expect-error a setting that is not known
    tapShop({ host: "db", password: "x", hots: "db" }),
    // @ts-expect-error text in place of a number
    tapShop({ host: "db", password: "x", port: "5432" }),
    // @ts-expect-error a number inside a list of texts
    tapShop({ host: "db", password: "x", options: { tables: [5] } }),
    // @ts-expect-error a function in JSON
    tapAny({ callback: () => 1 }),
    // @ts-expect-error a date in JSON
    tapAny({ since: new Date(0) }),
  ];
  // Only the compiler checks the items of a JSON setting.
  assert.equal(
    made.filter((one) => validatePipelines([{ ...base, tap: one }]).problems.length === 0).length,
    1,
  );
});
