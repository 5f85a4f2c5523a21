import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseCatalog, storable, type Catalog } from "../../src/run/catalog/catalog";
import {
  catalogFiles,
  readCatalogFile,
  writeCatalogFiles,
} from "../../src/run/catalog/catalog-files";
import { compareCatalogs, isUnchanged } from "../../src/run/catalog/compare-catalogs";
import { describeStream } from "../../src/run/catalog/describe-stream";
import { catalogNames, typedCatalog } from "../../src/run/catalog/typed-catalog";
import { temporaryFolder } from "./support";

const text = { type: ["null", "string"] };
const orders = {
  tap_stream_id: "public-orders",
  stream: "public-orders",
  key_properties: ["id"],
  replication_method: "FULL_TABLE",
  schema: {
    properties: {
      id: { type: "integer", maximum: 9223372036854775807n },
      address: { type: "object", properties: { city: text } },
      updated_at: { type: "string", format: "date-time" },
    },
  },
  metadata: [
    { breadcrumb: ["properties", "id"], metadata: { inclusion: "automatic" } },
    { breadcrumb: [], metadata: { "schema-name": "public", "row-count": 1234 } },
  ],
};
const view = (name: string, schema: string) => ({
  tap_stream_id: name,
  metadata: [{ breadcrumb: [], metadata: { "schema-name": schema } }],
});
const catalog: Catalog = {
  streams: [
    view("sales-items", "sales"),
    orders,
    view("shop-pg_catalog-pg_class", "pg_catalog"),
    view("information_schema-tables", "information_schema"),
    view("mysql-user", "mysql"),
  ],
};

test("catalog: a stored catalog has no system schemas, and a fixed order", () => {
  const { streams } = storable(catalog);
  assert.deepEqual(
    streams.map(({ tap_stream_id: id }) => id),
    ["public-orders", "sales-items"],
  );
  assert.deepEqual(streams[0]?.metadata?.[0]?.breadcrumb, ["properties", "id"]);
  const reversed = { streams: [...catalog.streams].reverse() };
  assert.deepEqual(storable(reversed), storable(catalog));
});

test("catalog: a stream is described by keys, method, replication key, columns and rows", () => {
  assert.deepEqual(describeStream(orders as never), {
    stream: "public-orders",
    keys: ["id"],
    method: "FULL_TABLE",
    forced: false,
    replicationKey: null,
    validKeys: [],
    columns: 3,
    rows: 1234,
  });
  const root = {
    "forced-replication-method": { "replication-method": "INCREMENTAL" },
    "replication-method": "FULL_TABLE",
    "replication-key": "updated_at",
    "valid-replication-keys": ["updated_at", "id"],
    "view-key-properties": ["a", "b"],
  };
  assert.deepEqual(
    describeStream({ tap_stream_id: "v", metadata: [{ breadcrumb: [], metadata: root }] }),
    {
      stream: "v",
      keys: ["a", "b"],
      method: "INCREMENTAL",
      forced: true,
      replicationKey: "updated_at",
      validKeys: ["updated_at", "id"],
      columns: 0,
      rows: null,
    },
  );
});

test("catalog: the typed file names streams, columns and nested columns, and any text without a schema", () =>
  assert.equal(
    typedCatalog("orders-eu", storable(catalog)),
    `// Written by \`tapctl discover orders-eu\`. Do not edit.
import { streamsOf } from "tapctl";

/** Streams of "orders-eu" and their columns. */
export interface OrdersEuCatalog {
  readonly "public-orders": "id, address, address.city, updated_at";
  readonly "sales-items": string;
}

/** Selects streams: one that the catalog does not have, or an unknown column, does not compile. */
export const ordersEuStreams = streamsOf<OrdersEuCatalog>();
`,
  ));

test("catalog: columns with the separator in their name are typed as a list", () => {
  const properties = { "a, b": text, c: text };
  const streams = [{ tap_stream_id: "sheet", schema: { properties } }];
  assert.match(typedCatalog("s", { streams }), /readonly "sheet": readonly \["a, b", "c"\];/);
});

