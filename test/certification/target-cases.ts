import { values, type Kind } from "./values";

/** An expected table in the destination. */
export interface Table {
  /** The stream's name. */
  readonly name: string;
  /** Kinds of its columns by name. */
  readonly columns: { readonly [name: string]: Kind };
  /** Its rows in any order, values in the order of the columns, as JSON text or as a text that stands for itself. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** Data to load, and the expected result. */
export interface TargetCase {
  /** Used in limitations: lower-case letters, digits and `_`. */
  readonly id: string;
  readonly group: "Values" | "Names" | "Shapes" | "Order";
  readonly title: string;
  /** Singer messages of consecutive loads, one per line. */
  readonly loads: readonly (readonly string[])[];
  /** Expected tables: an appending target keeps all rows, a replacing one the last of each key. */
  readonly tables: (keeps: "all" | "last") => readonly Table[];
}

/** Rows of one batch in certifications. */
export const BATCH = 10;

const key = { id: { type: "integer" } } as const;
const word = { type: ["null", "string"] } as const;

function schema(stream: string, properties: object, keys: readonly string[] = ["id"]): string {
  return JSON.stringify({
    type: "SCHEMA",
    stream,
    schema: { type: "object", properties },
    key_properties: keys,
  });
}

function record(stream: string, values: string, version?: number): string {
  return `{"type":"RECORD","stream":${JSON.stringify(stream)},"record":${values}${version === undefined ? "" : `,"version":${version}`}}`;
}

function activate(stream: string, version: number): string {
  return JSON.stringify({ type: "ACTIVATE_VERSION", stream, version });
}

const valueCases = values.flatMap(({ id, title, kind, singer, means }): readonly TargetCase[] => {
  if (!singer) return [];
  const [property, json] = singer;
  const load = [
    schema(id, { ...key, value: property }),
    record(id, `{"id":1,"value":${json}}`),
    record(id, '{"id":2,"value":null}'),
  ];
  return [
    {
      id,
      group: "Values",
      title,
      loads: [load],
      tables: () => [
        {
          name: id,
          columns: { id: "integer", value: kind },
          rows: [
            ["1", means],
            ["2", null],
          ],
        },
      ],
    },
  ];
});

/** Streams or columns of these names, each with a value of its own. */
function streamNames(id: string, title: string, ...names: readonly string[]): TargetCase {
  const load = names.flatMap((name) => [
    schema(name, { ...key, value: word }),
    record(name, JSON.stringify({ id: 1, value: name })),
  ]);
  return {
    id,
    group: "Names",
    title: `stream: ${title}`,
    loads: [load],
    tables: () =>
      names.map((name) => ({
        name,
        columns: { id: "integer", value: "text" },
        rows: [["1", name]],
      })),
  };
}

function columnNames(id: string, title: string, ...names: readonly string[]): TargetCase {
  const properties = { ...key, ...Object.fromEntries(names.map((name) => [name, word])) };
  const load = [
    schema(id, properties),
    record(
      id,
      JSON.stringify({
        id: 1,
        ...Object.fromEntries(names.map((name) => [name, `value of ${name}`])),
      }),
    ),
  ];
  const columns: Table["columns"] = {
    id: "integer",
    ...Object.fromEntries(names.map((name) => [name, "text" as const])),
  };
  return {
    id,
    group: "Names",
    title: `column: ${title}`,
    loads: [load],
    tables: () => [
      { name: id, columns, rows: [["1", ...names.map((name) => `value of ${name}`)]] },
    ],
  };
}

const LONG = "n".repeat(59);
const nameCases: readonly TargetCase[] = [
  streamNames("stream_mixed", "mixed case", "OrderLines"),
  streamNames("stream_reserved", "reserved word", "select"),
  streamNames("stream_quote", "quote", 'a"b'),
  streamNames("stream_dot", "dot", "a.b"),
  streamNames("stream_unicode", "letters that are not ASCII", "größe"),
  streamNames("stream_schema", "same table of two schemas", "first-things", "second-things"),
  streamNames("stream_63", "63 bytes", `${LONG}_s63`),
  streamNames("stream_64", "equal in the first 63 bytes", `${LONG}_s64_one`, `${LONG}_s64_two`),
  streamNames("stream_case", "differ only in case", "Cased", "cased"),
  columnNames("column_mixed", "mixed case", "OrderLine"),
  columnNames("column_reserved", "reserved word", "select"),
  columnNames("column_quote", "quote", 'a"b'),
  columnNames("column_dot", "dot", "a.b"),
  columnNames("column_space", "space", "a b"),
  columnNames("column_digit", "digit first", "1st"),
  columnNames("column_unicode", "letters that are not ASCII", "größe"),
  columnNames("column_63", "63 bytes", `${LONG}_c63`),
  columnNames("column_64", "equal in the first 63 bytes", `${LONG}_c64_one`, `${LONG}_c64_two`),
  columnNames("column_case", "differ only in case", "Cased", "cased"),
];

/** A table of numbered rows with a time, a case in which the first row of a batch was lost. */
function rows(
  id: string,
  title: string,
  count: number,
  keys: readonly string[] = ["id"],
): TargetCase {
  const all = Array.from(
    { length: count },
    (_, index) =>
      [
        String(index),
        `row ${index}`,
        `2026-11-29 13:54:${String(index % 60).padStart(2, "0")}`,
      ] as const,
  );
  const load = [
    schema(
      id,
      { ...key, value: word, at: { type: ["null", "string"], format: "date-time" } },
      keys,
    ),
    ...all.map(([number, value, at]) =>
      record(
        id,
        `{"id":${number},"value":${JSON.stringify(value)},"at":"${at.replace(" ", "T")}+00:00"}`,
      ),
    ),
  ];
  return {
    id,
    group: "Shapes",
    title,
    loads: [load],
    tables: () => [
      { name: id, columns: { id: "integer", value: "text", at: "moment" }, rows: all },
    ],
  };
}

const wide = Array.from({ length: 400 }, (_, index) => `c${index}`);
const shapeCases: readonly TargetCase[] = [
  rows("rows_0", "empty table", 0),
  rows("rows_1", "one row", 1),
  rows("rows_batch", "exactly one batch", BATCH),
  rows("rows_batch_1", "one batch and one row", BATCH + 1),
  rows("rows_batches", "several batches", 3 * BATCH),
  rows("rows_no_key", "no key, several batches", 2 * BATCH + 1, []),
  {
    ...{ id: "key_composite", group: "Shapes", title: "composite key with commas in its values" },
    loads: [
      [
        schema("key_composite", { a: word, b: word, value: word }, ["a", "b"]),
        ...[
          ["a,b", "c", "1"],
          ["a", "b,c", "2"],
        ].map(([a, b, value]) => record("key_composite", JSON.stringify({ a, b, value }))),
      ],
    ],
    tables: () => [
      {
        name: "key_composite",
        columns: { a: "text", b: "text", value: "text" },
        rows: [
          ["a,b", "c", "1"],
          ["a", "b,c", "2"],
        ],
      },
    ],
  },
  {
    ...{ id: "columns_400", group: "Shapes", title: "400 columns" },
    loads: [
      [
        schema("columns_400", { ...key, ...Object.fromEntries(wide.map((name) => [name, word])) }),
        ...[1, 2].map((id) =>
          record(
            "columns_400",
            JSON.stringify({
              id,
              ...Object.fromEntries(wide.map((name) => [name, `${name} ${id}`])),
            }),
          ),
        ),
      ],
    ],
    tables: () => [
      {
        name: "columns_400",
        columns: {
          id: "integer",
          ...Object.fromEntries(wide.map((name) => [name, "text" as const])),
        },
        rows: [1, 2].map((id) => [String(id), ...wide.map((name) => `${name} ${id}`)]),
      },
    ],
  },
];

const simple = (
  id: string,
  all: readonly (readonly [number: string, value: string | null])[],
): Table => ({ name: id, columns: { id: "integer", value: "text" }, rows: all });
const plain = (id: string, number: number, value: string, version?: number) =>
  record(id, JSON.stringify({ id: number, value }), version);
const simpleSchema = (id: string) => schema(id, { ...key, value: word });

const orderCases: readonly TargetCase[] = [
  {
    ...{ id: "interleaved", group: "Order", title: "interleaved streams" },
    loads: [
      [
        simpleSchema("interleaved_a"),
        simpleSchema("interleaved_b"),
        ...Array.from({ length: 2 * BATCH }, (_, index) =>
          ["a", "b"].map((one) => plain(`interleaved_${one}`, index, `${one}${index}`)),
        ).flat(),
      ],
    ],
    tables: () =>
      ["a", "b"].map((one) =>
        simple(
          `interleaved_${one}`,
          Array.from({ length: 2 * BATCH }, (_, index) => [String(index), `${one}${index}`]),
        ),
      ),
  },
  {
    ...{ id: "schema_adds", group: "Order", title: "column added in mid-stream" },
    loads: [
      [
        simpleSchema("schema_adds"),
        plain("schema_adds", 1, "old"),
        schema("schema_adds", { ...key, value: word, more: word }),
        record("schema_adds", '{"id":2,"value":"new","more":"x"}'),
      ],
    ],
    tables: () => [
      {
        name: "schema_adds",
        columns: { id: "integer", value: "text", more: "text" },
        rows: [
          ["1", "old", null],
          ["2", "new", "x"],
        ],
      },
    ],
  },
  {
    ...{ id: "schema_adds_later", group: "Order", title: "column added between runs" },
    loads: [
      [simpleSchema("schema_adds_later"), plain("schema_adds_later", 1, "old")],
      [
        schema("schema_adds_later", { ...key, value: word, more: word }),
        record("schema_adds_later", '{"id":2,"value":"new","more":"x"}'),
      ],
    ],
    tables: () => [
      {
        name: "schema_adds_later",
        columns: { id: "integer", value: "text", more: "text" },
        rows: [
          ["1", "old", null],
          ["2", "new", "x"],
        ],
      },
    ],
  },
  {
    ...{
      id: "type_changes",
      group: "Order",
      title: "column changes from integer to text between runs",
    },
    loads: [
      [
        schema("type_changes", { ...key, value: { type: ["null", "integer"] } }),
        record("type_changes", '{"id":1,"value":5}'),
      ],
      [simpleSchema("type_changes"), plain("type_changes", 2, "six")],
    ],
    tables: () => [
      simple("type_changes", [
        ["1", "5"],
        ["2", "six"],
      ]),
    ],
  },
  {
    ...{
      id: "mixed_case_again",
      group: "Order",
      title: "stream and column in mixed case, second run",
    },
    loads: [1, 2].map((id) => [
      schema("MixedAgain", { ...key, OrderValue: word }),
      record("MixedAgain", `{"id":${id},"OrderValue":"x"}`),
    ]),
    tables: () => [
      {
        name: "MixedAgain",
        columns: { id: "integer", OrderValue: "text" },
        rows: [
          ["1", "x"],
          ["2", "x"],
        ],
      },
    ],
  },
  {
    ...{ id: "same_key", group: "Order", title: "same key twice in a batch" },
    loads: [
      [simpleSchema("same_key"), plain("same_key", 1, "first"), plain("same_key", 1, "last")],
    ],
    tables: (keeps) => [
      simple(
        "same_key",
        keeps === "all"
          ? [
              ["1", "first"],
              ["1", "last"],
            ]
          : [["1", "last"]],
      ),
    ],
  },
  {
    ...{ id: "same_key_again", group: "Order", title: "same key again in the next run" },
    loads: [
      [simpleSchema("same_key_again"), plain("same_key_again", 1, "first")],
      [simpleSchema("same_key_again"), plain("same_key_again", 1, "last")],
    ],
    tables: (keeps) => [
      simple(
        "same_key_again",
        keeps === "all"
          ? [
              ["1", "first"],
              ["1", "last"],
            ]
          : [["1", "last"]],
      ),
    ],
  },
  {
    ...{
      id: "version_before",
      group: "Order",
      title: "ACTIVATE_VERSION before and after the records",
    },
    loads: [
      [
        simpleSchema("version_before"),
        activate("version_before", 7),
        plain("version_before", 1, "a", 7),
        plain("version_before", 2, "b", 7),
        activate("version_before", 7),
      ],
    ],
    tables: () => [
      simple("version_before", [
        ["1", "a"],
        ["2", "b"],
      ]),
    ],
  },
  {
    ...{
      id: "version_next",
      group: "Order",
      title: "new version without a row that the source deleted",
    },
    loads: [
      [
        simpleSchema("version_next"),
        plain("version_next", 1, "a", 1),
        plain("version_next", 2, "b", 1),
        activate("version_next", 1),
      ],
      [simpleSchema("version_next"), plain("version_next", 1, "a", 2), activate("version_next", 2)],
    ],
    tables: (keeps) => [
      simple(
        "version_next",
        keeps === "all"
          ? [
              ["1", "a"],
              ["2", "b"],
              ["1", "a"],
            ]
          : [["1", "a"]],
      ),
    ],
  },
];

/** Everything that a target is certified with. */
export const targetCases: readonly TargetCase[] = [
  ...valueCases,
  ...nameCases,
  ...shapeCases,
  ...orderCases,
];
