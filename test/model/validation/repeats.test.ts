import assert from "node:assert/strict";
import { test } from "node:test";
import { tapPostgres, targetCsv, targetDuckdb, targetPostgres } from "../../../connectors";
import type { Target } from "../../../src/model/connector";
import { validatePipelines } from "../../../src/model/validation/validate";
import { withFix } from "../support";

const incremental = {
  stream: "public-orders",
  replicationMethod: "INCREMENTAL",
  replicationKey: "id",
};

function notesOf(target: Target, streams: readonly unknown[]): readonly string[] {
  const tap = tapPostgres({ host: "db", user: "etl", database: "shop" });
  return validatePipelines([
    { name: "orders", schedule: "0 3 * * *", tap, target, streams },
  ]).notes.map(withFix);
}

test("validation: a note warns that an appending target stores the last rows of incremental streams again", () => {
  const note =
    '"public-orders": incremental, so every run reads the rows with the saved bookmark again, and target-csv stores duplicates of them\nDeduplicate by key in queries, or use a target that replaces rows by key.';
  assert.deepEqual(notesOf(targetCsv({}), [incremental, "public-users"]), [note]);
  assert.deepEqual(
    notesOf(targetDuckdb({ path: "a.duckdb", primary_key_required: false }), [incremental]),
    [note.replace("target-csv", "target-duckdb")],
  );
});

test("validation: a target that replaces rows by key and full-table streams have no such note", () => {
  assert.deepEqual(
    notesOf(targetPostgres({ host: "dwh", user: "etl", database: "dwh" }), [incremental]),
    [],
  );
  assert.deepEqual(notesOf(targetDuckdb({ path: "a.duckdb" }), [incremental]), []);
  assert.deepEqual(
    notesOf(targetCsv({}), [
      { stream: "public-orders", replicationMethod: "FULL_TABLE" },
      "public-users",
    ]),
    [],
  );
});
