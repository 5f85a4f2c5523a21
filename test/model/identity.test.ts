import assert from "node:assert/strict";
import { test } from "node:test";
import { tap, target } from "../../src/model/define-connector";
import { secret, type JsonObject } from "../../src/model/connector-settings";
import { changedParts, identityOf, type Identity } from "../../src/model/identity";
import type { Replication } from "../../src/model/replication";
import { replication, targetAny } from "./support";

const targetDb = target({
  name: "target-db",
  package: "target-db",
  version: "1.0",
  destination: ["host", "schema"],
  defaults: { schema: "public", user: "etl" },
});

const into = (settings: Parameters<typeof targetAny>[0]) => destinationOf(targetAny(settings));
const destinationOf = (one: Replication["target"]) =>
  identityOf({ ...replication, schedule: "@daily", target: one }).destination;

test("identity: it consists of tap, source, target and destination, and stays the same in every version", () => {
  const entry: Replication = {
    ...replication,
    schedule: "@daily",
    target: targetDb({ host: "db" }),
  };
  // sha256 of {"host":"db","schema":"public"} and of the host of the tap: a change would stop every
  // pipeline that has a state.
  assert.deepEqual(identityOf(entry), {
    tap: "tap-shop",
    source: "12ee0f43098c7228",
    target: "target-db",
    destination: "c96ed9dc5f93d2d5",
  });
});

const same: readonly (readonly [string, string, string])[] = [
  [
    "the order of settings",
    into({ host: "a", path: { x: 1, y: [1, 2] } }),
    into({ path: { y: [1, 2], x: 1 }, host: "a" }),
  ],
  [
    "settings other than locations",
    into({ host: "a", batch_size: 1 }),
    into({ host: "a", batch_size: 2, export: true, pathological: 1 }),
  ],
  [
    "the password in a URL",
    into({ sqlalchemy_url: "postgresql://etl:one@db/dwh?sslpassword=x" }),
    into({ sqlalchemy_url: "postgresql://loader:two@db/dwh?sslpassword=y" }),
  ],
  [
    "an explicit default",
    destinationOf(targetDb({ host: "a" })),
    destinationOf(targetDb({ host: "a", schema: "public" })),
  ],
  [
    "settings other than the declared ones",
    destinationOf(targetDb({ host: "a" })),
    destinationOf(targetDb({ host: "a", port: 1, user: "b" })),
  ],
  [
    "a setting that is undefined",
    destinationOf(targetDb({ host: "a" })),
    destinationOf({
      ...targetDb({}),
      settings: { host: "a", schema: undefined } as unknown as JsonObject,
    }),
  ],
];

for (const [what, one, other] of same)
  test(`destination: ${what} does not change it`, () => assert.equal(one, other));

const different: readonly (readonly [string, string, string])[] = [
  ["another host", into({ host: "a" }), into({ host: "b" })],
  ["another secret", into({ host: secret("a") }), into({ host: secret("b") })],
  ["a secret in place of a text", into({ host: secret("a") }), into({ host: "a" })],
  ["a number in place of a text", into({ port: 1 }), into({ port: "1" })],
  ["another order in a list", into({ path: ["a", "b"] }), into({ path: ["b", "a"] })],
  [
    "another default",
    destinationOf(targetDb({ host: "a" })),
    destinationOf(targetDb({ host: "a", schema: "b" })),
  ],
  [
    "another host in a URL",
    into({ url: "postgresql://etl:pw@db-1/dwh" }),
    into({ url: "postgresql://etl:pw@db-2/dwh" }),
  ],
  ...[
    "filepath",
    "db_name",
    "container",
    "directory",
    "endpoint",
    "spreadsheet_id",
    "warehouse",
    "apiUrl",
    "base_url",
    "baseurl",
    "dbhost",
    "environment",
    "is_sandbox",
    "subdomain",
  ].map((name) => [`another ${name}`, into({ [name]: "a" }), into({ [name]: "b" })] as const),
  ...[
    "hostname",
    "db_port",
    "database",
    "dbname",
    "default_target_schema",
    "datasetId",
    "project-id",
    "account",
    "s3_bucket",
    "destination_path",
    "sqlalchemy_url",
  ].map((name) => [`another ${name}`, into({ [name]: "a" }), into({ [name]: "b" })] as const),
];

