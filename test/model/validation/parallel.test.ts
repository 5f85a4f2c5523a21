import assert from "node:assert/strict";
import { test } from "node:test";
import { tapPostgresSdk, targetDuckdb, targetPostgresSdk } from "../../../connectors";
import type { Target } from "../../../src/model/connector";
import { parallelOf } from "../../../src/model/parallel";
import type { Replication } from "../../../src/model/replication";
import { validatePipelines } from "../../../src/model/validation/validate";
import { withFix } from "../support";

const tap = tapPostgresSdk({ host: "db", user: "etl", database: "shop" });
const warehouse = { host: "dwh", user: "etl", database: "dwh" };

function entry(target: Target, more: Partial<Replication> = {}): Replication {
  return { name: "orders", schedule: "0 3 * * *", tap, target, streams: ["*"], ...more };
}

const notesOf = (one: Replication) => validatePipelines([one]).notes.map(withFix);

test("parallel: a number from 1 to 16", () => {
  for (const parallel of [0, 17, 1.5])
    assert.match(
      validatePipelines([entry(targetPostgresSdk(warehouse), { parallel })]).problems[0]?.text ??
        "",
      /^parallel .*from 1 to 16/,
    );
});

test("parallel: a note explains why a pipeline runs with one tap and target", () => {
  assert.deepEqual(notesOf(entry(targetPostgresSdk(warehouse), { parallel: 4 })), []);
  assert.deepEqual(notesOf(entry(targetDuckdb({ path: "a.duckdb" }), { parallel: 4 })), [
    "parallel 4: has no effect, because target-duckdb supports only one writer",
  ]);
  const target = targetPostgresSdk(warehouse);
  assert.deepEqual(notesOf({ name: "all", schedule: "0 3 * * *", tap, target, parallel: 4 }), [
    "parallel 4: has no effect, because the tap selects its streams itself\nList them in `streams`.",
  ]);
});

test("parallel: the runner gets the tables of the target's stream_maps, and none of its other settings", () => {
  const stream_maps = {
    "public-*": { __alias__: "all" },
    copies: { __source__: "public-orders" },
    "public-users": { email: "md5(email)" },
    __else__: null,
  };
  assert.deepEqual(
    parallelOf(entry(targetPostgresSdk({ ...warehouse, stream_maps }), { parallel: 4 })),
    {
      slices: 4,
      aliases: { "public-*": "all", "public-orders": "copies" },
      newTogether: false,
    },
  );
});

test("parallel: without it, and if it has no effect, the runner gets no slices", () => {
  assert.equal(parallelOf(entry(targetPostgresSdk(warehouse))), undefined);
  assert.equal(parallelOf(entry(targetDuckdb({ path: "a.duckdb" }), { parallel: 4 })), undefined);
});
