import assert from "node:assert/strict";
import { test } from "node:test";
import { junitXml } from "../../src/run/junit";
import { validateMessages } from "../../src/run/singer-validator";

const line = (message: object): string => JSON.stringify(message);
const SCHEMA = {
  type: "SCHEMA",
  stream: "s",
  schema: {
    type: "object",
    required: ["id"],
    properties: {
      id: { type: "integer" },
      at: { anyOf: [{ type: "string", format: "date-time" }, { type: "null" }] },
      price: { type: ["null", "number"], exclusiveMinimum: true, multipleOf: 1e-38 },
      tags: { type: "array", items: { type: "string" } },
      address: { type: ["object", "null"], properties: { city: { type: "string" } } },
      any: {},
    },
  },
  key_properties: ["id"],
};
const record = (values: object): object => ({ type: "RECORD", stream: "s", record: values });

/** Messages after a SCHEMA, and the problems of the stream and of what has no stream. */
const cases: readonly (readonly [string, readonly object[], readonly string[]])[] = [
  ["valid values", [record({ id: 1, at: null, price: 1.5, tags: [], any: {} })], []],
  ["a wrong type", [record({ id: "1" })], ['"id" is of type string, not integer']],
  ["a fraction", [record({ id: 1.5 })], ['"id" is of type number, not integer']],
  ["none of the choices", [record({ id: 1, at: 5 })], ['"at" is of type number, not string']],
  [
    "an item and a nested property",
    [record({ id: 1, tags: [1], address: { city: null } })],
    ['"tags[]" is of type number, not string', '"address.city" is null, not string'],
  ],
  [
    "a missing key",
    [record({ at: null })],
    ['key "id" is missing in a record', '"id" is required and missing'],
  ],
  [
    "a key that is null",
    [record({ id: null })],
    ['key "id" is missing in a record', '"id" is null, not integer'],
  ],
  [
    "a record that is a list",
    [{ type: "RECORD", stream: "s", record: [] }],
    ["a record is not an object"],
  ],
  ["a valid STATE", [{ type: "STATE", value: { bookmarks: { s: 1 } } }], []],
  [
    "a STATE that is a list",
    [{ type: "STATE", value: [] }],
    ["the value of a STATE is not an object"],
  ],
  [
    "bookmarks that are a list",
    [{ type: "STATE", value: { bookmarks: [] } }],
    ['"bookmarks" of a STATE is not an object'],
  ],
];
for (const [name, messages, expected] of cases)
  test(`singer validator: ${name}`, () => {
    const found = validateMessages([SCHEMA, ...messages].map(line));
    assert.deepEqual(
      found.flatMap(({ problems }) => problems),
      expected,
    );
  });

test("singer validator: an integer of any size is an integer and a number", () => {
  const big = `{"type": "RECORD", "stream": "s", "record": {"id": ${"9".repeat(30)}, "price": ${"8".repeat(30)}}}`;
  assert.deepEqual(validateMessages([line(SCHEMA), big])[0]?.problems, []);
});

test("singer validator: a record before its SCHEMA, a SCHEMA without its key, and other lines", () => {
  assert.deepEqual(
    validateMessages([
      line(record({ id: 1 })),
      line({ ...SCHEMA, stream: "t", key_properties: ["no"] }),
      line({ type: "SCHEMA", stream: "u" }),
      "fetched 5 rows",
    ]),
    [
      { stream: "s", records: 1, problems: ["a record came before its SCHEMA"] },
      {
        stream: "t",
        records: 0,
        problems: ['key "no" is not among the properties of the SCHEMA'],
      },
      { stream: "u", records: 0, problems: ["the SCHEMA has no schema"] },
      { stream: undefined, records: 0, problems: ["a line is not a Singer message"] },
    ],
  );
});

test("JUnit report: each step is a test case, and text is escaped", () => {
  const shared = { subject: "tap-x", seconds: 1.5 };
  assert.equal(
    junitXml({
      pipeline: "orders",
      ok: false,
      steps: [
        { ...shared, name: "discovers", ok: true, detail: "found 1 stream" },
        { ...shared, name: "extracts", ok: false, detail: 'a < "b" & \u0001c' },
      ],
    }),
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="tapctl test" tests="2" failures="1" time="3.000">
  <testsuite name="orders" tests="2" failures="1" time="3.000">
    <testcase classname="orders" name="tap-x discovers" time="1.500">
      <system-out>found 1 stream</system-out>
    </testcase>
    <testcase classname="orders" name="tap-x extracts" time="1.500">
      <failure message="a &lt; &quot;b&quot; &amp; c"/>
    </testcase>
  </testsuite>
</testsuites>
`,
  );
});
