import assert from "node:assert/strict";
import { test } from "node:test";
import { tap } from "../../../src/model/define-connector";
import { secret } from "../../../src/model/connector-settings";
import { UnreadContract } from "../../../src/model/contracts";
import { replication, targetAny, textsOf } from "../support";

const DURATION = `must be a positive number with a unit of s, m, h or d, such as "90m" or "1.5h"`;
const PERCENT = 'must be a percentage above 0% and up to 100%, such as "50%"';
const maskSalt = secret("mask-salt");
const circle: Record<string, unknown> = {};
circle["self"] = circle;

/** Options of the stream "orders", and the problems after `streams["orders"]`. */
const options: readonly (readonly [unknown, readonly string[]])[] = [
  [{}, []],
  ["ignore", [": every stream is ignored"]],
  ["ignored", [` "ignored": must be an object or "ignore"; did you mean "ignore"?`]],
  [true, [` must be an object or "ignore", not a boolean`]],
  [null, [` must be an object or "ignore", not null`]],
  [["id"], [` must be an object or "ignore", not a list`]],
  [{ replication: "incremental", key: "updated_at" }, []],
  [{ key: "updated_at" }, []],
  [{ replication: "log-based" }, []],
  [
    { replication: "INCREMENTAL" },
    [
      `.replication "INCREMENTAL": must be "full-table" or "incremental" or "log-based"; did you mean "incremental"?`,
    ],
  ],
  [
    { replication: "full-table", key: "id" },
    [`.key "id": needs replication "incremental", not "full-table"`],
  ],
  [
    { replication: "full-table", lookback: "10m" },
    [`.lookback: needs replication "incremental", not "full-table"`],
  ],
  [{ key: "" }, [`.key "": it is empty`]],
  [{ key: 1 }, [".key must be text, not a number"]],
  [
    { replicationMethod: "INCREMENTAL", replicationKey: "id", include: ["id"] },
    [
      `.replicationMethod is not a known field; did you mean "replication"?`,
      `.replicationKey is not a known field; did you mean "key"?`,
      `.include is not a known field; did you mean "columns"?`,
    ],
  ],
  [{ colums: ["id"] }, [`.colums is not a known field; did you mean "columns"?`]],
  [{ columns: ["*", "!card_number", "address.city"] }, []],
  [{ columns: [] }, [".columns: the list is empty"]],
  [{ columns: "id" }, [".columns must be a list, not text"]],
  [
    { columns: ["", "!", 1] },
    [
      `.columns[0] "": it is empty`,
      `.columns[1] "!": a name must follow "!"`,
      ".columns[2] must be text, not a number",
    ],
  ],
  [{ primaryKeys: ["id", "line"] }, []],
  [{ primaryKeys: [] }, [".primaryKeys: the list is empty"]],
  [{ primaryKeys: ["id", "id"] }, [`.primaryKeys: "id" is listed more than once`]],
  [{ lookback: "10m" }, []],
  [{ lookback: 100 }, []],
  [{ lookback: "10" }, [`.lookback "10": ${DURATION}`]],
  [{ lookback: 0 }, [".lookback 0: must be above 0"]],
  [{ lookback: NaN }, [".lookback NaN: must be above 0"]],
  [
    { lookback: true },
    [
      `.lookback must be a duration such as "10m", or a number for numeric bookmarks, not a boolean`,
    ],
  ],
  [{ mask: { email: "hash", card_number: "drop", "address.street": "null" } }, []],
  [{ mask: {} }, [".mask: the object is empty"]],
  [{ mask: ["email"] }, [".mask must be an object of properties, not a list"]],
  [{ mask: { "": "drop" } }, [".mask: a name is empty"]],
  [
    { mask: { email: "hsh" } },
    [`.mask.email "hsh": must be "hash" or "null" or "drop"; did you mean "hash"?`],
  ],
  [{ mask: { name: null } }, [`.mask.name must be "hash" or "null" or "drop", not null`]],
  [
    { mask: { id: "drop", line: "hash" }, primaryKeys: ["id", "line"] },
    [`.mask: "id" is a primary key and cannot be "drop"\nUse "hash".`],
  ],
  [{ onSchemaChange: "fail" }, []],
  [
    { onSchemaChange: "failed" },
    [`.onSchemaChange "failed": must be "load" or "warn" or "fail"; did you mean "fail"?`],
  ],
  [{ contract: { type: "object" } }, []],
  [{ contract: "contracts/orders.json" }, []],
  [{ contract: "" }, [`.contract "": it is empty`]],
  [{ contract: 1 }, [".contract must be the path of a JSON file or a JSON Schema, not a number"]],
  [{ contract: circle }, [".contract.self contains itself, which JSON cannot hold"]],
  [
    { contract: new UnreadContract("contracts/order.json", "the file does not exist") },
    [`.contract "contracts/order.json": the file does not exist`],
  ],
  [
    {
      expectations: {
        minRecords: 1,
        maxStaleness: "2d",
        maxDrop: "50%",
        columns: { id: "not null", status: ["new", 1, true, null] },
      },
    },
    [],
  ],
  [{ expectations: [] }, [".expectations must be an object, not a list"]],
  [
    { expectations: { minRecord: 1 } },
    [`.expectations.minRecord is not a known field; did you mean "minRecords"?`],
  ],
  [{ expectations: { maxDrop: "0%" } }, [`.expectations.maxDrop "0%": ${PERCENT}`]],
  [{ expectations: { maxDrop: "101%" } }, [`.expectations.maxDrop "101%": ${PERCENT}`]],
  [{ expectations: { maxDrop: 50 } }, [".expectations.maxDrop must be text, not a number"]],
  [{ expectations: { columns: {} } }, [".expectations.columns: the object is empty"]],
  [
    { expectations: { columns: { id: "not nul" } } },
    [`.expectations.columns.id "not nul": must be "not null" or a list of values`],
  ],
  [
    { expectations: { columns: { id: true, status: [], kind: [{}] } } },
    [
      `.expectations.columns.id must be "not null" or a list of values, not a boolean`,
      ".expectations.columns.status: the list is empty",
      ".expectations.columns.kind[0] must be text, a number, true, false or null, not an object",
    ],
  ],
];