for (const [what, one, other] of different)
  test(`destination: ${what} changes it`, () => assert.notEqual(one, other));

for (const name of [
  "export_format",
  "report",
  "support",
  "profile",
  "transport",
  "import_mode",
  "token_url",
  "private_key_path",
  "ssl_ca_path",
  "proxy_url",
  "schema_version",
  "records_jsonpath",
  "disable_collection",
  "log_path",
]) {
  test(`destination: the setting ${name} does not count`, () =>
    assert.equal(into({ [name]: "a" }), into({ [name]: "b" })));
}

const tapAny = tap({ name: "tap-any", package: "tap-any", version: "1.0" });
const tapListed = tap({
  name: "tap-listed",
  package: "tap-listed",
  version: "1.0",
  location: ["shop"],
  defaults: { shop: "main" },
});
const from = (one: Replication["tap"], source?: string) =>
  identityOf({ ...replication, schedule: "@daily", tap: one }, source);

test("source: it consists of the settings that define where the tap reads", () => {
  assert.notEqual(
    from(tapAny({ database: "staging" })).source,
    from(tapAny({ database: "prod" })).source,
  );
  assert.equal(
    from(tapAny({ database: "prod", start_date: "2026-01-01" })).source,
    from(tapAny({ database: "prod", start_date: "2026-02-01" })).source,
  );
  assert.equal(
    from(tapAny({ api_url: secret("url") })).source,
    from(tapAny({ api_url: secret("url") })).source,
  );
});

test("source: a tap's own list of locations takes precedence over names", () => {
  assert.equal(
    from(tapListed({ host: "a" })).source,
    from(tapListed({ host: "b", shop: "main" })).source,
  );
  assert.notEqual(from(tapListed({ shop: "a" })).source, from(tapListed({})).source);
});

test("source: data of the bundled source has a source of its own, whatever the settings", () => {
  assert.deepEqual(
    from(tapAny({ port: 1 }), "bundled source"),
    from(tapAny({ port: 2 }), "bundled source"),
  );
  assert.equal(from(tapAny({}), "bundled source").tap, "tap-any, bundled source");
});

const now: Identity = {
  tap: "t",
  source: "s",
  target: "g",
  destination: "d",
  formerDestination: "old",
};
const compared: readonly (readonly [
  string,
  Parameters<typeof changedParts>[0],
  readonly string[],
])[] = [
  ["the same identity", { tap: "t", source: "s", target: "g", destination: "d" }, []],
  ["another source", { tap: "t", source: "x", target: "g", destination: "d" }, ["source"]],
  [
    "another tap and destination",
    { tap: "x", source: "s", target: "g", destination: "x" },
    ["tap", "destination"],
  ],
  ["one of a version without sources", { tap: "t", target: "g", destination: "d" }, []],
  [
    "one of such a version, with its destination,",
    { tap: "t", target: "g", destination: "old" },
    [],
  ],
  [
    "one of such a version, with another destination,",
    { tap: "t", target: "g", destination: "x" },
    ["destination"],
  ],
  [
    "one of this version, with the destination of an older one,",
    { tap: "t", source: "s", target: "g", destination: "old" },
    ["destination"],
  ],
];

for (const [what, saved, changed] of compared)
  test(`identity of a saved state: ${what} differs in ${changed.join(" and ") || "nothing"}`, () =>
    assert.deepEqual(changedParts(saved, now), changed));

test("state name: a bulk connector and the published one with the same state name have the same identity", () => {
  const published = tap({
    name: "tap-db-sdk",
    stateName: "tap-db",
    package: "tap-db",
    version: "1.0",
  });
  const bulk = tap({ name: "tap-db", bulk: "tap_db", requirements: [] });
  const [before, after] = [published, bulk].map((use) =>
    identityOf({ ...replication, schedule: "@daily", tap: use({ host: "a" }) }),
  );
  assert.equal(before?.tap, "tap-db");
  assert.deepEqual(changedParts(before, after as Identity), []);
});
