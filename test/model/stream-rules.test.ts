import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { secret } from "../../src/model/connector-settings";
import { readContracts } from "../../src/model/contracts";
import { definePipelines } from "../../src/model/define";
import type { Replication } from "../../src/model/replication";
import { catalogRules, dataRules, streamRulesOf } from "../../src/model/stream-rules";
import { streamsOf } from "../../src/model/streams";
import { secretsOf } from "../../src/model/validation/secrets";
import { replication, textsOf } from "./support";

const entry = (fields: Partial<Replication>) => ({ ...replication, ...fields }) as Replication;

const both = entry({
  onSchemaChange: "warn",
  streams: {
    "public-*": { replication: "full-table", columns: ["*", "!secret"] },
    "public-orders": {
      key: "updated_at",
      primaryKeys: ["id"],
      lookback: "10m",
      mask: { email: "hash" },
      contract: { type: "object" },
      expectations: {
        minRecords: 1,
        maxStaleness: "2d",
        maxDrop: "12.5%",
        columns: { id: "not null" },
      },
    },
    "public-log_*": "ignore",
  },
});

test("stream rules: the object form becomes the list form in the order written", () =>
  assert.deepEqual(catalogRules(both), [
    { stream: "public-*", replicationMethod: "FULL_TABLE", columns: ["*", "!secret"] },
    {
      stream: "public-orders",
      replicationMethod: "INCREMENTAL",
      replicationKey: "updated_at",
      primaryKeys: ["id"],
    },
    { stream: "public-log_*", ignore: true },
  ]));

test("stream rules: options of data follow the pipeline's default, with numbers for the runner", () =>
  assert.deepEqual(dataRules(both), [
    { stream: "*", onSchemaChange: "warn" },
    {
      stream: "public-orders",
      lookback: { seconds: 600 },
      mask: { email: "hash" },
      contract: { type: "object" },
      expect: {
        minRecords: 1,
        maxStaleness: 172_800,
        maxDrop: 0.125,
        columns: { id: "not null" },
      },
    },
  ]));

test("stream rules: the list form is unchanged, and a numeric lookback stays a number", () => {
  const listed = entry({
    streams: [
      "a",
      { stream: "b", replicationMethod: "INCREMENTAL", include: ["id"], lookback: 100 },
    ],
  });
  assert.deepEqual(catalogRules(listed), [
    { stream: "a" },
    { stream: "b", replicationMethod: "INCREMENTAL", include: ["id"] },
  ]);
  assert.deepEqual(dataRules(listed), [{ stream: "b", lookback: { number: 100 } }]);
});

test("stream rules: a pipeline without options of data has none", () => {
  assert.equal(dataRules(entry({ streams: ["a", { stream: "b" }] })), undefined);
  assert.equal(dataRules(entry({ streams: { a: { columns: ["id"] }, b: "ignore" } })), undefined);
  assert.equal(dataRules(entry({})), undefined);
  assert.equal(streamRulesOf(entry({})), undefined);
});

test("mask salt: it is one of the pipeline's secrets", () =>
  assert.deepEqual(
    secretsOf(entry({ maskSalt: secret("pepper") })).filter(({ name }) => name === "pepper"),
    [{ name: "pepper", where: "maskSalt", reference: { $secret: "pepper" } }],
  ));