for (const [given, expected] of options)
  test(`validation: a stream with ${JSON.stringify(shown(given))}: ${expected[0] ?? "valid"}`, () =>
    assert.deepEqual(
      textsOf({ ...replication, maskSalt, streams: { orders: given } }),
      expected.map((text) =>
        text.startsWith(": every")
          ? `streams${text}\nAdd those to replicate, such as "*": {}`
          : `streams["orders"]${text}`,
      ),
    ));

/** Fields of a pipeline, and the problems. */
const pipelines: readonly (readonly [Readonly<Record<string, unknown>>, readonly string[]])[] = [
  [{ streams: {} }, ["streams: the object is empty"]],
  [{ streams: { "": {} } }, ["streams: the name of a stream is empty"]],
  [{ streams: { "public-*": {}, "public-log_*": "ignore" } }, []],
  [
    { streams: { "*": {}, 2024: {} } },
    [
      `streams: stream "2024": JavaScript puts it before the patterns, which then take precedence\nUse the list form.`,
    ],
  ],
  [{ streams: { 2024: {}, orders: {} } }, []],
  [
    { streams: [{ stream: "a", replication: "incremental", key: "id", columns: ["id"] }] },
    [
      `streams[0].replication is not a known field; did you mean "replicationMethod"?`,
      `streams[0].key is not a known field; did you mean "replicationKey"?`,
      `streams[0].columns is not a known field; did you mean "include"?`,
    ],
  ],
  [
    {
      streams: [
        {
          stream: "a",
          replicationMethod: "INCREMENTAL",
          primaryKeys: ["id"],
          lookback: "1h",
          mask: { a: "drop" },
          onSchemaChange: "warn",
          contract: { type: "object" },
          expectations: { maxDrop: "12.5%" },
        },
      ],
    },
    [],
  ],
  [
    { streams: [{ stream: "a", replicationMethod: "FULL_TABLE", lookback: "1h" }] },
    [`streams[0].lookback: needs replicationMethod "INCREMENTAL", not "FULL_TABLE"`],
  ],
  [
    { streams: [{ stream: "a", mask: { id: "null" }, primaryKeys: ["id"] }] },
    [`streams[0].mask: "id" is a primary key and cannot be "null"\nUse "hash".`],
  ],
  [
    { streams: { orders: { mask: { card: "drop", email: "hash" } } } },
    [
      `maskSalt is missing: streams["orders"].mask.email is "hash"\nSet it to a secret, such as secret("mask-salt").`,
    ],
  ],
  [
    { streams: [{ stream: "orders", mask: { email: "hash" } }] },
    [
      `maskSalt is missing: streams[0].mask.email is "hash"\nSet it to a secret, such as secret("mask-salt").`,
    ],
  ],
  [{ maskSalt: "pepper" }, [`maskSalt must be a secret, such as secret("mask-salt"), not text`]],
  [
    { maskSalt: secret("Salt") },
    [
      `maskSalt: secret "Salt": must be lowercase letters, digits, "-", "_" and ".", starting with a letter`,
    ],
  ],
  [{ onSchemaChange: "warn" }, []],
  [{ onSchemaChange: "ignore" }, [`onSchemaChange "ignore": must be "load" or "warn" or "fail"`]],
  [{ catalog: { maxAge: "1d" } }, []],
  [{ catalog: {} }, ["catalog.maxAge is missing"]],
  [{ catalog: { maxAge: "day" } }, [`catalog.maxAge "day": ${DURATION}`]],
  [{ catalog: "1d" }, ["catalog must be an object, not text"]],
  [
    {
      mode: "stream",
      target: targetAny({ load_method: "overwrite" }),
      streams: { a: { key: "id" }, b: "ignore" },
    },
    [],
  ],
  [
    { mode: "stream", target: targetAny({ load_method: "overwrite" }), streams: { a: {} } },
    [
      `mode "stream": load_method "overwrite" empties a table before a FULL_TABLE extract is known to be complete\nGive every stream replication "incremental" or "log-based", or use mode "artifact".`,
    ],
  ],
  [
    {
      tap: tap({
        name: "tap-new",
        package: "tap-new",
        version: "1.0.0",
        requiredByLog: ["slot"],
      })({}),
      streams: { a: {}, b: { replication: "log-based" } },
    },
    ['tap: LOG_BASED streams of tap-new require setting "slot"'],
  ],
];

for (const [fields, expected] of pipelines)
  test(`validation: a pipeline with ${JSON.stringify(shown(fields)).slice(0, 90)}: ${(expected[0] ?? "valid").slice(0, 120)}`, () =>
    assert.deepEqual(textsOf({ ...replication, ...fields }), expected));

function shown(value: unknown): unknown {
  return value instanceof Object && "contract" in value ? "a contract" : value;
}