test("catalog: a pipeline whose name starts with a digit has a valid name in TypeScript", () =>
  assert.deepEqual(catalogNames("2024-orders"), {
    type: "Pipeline2024OrdersCatalog",
    select: "pipeline2024OrdersStreams",
  }));

test("catalog: a comparison names streams, columns, types, keys and methods that differ", () => {
  const after = {
    streams: [
      {
        ...orders,
        key_properties: ["id", "line"],
        replication_method: "INCREMENTAL",
        replication_key: "updated_at",
        schema: {
          properties: {
            id: { type: "string" },
            address: { type: "object", properties: { city: { type: "string" }, zip: text } },
            changed_at: { type: "string", format: "date-time" },
          },
        },
      },
      view("new", "sales"),
    ],
  } as Catalog;
  const changes = compareCatalogs(storable(catalog), after);
  assert.deepEqual(changes, {
    added: ["new"],
    removed: ["sales-items"],
    changed: [
      {
        stream: "public-orders",
        changes: [
          'column "address.zip" added (string, null)',
          'column "changed_at" added (string (date-time))',
          'column "updated_at" removed',
          'column "id" integer → string',
          'column "address.city" string, null → string',
          "keys id → id, line",
          "replication method FULL_TABLE → INCREMENTAL",
          "replication key none → updated_at",
        ],
      },
    ],
  });
  assert.equal(isUnchanged(changes), false);
  assert.equal(isUnchanged(compareCatalogs(catalog, catalog)), true);
});

test("catalog: a column whose schema differs in more than its type is a change", () => {
  const stream = (maxLength: number) =>
    ({
      streams: [
        { tap_stream_id: "a", schema: { properties: { x: { type: "string", maxLength } } } },
      ],
    }) as unknown as Catalog;
  assert.deepEqual(compareCatalogs(stream(1), stream(2)).changed[0]?.changes, [
    'column "x" has another schema (string)',
  ]);
});

test("catalog: the files keep every digit, are read back, and replace earlier ones", (t) => {
  const root = temporaryFolder(t);
  assert.equal(readCatalogFile(root, "orders"), undefined);
  writeCatalogFiles(root, "orders", { streams: [] });
  const { json, typescript } = writeCatalogFiles(root, "orders", storable(catalog));
  assert.match(readFileSync(json, "utf8"), /"maximum": 9223372036854775807\b/);
  assert.match(readFileSync(typescript, "utf8"), /ordersStreams/);
  assert.deepEqual(readCatalogFile(root, "orders"), storable(catalog));
  assert.deepEqual(readdirSync(join(root, "pipelines", "catalogs")), [
    "orders.catalog.json",
    "orders.ts",
  ]);
});

test("catalog: if a file cannot be written, the earlier ones stay and nothing is left behind", (t) => {
  const root = temporaryFolder(t);
  const { json, typescript } = catalogFiles(root, "orders");
  writeCatalogFiles(root, "orders", { streams: [] });
  const before = readFileSync(json, "utf8");
  // A folder in the place of the temporary file of the second one.
  mkdirSync(`${typescript}.${process.pid}.tmp`);
  assert.throws(
    () => writeCatalogFiles(root, "orders", storable(catalog)),
    /cannot be written \(EISDIR\)/,
  );
  assert.equal(readFileSync(json, "utf8"), before);
  assert.ok(!existsSync(`${json}.${process.pid}.tmp`));
});

for (const [title, content, why] of [
  ["is cut short", '{"streams": [', "it is not JSON"],
  ["is a list", "[]", 'it has no list "streams"'],
  ["is null", "null", 'it has no list "streams"'],
  ["has a stream without an ID", '{"streams": [{}]}', "stream 0 has no tap_stream_id"],
] as const)
  test(`catalog: a file that ${title} is an error`, (t) => {
    const root = temporaryFolder(t);
    const { json } = writeCatalogFiles(root, "orders", { streams: [] });
    writeFileSync(json, content);
    assert.throws(() => readCatalogFile(root, "orders"), {
      message: `${json} is not a Singer catalog: ${why}.`,
    });
    assert.throws(() => parseCatalog("it", content));
  });
