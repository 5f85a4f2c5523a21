import assert from "node:assert/strict";
import { test } from "node:test";
import { tapPostgres } from "../../../connectors";
import { secret } from "../../../src/model/connector-settings";
import { replication, tapAny, targetAny, textsOf } from "../support";

const CONNECTION = { host: "db", database: "shop", user: "etl", password: secret("shop") };
const target = targetAny({});
const lookback = { "public-orders": { key: "updated_at", lookback: "10m" } } as const;

function postgres(settings: object, streams: unknown): readonly string[] {
  const tapOf = tapPostgres({ ...CONNECTION, ...settings });
  return textsOf({
    ...replication,
    tap: tapOf,
    target,
    streams,
    maskSalt: secret("mask-salt"),
  });
}

test("lookback: in the stream and in a setting of the tap is an error", () => {
  assert.deepEqual(postgres({}, lookback), []);
  assert.deepEqual(postgres({ lookback: 0 }, lookback), []);
  const [whole, ...others] = postgres({ lookback: 600 }, lookback);
  assert.match(
    whole ?? "",
    /streams\["public-orders"\]\.lookback: .*tap-postgres.* has the setting "lookback" too\nRemove one of them./,
  );
  assert.deepEqual(others, []);
  const own = { stream_options: { "public-orders": { lookback: 60 } } };
  assert.match(
    postgres(own, lookback)[0] ?? "",
    /has the setting "stream_options.public-orders.lookback" too/,
  );
  assert.deepEqual(
    postgres({ stream_options: { "public-items": { lookback: 60 } } }, lookback),
    [],
  );
  assert.equal(postgres(own, { "public-*": { lookback: "1h" } }).length, 1);
});

test("masks: of a replication key, or of a tap that sends files, are errors", () => {
  assert.match(
    postgres({}, { "public-orders": { key: "updated_at", mask: { "*_at": "hash" } } })[0] ?? "",
    /streams\["public-orders"\]\.mask\.\*_at: "updated_at" is the replication key/,
  );
  assert.deepEqual(
    postgres({}, { "public-orders": { key: "updated_at", mask: { email: "hash" } } }),
    [],
  );
  const batches = { batch_config: { storage: { root: "s3://bucket/x" } } };
  const problems = textsOf({
    ...replication,
    tap: tapAny(batches),
    target,
    streams: { orders: { mask: { email: "drop" } } },
  });
  assert.match(problems[0] ?? "", /streams\["orders"\]\.mask: the tap sends files/);
});
