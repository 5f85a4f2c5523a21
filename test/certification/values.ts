/** How a value is compared: two texts of a kind are equal if they mean the same. */
export type Kind =
  "boolean" | "integer" | "decimal" | "float" | "text" | "date" | "time" | "moment" | "json";

/** A value of the matrix: in PostgreSQL, as a Singer message carries it, and what it means. */
export interface ValueCase {
  /** Used in limitations and table names: lower-case letters, digits and `_`. */
  readonly id: string;
  readonly title: string;
  readonly kind: Kind;
  /** Type and literal of PostgreSQL; absent if it has no such value. */
  readonly sql?: readonly [type: string, literal: string];
  /** Schema and JSON text of a Singer record; absent if JSON has no such value. */
  readonly singer?: readonly [schema: object, json: string];
  /** What must arrive, in the canonical form of its kind. */
  readonly means: string;
}

const nullable = (type: string, more: object = {}) => ({ type: ["null", type], ...more });
const text = nullable("string");
const moment = nullable("string", { format: "date-time" });
const long = "x".repeat(5_000_000);

/** SQL literal of a string with any character that PostgreSQL stores. */
const literal = (value: string) =>
  `E'${value.replace(/[\\']/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r")}'`;

const texts: readonly (readonly [id: string, title: string, value: string])[] = [
  ["text_empty", "empty text beside NULL", ""],
  ["text_null_word", 'the text "NULL"', "NULL"],
  ["text_backslash_n", "the text \\N", "\\N"],
  ["text_number", "text of digits with a leading zero", "007"],
  ["text_spaces", "spaces and tabs at both ends", " \tx\t "],
  ["text_quotes", "quotes, commas, semicolons", `"a",'b';c`],
  ["text_backslashes", "backslashes", '\\ \\\\ \\" \\n'],
  ["text_lines", "line breaks of all kinds", "a\nb\r\nc\rd\u2028e\u0085f"],
  ["text_emoji", "emoji and combined characters", "😀 👩‍👩‍👧 é ﷽"],
  ["text_bom", "text that starts with a byte order mark", "\ufeffx"],
  ["text_json", "text that looks like JSON", '{"a": 1}'],
];

