import assert from "node:assert/strict";
import { test } from "node:test";
import { target } from "../../connectors/connector";
import { secret, type JsonObject } from "../../connectors/settings";
import { identityOf } from "../../pipelines/identity";
import type { Replication } from "../../pipelines/replication";
import { replication, targetAny } from "./support";

const targetDb = target({ name: "target-db", package: "target-db", version: "1.0", destination: ["host", "schema"], defaults: { schema: "public", user: "etl" } });

const into = (settings: Parameters<typeof targetAny>[0]) => destinationOf(targetAny(settings));
const destinationOf = (one: Replication["target"]) => identityOf({ ...replication, schedule: "@daily", target: one }).destination;

test("an identity names tap and target, and is the same in every version", () => {
  const entry: Replication = { ...replication, schedule: "@daily", target: targetDb({ host: "db" }) };
  // sha256 of {"host":"db","schema":"public"}: a change would stop every pipeline that has a state.
  assert.deepEqual(identityOf(entry), { tap: "tap-shop", target: "target-db", destination: "c96ed9dc5f93d2d5" });
});

const same: readonly (readonly [string, string, string])[] = [
  ["the order of settings", into({ host: "a", path: { x: 1, y: [1, 2] } }), into({ path: { y: [1, 2], x: 1 }, host: "a" })],
  ["settings that say nothing of the place", into({ host: "a", batch_size: 1 }), into({ host: "a", batch_size: 2, export: true, pathological: 1 })],
  ["a default that is written out", destinationOf(targetDb({ host: "a" })), destinationOf(targetDb({ host: "a", schema: "public" }))],
  ["settings beside the named ones", destinationOf(targetDb({ host: "a" })), destinationOf(targetDb({ host: "a", port: 1, user: "b" }))],
  ["a setting that is undefined", destinationOf(targetDb({ host: "a" })), destinationOf({ ...targetDb({}), settings: { host: "a", schema: undefined } as unknown as JsonObject })],
];

for (const [what, one, other] of same) test(`${what} does not change the destination`, () => assert.equal(one, other));

const different: readonly (readonly [string, string, string])[] = [
  ["another host", into({ host: "a" }), into({ host: "b" })],
  ["another secret", into({ host: secret("a") }), into({ host: secret("b") })],
  ["a secret in place of a text", into({ host: secret("a") }), into({ host: "a" })],
  ["a number in place of a text", into({ port: 1 }), into({ port: "1" })],
  ["another order in a list", into({ path: ["a", "b"] }), into({ path: ["b", "a"] })],
  ["another default", destinationOf(targetDb({ host: "a" })), destinationOf(targetDb({ host: "a", schema: "b" }))],
  ...["hostname", "db_port", "database", "dbname", "default_target_schema", "datasetId", "project-id", "account", "s3_bucket", "destination_path", "sqlalchemy_url"].map(
    (name) => [`another ${name}`, into({ [name]: "a" }), into({ [name]: "b" })] as const,
  ),
];

for (const [what, one, other] of different) test(`${what} changes the destination`, () => assert.notEqual(one, other));
