import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { targetDuckdbSdk } from "../../connectors";
import type { RunnerResult } from "../../src/run/runner";
import { install, load, RATES, temporaryFolder } from "./support";

const READ =
  "import duckdb, json, sys; print(json.dumps(duckdb.connect(sys.argv[1]).execute(sys.argv[2]).fetchall(), default=str))";
const BATCH = 3;

/** A type as taps describe it: its schema, a value for a row, and how DuckDB shows that value as text. */
interface Type {
  readonly schema: { readonly type: string; readonly format?: string };
  readonly value: (row: number) => unknown;
  readonly text: (row: number) => string;
}

const TYPES: { readonly [name: string]: Type } = {
  text: { schema: { type: "string" }, value: (row) => `row ${row}`, text: (row) => `row ${row}` },
  integer: { schema: { type: "integer" }, value: (row) => row, text: String },
  number: {
    schema: { type: "number" },
    value: (row) => row + 0.5,
    text: (row) => String(row + 0.5),
  },
  moment: {
    schema: { type: "string", format: "date-time" },
    value: (row) => `2026-11-29T13:54:0${row}.765759+00:00`,
    text: (row) => `2026-11-29 13:54:0${row}.765759`,
  },
  day: {
    schema: { type: "string", format: "date" },
    value: (row) => `2026-11-2${row}`,
    text: (row) => `2026-11-2${row}`,
  },
  time: {
    schema: { type: "string", format: "time" },
    value: (row) => `13:54:0${row}`,
    text: (row) => `13:54:0${row}`,
  },
  flag: {
    schema: { type: "boolean" },
    value: (row) => row % 2 === 0,
    text: (row) => String(row % 2 === 0),
  },
  json: {
    schema: { type: "object" },
    value: (row) => ({ a: row }),
    text: (row) => `{"a": ${row}}`,
  },
};

const NAMES = Object.keys(TYPES);
const COLUMNS = [
  ...NAMES.map((name) => [name]),
  ...NAMES.flatMap((first, index) => NAMES.slice(index + 1).map((second) => [first, second])),
];

async function query(path: string, sql: string): Promise<unknown> {
  const { python } = await install(targetDuckdbSdk({ path }));
  return JSON.parse(
    execFileSync(python, ["-c", READ, path, sql], { encoding: "utf8", maxBuffer: 100_000_000 }),
  );
}

test("target-duckdb-sdk: records are merged by key", async (t) => {
  const path = join(temporaryFolder(t), "warehouse.duckdb");
  const target = targetDuckdbSdk({ path });
  const [schema, first, second, state] = RATES;
  assert.equal((await load(t, target, [schema, first, state])).code, 0);
  const result = await load(t, target, [
    schema,
    { ...first, record: { ...first.record, rate: 0.92 } },
    second,
    state,
  ]);
  assert.equal(result.code, 0, result.error ?? "");
  assert.deepEqual(
    await query(path, "select date, quote, rate from main.exchange_rate order by date"),
    [
      ["2026-11-19", "EUR", 0.92],
      ["2026-11-20", 'Grüße, "x"', null],
    ],
  );
});

suite("target-duckdb-sdk: all rows of all batches", () => {
  for (const rows of [1, BATCH, BATCH + 1, 3 * BATCH]) {
    test(`target-duckdb-sdk: ${rows} rows in batches of ${BATCH} arrive, for each type and pair of types`, async (t) => {
      const path = join(temporaryFolder(t), "warehouse.duckdb");
      const all = Array.from({ length: rows }, (_, row) => row);
      const messages = COLUMNS.flatMap((columns) => [
        {
          type: "SCHEMA",
          stream: columns.join("_"),
          schema: {
            properties: Object.fromEntries(columns.map((name) => [name, TYPES[name]!.schema])),
          },
          key_properties: [],
        },
        ...all.map((row) => ({
          type: "RECORD",
          stream: columns.join("_"),
          record: Object.fromEntries(columns.map((name) => [name, TYPES[name]!.value(row)])),
        })),
      ]);
      const result = await load(
        t,
        targetDuckdbSdk({ path, batch_size_rows: BATCH, primary_key_required: false }),
        messages,
      );
      assert.equal(result.code, 0, result.error ?? "");
      const tables = COLUMNS.map(
        (columns) =>
          `select '${columns.join("_")}', list([${columns.map((name) => `"${name}"::text`).join()}] order by rowid) from "${columns.join("_")}"`,
      );
      const expected = COLUMNS.map((columns) => [
        columns.join("_"),
        all.map((row) => columns.map((name) => TYPES[name]!.text(row))),
      ]);
      assert.deepEqual(await query(path, tables.join(" union all ")), expected);
    });
  }
});