/** Every value of the matrix. */
export const values: readonly ValueCase[] = [
  {
    id: "boolean",
    title: "true",
    kind: "boolean",
    sql: ["boolean", "true"],
    singer: [nullable("boolean"), "true"],
    means: "true",
  },
  {
    id: "int_zero",
    title: "0",
    kind: "integer",
    sql: ["integer", "0"],
    singer: [nullable("integer"), "0"],
    means: "0",
  },
  {
    id: "int_53",
    title: "2^53 + 1",
    kind: "integer",
    sql: ["bigint", "9007199254740993"],
    singer: [nullable("integer"), "9007199254740993"],
    means: "9007199254740993",
  },
  {
    id: "int_64",
    title: "-2^63",
    kind: "integer",
    sql: ["bigint", "-9223372036854775808"],
    singer: [nullable("integer"), "-9223372036854775808"],
    means: "-9223372036854775808",
  },
  {
    id: "int_38",
    title: "integer of 38 digits",
    kind: "integer",
    sql: ["numeric(38, 0)", "9".repeat(38)],
    singer: [nullable("integer"), "9".repeat(38)],
    means: "9".repeat(38),
  },
  {
    id: "int_10_38",
    title: "-10^38",
    kind: "integer",
    sql: ["numeric(39, 0)", `-1${"0".repeat(38)}`],
    singer: [nullable("integer"), `-1${"0".repeat(38)}`],
    means: `-1${"0".repeat(38)}`,
  },
  {
    id: "number_38",
    title: "integer of 38 digits, described as number",
    kind: "integer",
    singer: [nullable("number"), "9".repeat(38)],
    means: "9".repeat(38),
  },
  {
    id: "decimal",
    title: "19.99",
    kind: "decimal",
    sql: ["numeric(10, 2)", "19.99"],
    singer: [nullable("number"), "19.99"],
    means: "19.99",
  },
  {
    id: "decimal_15",
    title: "decimal of 15 digits",
    kind: "decimal",
    sql: ["numeric(20, 6)", "123456789.012345"],
    singer: [nullable("number"), "123456789.012345"],
    means: "123456789.012345",
  },
  {
    id: "decimal_38",
    title: "decimal of 29 digits",
    kind: "decimal",
    sql: ["numeric(38, 9)", "12345678901234567890.123456789"],
    singer: [nullable("number"), "12345678901234567890.123456789"],
    means: "12345678901234567890.123456789",
  },
  {
    id: "float",
    title: "0.1",
    kind: "float",
    sql: ["double precision", "0.1"],
    singer: [nullable("number"), "0.1"],
    means: "0.1",
  },
  {
    id: "float_large",
    title: "largest float",
    kind: "float",
    sql: ["double precision", "1.7976931348623157e308"],
    singer: [nullable("number"), "1.7976931348623157e+308"],
    means: "1.7976931348623157e+308",
  },
  {
    id: "float_small",
    title: "smallest float",
    kind: "float",
    sql: ["double precision", "5e-324"],
    singer: [nullable("number"), "5e-324"],
    means: "5e-324",
  },
  {
    id: "float_nan",
    title: "NaN",
    kind: "float",
    sql: ["double precision", "'NaN'"],
    means: "NaN",
  },
  {
    id: "float_infinity",
    title: "infinite float",
    kind: "float",
    sql: ["double precision", "'-Infinity'"],
    means: "-Infinity",
  },
  {
    id: "numeric_nan",
    title: "NaN of type numeric",
    kind: "decimal",
    sql: ["numeric", "'NaN'"],
    means: "NaN",
  },
  ...texts.map(([id, title, value]): ValueCase => ({
    id,
    title,
    kind: "text",
    sql: ["text", literal(value)],
    singer: [text, JSON.stringify(value)],
    means: value,
  })),
  {
    id: "text_5mb",
    title: "text of 5 MB",
    kind: "text",
    sql: ["text", "repeat('x', 5000000)"],
    singer: [text, JSON.stringify(long)],
    means: long,
  },
  {
    id: "text_nul",
    title: "text with U+0000",
    kind: "text",
    singer: [text, '"a\\u0000b"'],
    means: "a\u0000b",
  },
  {
    id: "date",
    title: "date",
    kind: "date",
    sql: ["date", "'2026-11-29'"],
    singer: [nullable("string", { format: "date" }), '"2026-11-29"'],
    means: "2026-11-29",
  },
  {
    id: "date_bc",
    title: "date before year 1",
    kind: "date",
    sql: ["date", "'0044-03-15 BC'"],
    singer: [nullable("string", { format: "date" }), '"0044-03-15 BC"'],
    means: "0044-03-15 BC",
  },
  {
    id: "date_far",
    title: "date after year 9999",
    kind: "date",
    sql: ["date", "'10000-01-01'"],
    singer: [nullable("string", { format: "date" }), '"10000-01-01"'],
    means: "10000-01-01",
  },
  {
    id: "date_infinity",
    title: "infinite date",
    kind: "date",
    sql: ["date", "'infinity'"],
    singer: [nullable("string", { format: "date" }), '"infinity"'],
    means: "infinity",
  },
  {
    id: "time",
    title: "time",
    kind: "time",
    sql: ["time", "'13:54:00.123456'"],
    singer: [nullable("string", { format: "time" }), '"13:54:00.123456"'],
    means: "13:54:00.123456",
  },
  {
    id: "moment",
    title: "timestamp without zone",
    kind: "moment",
    sql: ["timestamp", "'2026-11-29 13:54:00.123456'"],
    singer: [moment, '"2026-11-29T13:54:00.123456"'],
    means: "2026-11-29 13:54:00.123456",
  },
  {
    id: "moment_zone",
    title: "timestamp with zone",
    kind: "moment",
    sql: ["timestamptz", "'2026-11-29 13:54:00.123456+02:00'"],
    singer: [moment, '"2026-11-29T13:54:00.123456+02:00"'],
    means: "2026-11-29 11:54:00.123456",
  },
  {
    id: "moment_bc",
    title: "timestamp before year 1",
    kind: "moment",
    sql: ["timestamp", "'0044-03-15 12:00:00 BC'"],
    singer: [moment, '"0044-03-15 12:00:00 BC"'],
    means: "0044-03-15 12:00:00 BC",
  },
  {
    id: "moment_far",
    title: "timestamp after year 9999",
    kind: "moment",
    sql: ["timestamp", "'10000-01-01 12:00:00'"],
    singer: [moment, '"10000-01-01T12:00:00"'],
    means: "10000-01-01 12:00:00",
  },
  {
    id: "moment_infinity",
    title: "infinite timestamp",
    kind: "moment",
    sql: ["timestamptz", "'infinity'"],
    singer: [moment, '"infinity"'],
    means: "infinity",
  },
  { id: "bytes", title: "bytes", kind: "text", sql: ["bytea", "'\\x00ff10'"], means: "00ff10" },
  {
    id: "uuid",
    title: "UUID",
    kind: "text",
    sql: ["uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"],
    singer: [nullable("string", { format: "uuid" }), '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"'],
    means: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
  },
  {
    id: "json_object",
    title: "JSON object",
    kind: "json",
    sql: ["jsonb", `'{"a": [1, null, {"b": "c"}], "d": true}'`],
    singer: [nullable("object"), '{"a":[1,null,{"b":"c"}],"d":true}'],
    means: '{"a":[1,null,{"b":"c"}],"d":true}',
  },
  {
    id: "json_null",
    title: "JSON null, which is not NULL",
    kind: "json",
    sql: ["jsonb", "'null'"],
    means: "null",
  },
  {
    id: "json_numbers",
    title: "JSON with a number of 20 digits",
    kind: "json",
    sql: ["jsonb", `'{"a": 12345678901234567890}'`],
    singer: [nullable("object"), '{"a":12345678901234567890}'],
    means: '{"a":12345678901234567890}',
  },
  {
    id: "json_escape",
    title: "JSON with \\u0000",
    kind: "json",
    sql: ["json", `'{"a": "x\\u0000y"}'`],
    singer: [nullable("object"), '{"a":"x\\u0000y"}'],
    means: '{"a":"x\\u0000y"}',
  },
  {
    id: "array",
    title: "array with NULLs",
    kind: "json",
    sql: ["integer[]", "'{1,NULL,3}'"],
    singer: [nullable("array", { items: nullable("integer") }), "[1,null,3]"],
    means: "[1,null,3]",
  },
  {
    id: "array_text",
    title: "array of text with quotes",
    kind: "json",
    sql: ["text[]", `array['a"b', null, '', 'c,d']`],
    singer: [nullable("array", { items: text }), '["a\\"b",null,"","c,d"]'],
    means: '["a\\"b",null,"","c,d"]',
  },
];