test("contracts: files take the place of their paths in both forms, and a bad file is a problem", () => {
  const root = mkdtempSync(join(tmpdir(), "contracts-"));
  try {
    mkdirSync(join(root, "contracts"));
    writeFileSync(join(root, "contracts", "orders.json"), '{"type": "object"}');
    writeFileSync(join(root, "contracts", "list.json"), "[]");
    writeFileSync(join(root, "contracts", "bad.json"), "{");
    const contract = "contracts/orders.json";
    const [object, list, bad, other] = readContracts(
      [
        entry({ streams: { orders: { contract } } }),
        entry({ streams: ["x", { stream: "orders", contract }] }),
        entry({
          streams: {
            a: { contract: "contracts/none.json" },
            b: { contract: "contracts/list.json" },
            c: { contract: "contracts/bad.json" },
            d: { contract: "contracts" },
          },
        }),
        entry({ streams: ["x"] }),
      ],
      root,
    ) as readonly [Replication, Replication, Replication, Replication];
    const rule = { stream: "orders", contract: { type: "object" } };
    assert.deepEqual([dataRules(object), dataRules(list)], [[rule], [rule]]);
    assert.deepEqual(textsOf(bad), [
      `streams["a"].contract "contracts/none.json": the file does not exist`,
      `streams["b"].contract "contracts/list.json": the file must contain a JSON object`,
      `streams["c"].contract "contracts/bad.json": the file is not JSON`,
      `streams["d"].contract "contracts": the file cannot be read (EISDIR)`,
    ]);
    assert.deepEqual(other.streams, ["x"]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

interface ShopCatalog {
  readonly "public-orders": "id, updated_at, address, address.city";
  readonly "public-items": "id";
  readonly sheet: readonly ["a, b", "c"];
  /** As earlier versions wrote it. */
  readonly older: "id" | "name";
  readonly unknown: string;
}
const shopStreams = streamsOf<ShopCatalog>();

test("typed streams: what a catalog has compiles, with patterns", () => {
  const streams = shopStreams({
    "public-*": { columns: ["*"], mask: { anything: "drop" } },
    "public-orders": {
      key: "updated_at",
      columns: ["*", "!address.city", "addr*"],
      primaryKeys: ["id"],
      mask: { "address.city": "null" },
      expectations: { columns: { id: "not null" } },
    },
    "public-items": "ignore",
    sheet: { columns: ["a, b", "!c"] },
    older: { key: "id", columns: ["name"] },
    unknown: { key: "anything" },
  });
  assert.deepEqual(textsOf({ ...replication, streams }), []);
  definePipelines([{ ...replication, name: "orders", schedule: "@daily", streams }]);
});

/** Lines that must not compile; `tsc` fails if one does. */
test("typed streams: a stream or column that the catalog does not have does not compile", () => {
  // @ts-expect-error a stream that was renamed
  shopStreams({ "public-order": {} });
  // @ts-expect-error a key that was renamed
  shopStreams({ "public-orders": { key: "changed_at" } });
  // @ts-expect-error a column of another stream
  shopStreams({ "public-items": { columns: ["updated_at"] } });
  // @ts-expect-error an excluded column that was renamed
  shopStreams({ "public-orders": { columns: ["*", "!adress"] } });
  // @ts-expect-error a primary key that was renamed
  shopStreams({ "public-items": { primaryKeys: ["item_id"] } });
  // @ts-expect-error a masked column that was renamed
  shopStreams({ "public-orders": { mask: { email: "hash" } } });
  // @ts-expect-error an expectation of a column that was renamed
  shopStreams({ "public-orders": { expectations: { columns: { status: "not null" } } } });
  // @ts-expect-error a part of a name with the separator
  shopStreams({ sheet: { key: "a" } });
  // @ts-expect-error a column that was renamed, in the form of earlier versions
  shopStreams({ older: { key: "nam" } });
  // @ts-expect-error a misspelled option of a pattern
  shopStreams({ "public-*": { colums: ["id"] } });
  // @ts-expect-error a misspelled word
  shopStreams({ "public-items": "ignored" });
});

test("streams: options that are not known do not compile", () => {
  const base = { ...replication, name: "orders", schedule: "@daily" } as const;
  definePipelines([
    // @ts-expect-error a method as in the list form
    { ...base, streams: { a: { replication: "INCREMENTAL" } } },
    // @ts-expect-error a way to mask that is not known
    { ...base, streams: { a: { mask: { email: "md5" } } } },
    // @ts-expect-error null in place of "null"
    { ...base, streams: { a: { mask: { email: null } } } },
    // @ts-expect-error a lookback without a unit
    { ...base, streams: { a: { lookback: "10" } } },
    // @ts-expect-error a drop that is not in percent
    { ...base, streams: { a: { expectations: { maxDrop: "50" } } } },
    // @ts-expect-error an expectation that is not known
    { ...base, streams: { a: { expectations: { columns: { id: "unique" } } } } },
    // @ts-expect-error a policy that is not known
    { ...base, onSchemaChange: "ignore" },
    // @ts-expect-error a salt in plain text
    { ...base, maskSalt: "pepper" },
    // @ts-expect-error an age without a unit
    { ...base, catalog: { maxAge: "1" } },
    // @ts-expect-error a stream by a word other than "ignore"
    { ...base, streams: { a: "incremental" } },
    // @ts-expect-error a field of the object form
    { ...base, streams: [{ stream: "a", key: "id" }] },
  ]);
});
