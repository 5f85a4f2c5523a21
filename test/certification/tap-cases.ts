import type { Kind } from "./values";
import { values } from "./values";
import type { Table } from "./target-cases";

/** Data in a source, and what the tap must send for it. */
export interface TapCase {
  /** Used in limitations: lower-case letters, digits and `_`. */
  readonly id: string;
  readonly group: "Values" | "Names" | "Shapes" | "Order";
  readonly title: string;
  /** What must be sent, by table. */
  readonly tables: readonly Table[];
}

/** A case of a database: statements that create its tables in the schema `certify`. */
export interface SqlCase extends TapCase {
  readonly sql: readonly string[];
  /** Read by this column, twice: only the second run counts. Default: read once, in full. */
  readonly incremental?: string;
}

/** A case of a JSON API: its responses by path. */
export interface JsonCase extends TapCase {
  readonly answers: { readonly [path: string]: string };
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const tableSql = (name: string) => `certify.${quoted(name)}`;
const textSql = (value: string) => `'${value.replaceAll("'", "''")}'`;
const pair = (name: string, kind: Kind, value: string): Table => ({
  name,
  columns: { id: "integer", value: kind },
  rows: [
    ["1", value],
    ["2", null],
  ],
});

const LONG = "n".repeat(59);
const NAMES: readonly (readonly [id: string, title: string, ...names: readonly string[]])[] = [
  ["mixed", "mixed case", "OrderLine"],
  ["reserved", "reserved word", "select"],
  ["quote", "quote", 'a"b'],
  ["dot", "dot", "a.b"],
  ["dash", "dash", "a-b"],
  ["space", "space", "a b"],
  ["digit", "digit first", "1st"],
  ["unicode", "letters that are not ASCII", "größe"],
  ["63", "63 bytes", `${LONG}_063`],
  ["case", "differ only in case", "Cased", "cased"],
];

const sqlValues = values.flatMap(({ id, title, kind, sql, means }): readonly SqlCase[] => {
  if (!sql) return [];
  const [type, literal] = sql;
  return [
    {
      id,
      group: "Values",
      title,
      tables: [pair(id, kind, means)],
      sql: [
        `create table ${tableSql(id)} (id integer primary key, value ${type})`,
        `insert into ${tableSql(id)} values (1, ${literal}), (2, null)`,
      ],
    },
  ];
});

const sqlNames = NAMES.flatMap(([id, title, ...names]): readonly SqlCase[] => [
  {
    ...{ id: `stream_${id}`, group: "Names", title: `stream: ${title}` },
    tables: names.map((name) => ({ name, columns: { id: "integer" }, rows: [["1"]] })),
    sql: names.flatMap((name) => [
      `create table ${tableSql(name)} (id integer primary key)`,
      `insert into ${tableSql(name)} values (1)`,
    ]),
  },
  {
    ...{ id: `column_${id}`, group: "Names", title: `column: ${title}` },
    tables: [
      {
        name: `column_${id}`,
        columns: {
          id: "integer",
          ...Object.fromEntries(names.map((name) => [name, "text" as const])),
        },
        rows: [["1", ...names]],
      },
    ],
    sql: [
      `create table ${tableSql(`column_${id}`)} (id integer primary key, ${names.map((name) => `${quoted(name)} text`).join()})`,
      `insert into ${tableSql(`column_${id}`)} values (1, ${names.map(textSql).join()})`,
    ],
  },
]);

function sqlRows(id: string, title: string, count: number, key = "primary key"): SqlCase {
  const rows = Array.from(
    { length: count },
    (_, index) => [String(index + 1), `row ${index + 1}`] as const,
  );
  const sql = [
    `create table ${tableSql(id)} (id integer ${key}, value text)`,
    `insert into ${tableSql(id)} select n, 'row ' || n from generate_series(1, ${count}) n`,
  ];
  return {
    id,
    group: "Shapes",
    title,
    tables: [{ name: id, columns: { id: "integer", value: "text" }, rows }],
    sql,
  };
}

const wide = Array.from({ length: 400 }, (_, index) => `c${index}`);
const sqlShapes: readonly SqlCase[] = [
  sqlRows("rows_0", "empty table", 0),
  sqlRows("rows_1", "one row", 1),
  sqlRows("rows_many", "10,001 rows", 10_001),
  sqlRows("rows_no_key", "no key", 3, ""),
  {
    ...{ id: "key_composite", group: "Shapes", title: "composite key" },
    tables: [
      {
        name: "key_composite",
        columns: { a: "text", b: "text" },
        rows: [
          ["a,b", "c"],
          ["a", "b,c"],
        ],
      },
    ],
    sql: [
      `create table ${tableSql("key_composite")} (a text, b text, primary key (a, b))`,
      `insert into ${tableSql("key_composite")} values ('a,b', 'c'), ('a', 'b,c')`,
    ],
  },
  {
    ...{ id: "columns_400", group: "Shapes", title: "400 columns" },
    tables: [
      {
        name: "columns_400",
        columns: Object.fromEntries(wide.map((name) => [name, "text" as const])),
        rows: [wide.map((name) => `of ${name}`)],
      },
    ],
    sql: [
      `create table ${tableSql("columns_400")} (${wide.map((name) => `${name} text`).join()})`,
      `insert into ${tableSql("columns_400")} values (${wide.map((name) => `'of ${name}'`).join()})`,
    ],
  },
];

const sqlOrder: readonly SqlCase[] = [
  {
    ...sqlRows("resume_unchanged", "incremental, nothing new since the last run", 3),
    group: "Order",
    incremental: "id",
    tables: [{ name: "resume_unchanged", columns: { id: "integer", value: "text" }, rows: [] }],
  },
];

/** Everything that tap-postgres is certified with. */
export const sqlCases: readonly SqlCase[] = [...sqlValues, ...sqlNames, ...sqlShapes, ...sqlOrder];

const jsonValues = values.flatMap(({ id, title, kind, singer, means }): readonly JsonCase[] => {
  if (!singer) return [];
  return [
    {
      id,
      group: "Values",
      title,
      tables: [pair(id, kind, means)],
      answers: { [`/${id}`]: `[{"id":1,"value":${singer[1]}},{"id":2,"value":null}]` },
    },
  ];
});

const jsonNames = NAMES.map(([id, title, ...names]): JsonCase => ({
  ...{ id: `column_${id}`, group: "Names", title: `column: ${title}` },
  tables: [
    {
      name: `column_${id}`,
      columns: {
        id: "integer",
        ...Object.fromEntries(names.map((name) => [name, "text" as const])),
      },
      rows: [["1", ...names]],
    },
  ],
  answers: {
    [`/column_${id}`]: JSON.stringify([
      { id: 1, ...Object.fromEntries(names.map((name) => [name, name])) },
    ]),
  },
}));

function jsonRows(id: string, title: string, count: number): JsonCase {
  const rows = Array.from(
    { length: count },
    (_, index) => [String(index + 1), `row ${index + 1}`] as const,
  );
  return {
    id,
    group: "Shapes",
    title,
    tables: [{ name: id, columns: { id: "integer", value: "text" }, rows }],
    answers: {
      [`/${id}`]: JSON.stringify(rows.map(([number, value]) => ({ id: Number(number), value }))),
    },
  };
}

const jsonShapes: readonly JsonCase[] = [
  jsonRows("rows_0", "empty table", 0),
  jsonRows("rows_1", "one row", 1),
  jsonRows("rows_many", "10,001 rows", 10_001),
  {
    ...{ id: "columns_400", group: "Shapes", title: "400 columns" },
    tables: [
      {
        name: "columns_400",
        columns: {
          id: "integer",
          ...Object.fromEntries(wide.map((name) => [name, "text" as const])),
        },
        rows: [["1", ...wide]],
      },
    ],
    answers: {
      "/columns_400": JSON.stringify([
        { id: 1, ...Object.fromEntries(wide.map((name) => [name, name])) },
      ]),
    },
  },
];

/** Everything that tap-rest-api-msdk is certified with. */
export const jsonCases: readonly JsonCase[] = [...jsonValues, ...jsonNames, ...jsonShapes];

function rates(
  id: string,
  group: TapCase["group"],
  title: string,
  days: { readonly [day: string]: string },
  columns: Table["columns"],
  rows: Table["rows"],
): JsonCase {
  const answers = Object.entries(days).map(
    ([day, text]) => [`/${day}`, `{"base":"USD","date":"${day}","rates":${text}}`] as const,
  );
  return {
    id,
    group,
    title,
    tables: [{ name: "exchange_rate", columns: { date: "text", ...columns }, rows }],
    answers: Object.fromEntries(answers),
  };
}

const time = (day: string) => `${day}T00:00:00Z`;

/** Everything that tap-exchangeratesapi is certified with. */
export const rateCases: readonly JsonCase[] = [
  rates(
    "decimal",
    "Values",
    "19.99",
    { "2026-11-26": '{"USD":1,"EUR":19.99}' },
    { EUR: "decimal" },
    [[time("2026-11-26"), "19.99"]],
  ),
  rates(
    "decimal_15",
    "Values",
    "decimal of 15 digits",
    { "2026-11-26": '{"USD":1,"EUR":123456789.012345}' },
    { EUR: "decimal" },
    [[time("2026-11-26"), "123456789.012345"]],
  ),
  rates(
    "decimal_38",
    "Values",
    "decimal of 29 digits",
    { "2026-11-26": '{"USD":1,"EUR":12345678901234567890.123456789}' },
    { EUR: "decimal" },
    [[time("2026-11-26"), "12345678901234567890.123456789"]],
  ),
  rates(
    ...(["rows_days", "Shapes", "several days"] as const),
    {
      "2026-11-25": '{"USD":1,"EUR":0.9}',
      "2026-11-26": '{"USD":1,"EUR":0.91}',
      "2026-11-27": '{"USD":1,"EUR":0.92}',
    },
    { EUR: "decimal" },
    [
      [time("2026-11-25"), "0.9"],
      [time("2026-11-26"), "0.91"],
      [time("2026-11-27"), "0.92"],
    ],
  ),
  rates(
    ...(["schema_adds", "Order", "column added in mid-stream"] as const),
    { "2026-11-25": '{"USD":1,"EUR":0.9}', "2026-11-26": '{"USD":1,"EUR":0.91,"GBP":0.8}' },
    { EUR: "decimal", GBP: "decimal" },
    [
      [time("2026-11-25"), "0.9", null],
      [time("2026-11-26"), "0.91", "0.8"],
    ],
  ),
];
