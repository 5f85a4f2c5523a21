import assert from "node:assert/strict";
import { test } from "node:test";
import { cronWorkflow } from "../../../src/manifests/argo/cron-workflow";
import type { TimeZone } from "../../../src/model/schedule";
import { zoneOffset, zoneProblem } from "../../../src/model/cron/zone";
import { ABBREVIATIONS, currentZone, LEGACY_ZONES } from "../../../src/model/cron/zone-names";
import { settings } from "../../manifests/fixtures";

const NOT_KNOWN = "is not a time zone of the IANA database";

const zones: readonly (readonly [string, string | undefined])[] = [
  ["UTC", undefined],
  ["Etc/UTC", undefined],
  ["Etc/GMT+5", undefined],
  ["Europe/Berlin", undefined],
  ["America/Argentina/Buenos_Aires", undefined],
  ["America/Port-au-Prince", undefined],
  ["Antarctica/DumontDUrville", undefined],
  ["Africa/Dar_es_Salaam", undefined],
  // Aliases, which Intl does not list.
  ["Asia/Kolkata", undefined],
  ["Asia/Calcutta", undefined],
  ["Europe/Kyiv", undefined],
  ["America/Argentina/ComodRivadavia", undefined],
  ["Australia/NSW", undefined],
  ["", `${NOT_KNOWN}, such as "Europe/Berlin"`],
  ["Mars/Base", `${NOT_KNOWN}, such as "Europe/Berlin"`],
  ["+02:00", `${NOT_KNOWN}, such as "Europe/Berlin"`],
  ["Europe/Berln", `${NOT_KNOWN}; did you mean "Europe/Berlin"?`],
  ["europe/berlin", `${NOT_KNOWN}; did you mean "Europe/Berlin"?`],
  ["Europe/BERLIN", `${NOT_KNOWN}; did you mean "Europe/Berlin"?`],
  ["asia/kolkata", `${NOT_KNOWN}; did you mean "Asia/Kolkata"?`],
  ["US/Eastern", undefined],
  ["GMT", undefined],
  ["Japan", undefined],
  ["japan", `${NOT_KNOWN}; did you mean "Japan"?`],
  ["toString", `${NOT_KNOWN}, such as "Europe/Berlin"`],
  ["utc", `${NOT_KNOWN}; did you mean "UTC"?`],
];

for (const [name, problem] of zones) {
  test(`time zone ${JSON.stringify(name)}: ${problem ?? "known"}`, () =>
    assert.equal(zoneProblem(name), problem));
}

for (const [name, meant] of Object.entries(ABBREVIATIONS)) {
  test(`time zone ${name}: an abbreviation is rejected with the name of a place`, () => {
    assert.equal(
      zoneProblem(name),
      `is an abbreviation, which not every controller knows; use a name such as "${meant}"`,
    );
    assert.equal(zoneProblem(meant), undefined);
  });
}

test("time zones: an older name is accepted and means the zone with the same clocks", () => {
  for (const [name, current] of Object.entries(LEGACY_ZONES)) {
    assert.deepEqual(
      [zoneProblem(name), zoneProblem(current), currentZone(name), currentZone(current)],
      [undefined, undefined, current, current],
    );
    for (const month of ["01", "04", "07", "10"])
      assert.equal(
        zoneOffset(name, Date.parse(`2026-${month}-15T00:00:00Z`)),
        zoneOffset(current, Date.parse(`2026-${month}-15T00:00:00Z`)),
        `${name} in month ${month}`,
      );
  }
});

test("time zones: an older name is deployed as one that every controller knows", () => {
  const job = {
    kind: "job",
    name: "x",
    schedule: "@daily",
    image: "acme/x:1",
    command: ["x"],
  } as const;
  const zoneOf = (timezone?: TimeZone) =>
    cronWorkflow({ entry: { ...job, ...(timezone && { timezone }) } }, settings).spec.timezone;
  assert.deepEqual(
    [zoneOf("US/Eastern"), zoneOf("Japan"), zoneOf("GMT"), zoneOf("Europe/Berlin"), zoneOf()],
    ["America/New_York", "Asia/Tokyo", "Etc/GMT", "Europe/Berlin", "UTC"],
  );
});

const HOUR = 3_600_000;

const offsets: readonly (readonly [string, string, number])[] = [
  ["UTC", "2026-07-01T00:00:00Z", 0],
  ["Europe/Berlin", "2026-07-01T00:00:00Z", 2 * HOUR],
  ["Europe/Berlin", "2026-03-29T00:59:59.999Z", HOUR],
  ["Europe/Berlin", "2026-03-29T01:00:00Z", 2 * HOUR],
  ["America/St_Johns", "2026-01-01T00:00:00Z", -3.5 * HOUR],
  ["Asia/Kathmandu", "2026-01-01T00:00:00Z", 5.75 * HOUR],
];

for (const [zone, time, expected] of offsets) {
  test(`time zone ${zone}: it is ${expected / HOUR} h ahead of UTC at ${time}`, () =>
    assert.equal(zoneOffset(zone, Date.parse(time)), expected));
}
