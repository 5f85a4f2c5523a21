import assert from "node:assert/strict";
import { test } from "node:test";
import { zoneOffset, zoneProblem } from "../../pipelines/validation/zone";

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
  ["utc", `${NOT_KNOWN}; did you mean "UTC"?`],
];

for (const [name, problem] of zones) {
  test(`time zone ${JSON.stringify(name)}: ${problem ?? "known"}`, () => assert.equal(zoneProblem(name), problem));
}

for (const name of ["CET", "EST", "GMT", "US/Eastern", "GB"]) {
  // Which zone is named depends on the version of Node: newer ones do not say what an alias stands for.
  test(`${name} is refused with the name of a zone`, () => {
    const named = /^is not a time zone of the IANA database[;,] (?:did you mean|such as) "([^"]+)"\??$/.exec(zoneProblem(name) ?? "");
    assert.equal(zoneProblem(named?.[1] ?? ""), undefined);
  });
}

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
  test(`${zone} is ${expected / HOUR} h ahead of UTC at ${time}`, () => assert.equal(zoneOffset(zone, Date.parse(time)), expected));
}