suite("target-duckdb-sdk: values", () => {
  const anything = { type: ["null", "boolean", "integer", "number", "string", "array", "object"] };
  const moment = { type: ["null", "string"], format: "date-time" };
  const time = { type: ["null", "string"], format: "time" };
  const cases: readonly {
    readonly title: string;
    readonly schema: object;
    readonly values: readonly (readonly [value: unknown, text: string | null])[];
  }[] = [
    {
      title: "text",
      schema: { type: ["null", "string"] },
      values: [
        "",
        "null",
        "NULL",
        "\\N",
        "a;b",
        "a,b",
        '"',
        '\\"',
        "x\ny",
        "x\r\ny",
        "\r",
        "a\u0000b",
        "😀",
        " x ",
        "\ufeffx",
        "x".repeat(5_000_000),
      ].map((text) => [text, text]),
    },
    {
      title: "large integers",
      schema: { type: ["null", "integer"] },
      values: [
        [9007199254740993n, "9007199254740993"],
        [-(10n ** 38n), `-1${"0".repeat(38)}`],
        [10n ** 38n, `1${"0".repeat(38)}`],
      ],
    },
    {
      title: "times with an offset, in UTC",
      schema: moment,
      values: [
        ["2026-11-29T13:54:00.123456+02:00", "2026-11-29 11:54:00.123456"],
        ["2026-11-29 23:54:00-0530", "2026-11-30 05:24:00"],
        ["1890-01-01 00:00:00+00:53:28", "1889-12-31 23:06:32"],
        ["2026-11-29T13:54:00Z", "2026-11-29 13:54:00"],
        ["0044-03-15 00:00:00+00 BC", "0044-03-15 (BC) 00:00:00"],
        ["infinity", "infinity"],
      ],
    },
    {
      title: "times of day with an offset, in UTC",
      schema: time,
      values: [
        ["13:54:00.5+02", "11:54:00.5"],
        ["01:54:00+05:30", "20:24:00"],
      ],
    },
    {
      title: "any JSON",
      schema: anything,
      values: [
        ["", '""'],
        ["abc", '"abc"'],
        ["1", '"1"'],
        [1, "1"],
        [true, "true"],
        [[null, 1], "[null, 1]"],
        [{ a: null }, '{"a": null}'],
        ['{"a": 1}', '"{\\"a\\": 1}"'],
        [null, null],
      ],
    },
    {
      title: "a column that its schema does not describe",
      schema: {},
      values: [
        ["x", '"x"'],
        [1, "1"],
      ],
    },
    {
      title: "JSON that the tap has turned into text",
      schema: { type: ["null", "object", "array"] },
      values: [
        ['{"a": 1}', '{"a": 1}'],
        [[], "[]"],
      ],
    },
  ];
  for (const { title, schema, values } of cases) {
    test(`target-duckdb-sdk values: ${title}`, async (t) => {
      const path = join(temporaryFolder(t), "warehouse.duckdb");
      const result = await loadValues(
        t,
        path,
        schema,
        values.map(([value]) => value),
      );
      assert.equal(result.code, 0, result.error ?? "");
      assert.deepEqual(
        await query(path, "select value::text from main.things order by id"),
        values.map(([, text]) => [text]),
      );
    });
  }
});

test("target-duckdb-sdk: the error for a value that does not fit names stream and column, and no temporary table is left", async (t) => {
  const path = join(temporaryFolder(t), "warehouse.duckdb");
  const result = await loadValues(t, path, { type: "integer" }, [2n ** 127n]);
  assert.notEqual(result.code, 0);
  assert.match(
    result.error ?? "",
    /stream "things": Error when converting column "value"\. Could not convert string "170141183460469231731687303715884105728" to 'HUGEINT'/,
  );
  assert.deepEqual(await query(path, "select table_name from information_schema.tables"), [
    ["things"],
  ]);
});

test("target-duckdb-sdk: composite keys with commas in their values stay distinct", async (t) => {
  const path = join(temporaryFolder(t), "warehouse.duckdb");
  const messages = [
    {
      type: "SCHEMA",
      stream: "things",
      schema: { properties: { a: { type: "string" }, b: { type: "string" } } },
      key_properties: ["a", "b"],
    },
    ...[
      ["a,b", "c"],
      ["a", "b,c"],
      ["a", "b,c"],
    ].map(([a, b]) => ({ type: "RECORD", stream: "things", record: { a, b } })),
  ];
  const result = await load(t, targetDuckdbSdk({ path }), messages);
  assert.equal(result.code, 0, result.error ?? "");
  assert.deepEqual(await query(path, "select a, b from main.things order by a"), [
    ["a", "b,c"],
    ["a,b", "c"],
  ]);
});

function loadValues(
  t: TestContext,
  path: string,
  schema: object,
  values: readonly unknown[],
): Promise<RunnerResult> {
  return load(t, targetDuckdbSdk({ path }), [
    {
      type: "SCHEMA",
      stream: "things",
      schema: { properties: { id: { type: "integer" }, value: schema } },
      key_properties: ["id"],
    },
    ...values.map((value, id) => ({ type: "RECORD", stream: "things", record: { id, value } })),
  ]);
}
