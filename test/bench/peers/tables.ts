/** A table of the comparison. Column `id` is its key, `updated_at` identifies changed rows. */
export interface PeerTable {
  readonly name: string;
  /** Column, type, and the value for row `id` in SQL. */
  readonly columns: readonly (readonly [name: string, type: string, value: string])[];
  /** Share of the rows asked for, because its rows are longer. */
  readonly share: number;
}

const key = ["id", "bigint", "id"] as const;
const updated = [
  "updated_at",
  "timestamptz",
  "timestamptz '2026-01-01T00:00:00Z' + id * interval '1 second'",
] as const;

/** Ten columns of mixed types, about 300 bytes as a Singer line. */
export const ORDERS: PeerTable = {
  name: "orders",
  share: 1,
  columns: [
    key,
    ["customer", "text", "'customer ' || id % 9973"],
    ["email", "text", "'someone.' || id || '@example.com'"],
    ["city", "text", "(array['Bern', 'Zürich', 'Genève', 'Lugano'])[id % 4 + 1]"],
    ["note", "text", "case when id % 7 = 0 then null else 'line \"' || id || '\"' end"],
    ["status", "text", "(array['new', 'paid', 'sent'])[id % 3 + 1]"],
    ["amount", "numeric(12,2)", "(id * 31 % 9970000) / 100.0"],
    ["items", "integer", "id % 17"],
    ["active", "boolean", "id % 2 = 0"],
    updated,
  ],
};

/** Rows of 2 kB. */
export const LONG: PeerTable = {
  name: "long_rows",
  share: 0.2,
  columns: [key, ["body", "text", "repeat(md5(id::text), 62)"], updated],
};

/** Fifty columns. */
export const WIDE: PeerTable = {
  name: "wide_rows",
  share: 0.2,
  columns: [
    key,
    ...Array.from(
      { length: 16 },
      (_, at) => [`number_${at}`, "integer", `id % ${at + 2}`] as const,
    ),
    ...Array.from(
      { length: 16 },
      (_, at) => [`text_${at}`, "text", `'value ' || id % ${at + 5}`] as const,
    ),
    ...Array.from(
      { length: 16 },
      (_, at) => [`amount_${at}`, "numeric(12,2)", `id % ${at + 7} + 0.25`] as const,
    ),
    updated,
  ],
};

/** A nested document in each row. */
export const DOCUMENTS: PeerTable = {
  name: "documents",
  share: 0.2,
  columns: [
    key,
    [
      "document",
      "jsonb",
      `jsonb_build_object('customer', jsonb_build_object('name', 'customer ' || id, 'tags', jsonb_build_array('a', id % 10, null)), 'lines', (select jsonb_agg(jsonb_build_object('sku', id * n, 'price', n + 0.5)) from generate_series(1, 5) n))`,
    ],
    updated,
  ],
};

/** Number of rows of a table when the comparison asks for some. */
export function rowsOf({ share }: PeerTable, rows: number): number {
  return Math.max(1, Math.round(rows * share));
}

/** Creates and fills the table in the current schema. */
export function createSql({ name, columns }: PeerTable, rows: number): readonly string[] {
  const list = columns.map(([column, type, value]) => `(${value})::${type} as ${column}`);
  return [
    `create table ${name} as select ${list.join(", ")} from generate_series(1, ${rows}) id`,
    `alter table ${name} add primary key (id)`,
    `analyze ${name}`,
  ];
}

/** Changes evenly spread rows and moves their `updated_at` past all others. */
export function changeSql({ name }: PeerTable, rows: number, changed: number): string {
  const step = Math.max(1, Math.floor(rows / changed));
  return `update ${name} set note = 'changed ' || clock_timestamp(), updated_at = (select max(updated_at) from ${name}) + interval '1 second' where id % ${step} = 0`;
}

/** One number and one checksum of all rows, whatever types a tool gave to the columns. */
export function checksumSql({ columns }: PeerTable, table: string): string {
  const row = columns.map(([column, type]) => `${column}::${type}`).join(", ");
  return `select count(*)::text || ' rows, checksum ' || coalesce(sum(hashtextextended(row(${row})::text, 0)::numeric), 0) as sum from ${table}`;
}
