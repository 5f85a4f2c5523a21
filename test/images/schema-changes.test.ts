/** Schema changes, contracts and expectations of streams, in artifact and stream mode. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";
import { inWorkspace, PYTHON, type Ended, type Fields, type Step, type Workspace } from "./support";

const FIXTURES = resolve(__dirname, "fixtures");

test("schema checks: they agree with naive ones over random schemas, records and blocks", () =>
  assert.equal(
    execFileSync(
      PYTHON,
      [join(FIXTURES, "inspection_property.py"), resolve("images", "singer"), "200"],
      {
        encoding: "utf8",
      },
    ),
    "ok\n",
  ));

interface Result {
  readonly error: string | null;
  readonly warnings: readonly string[];
  readonly schemaChanges: readonly { readonly stream: string; readonly text: string }[];
}

type Columns = Readonly<Record<string, object>>;

const INTEGER = { type: ["null", "integer"] };
const TEXT = { type: ["null", "string"] };
const ID = { type: "integer" };

function schema(stream: string, columns: Columns, key: readonly string[] = ["id"]): Step {
  return raw({ type: "SCHEMA", stream, schema: { properties: columns }, key_properties: key });
}

const raw = (message: object): Step => ["raw", `${JSON.stringify(message)}\n`];
const version = (stream: string, number: number): Step =>
  raw({ type: "ACTIVATE_VERSION", stream, version: number });
const rows = (stream: string, count: number, fields: object = {}): Step => [
  "raw",
  Array.from(
    { length: count },
    (_, id) => `${JSON.stringify({ type: "RECORD", stream, record: { id, ...fields } })}\n`,
  ).join(""),
];
const orders = (columns: Columns, key?: readonly string[]): readonly Step[] => [
  schema("orders", { id: ID, ...columns }, key),
  rows("orders", 2),
  ["state", { at: 1 }],
];

const MODES = ["artifact", "stream"] as const;
type RunMode = (typeof MODES)[number];

/** Runs the fake connectors in one of the modes with the schemas of the last successful run. */
async function run(
  space: Workspace,
  mode: RunMode,
  steps: readonly Step[],
  rules: readonly object[] = [],
  more: Fields = {},
): Promise<Ended & { readonly result: Result }> {
  space.forget();
  const fields = {
    rules: space.write("rules.json", rules),
    schemas: space.path("schemas.json"),
    newSchemas: space.path("new-schemas.json"),
    identity: space.write("identity.json", { pipeline: "shop", run: "r" }),
    ...more,
  };
  if (mode === "artifact") {
    await space.extract(steps);
    space.forget();
  }
  const ended =
    mode === "artifact" ? await space.load({}, fields) : await space.stream(steps, {}, fields);
  // As the commit does.
  if (ended.code === 0) space.write("schemas.json", space.text("new-schemas.json"));
  return { ...ended, result: space.result() as unknown as Result };
}

const texts = ({ result }: { readonly result: Result }) =>
  result.schemaChanges.map(({ stream, text }) => `${stream}: ${text}`);

for (const mode of MODES)
  describe(`schema changes, ${mode}`, () => {
    const cases: readonly (readonly [string, readonly Step[], readonly string[]])[] = [
      [
        "the first run and the same schema in another order",
        [schema("orders", { a: INTEGER, id: ID })],
        [],
      ],
      [
        "an added column",
        [schema("orders", { id: ID, a: INTEGER, b: TEXT })],
        ["orders: column b added (string|null)"],
      ],
      [
        "a removed column",
        [schema("orders", { id: ID })],
        ["orders: column a removed (integer|null)"],
      ],
      [
        "a renamed column",
        [schema("orders", { id: ID, c: INTEGER })],
        ["orders: column a removed (integer|null)", "orders: column c added (integer|null)"],
      ],
      [
        "a column of another type",
        [schema("orders", { id: ID, a: { type: ["string", "null"], format: "date" } })],
        ["orders: column a changed from integer|null to string(date)|null"],
      ],
      [
        "another key",
        [schema("orders", { id: ID, a: INTEGER }, ["id", "a"])],
        ["orders: key changed from id to id, a"],
      ],
      [
        "a change within the run",
        [
          schema("orders", { id: ID, a: INTEGER }),
          rows("orders", 1),
          schema("orders", { id: ID, a: INTEGER, d: TEXT }),
        ],
        ["orders: column d added within the run (string|null)"],
      ],
      ["a stream that a run does not read", [schema("customers", { id: ID })], []],
    ];
    // What is compared is the same in both modes; how the messages are found is not.
    for (const [what, steps, expected] of mode === "artifact" ? cases : cases.slice(-3))
      test(`${what} ${expected.length === 0 ? "is no change" : "is reported and loaded"}`, () =>
        inWorkspace(async (space) => {
          assert.deepEqual(texts(await run(space, mode, orders({ a: INTEGER }))), []);
          const changed = await run(space, mode, [...steps, ["state", { at: 2 }]]);
          assert.deepEqual([changed.code, texts(changed)], [0, expected]);
          assert.deepEqual(changed.result.warnings, []);
          const last = steps.filter(
            ([step, text]) => step === "raw" && String(text).includes("SCHEMA"),
          );
          const repeated = await run(space, mode, [last.at(-1) as Step, ["state", { at: 3 }]]);
          assert.deepEqual(texts(repeated), []);
        }));

    test("nested columns: they are named by their path, and a new object is one change", () =>
      inWorkspace(async (space) => {
        const city = { type: "object", properties: { city: TEXT } };
        await run(space, mode, orders({ address: city }));
        const changed = await run(
          space,
          mode,
          orders({
            address: { type: "object", properties: { city: INTEGER } },
            tags: { type: "array", items: { type: "object", properties: { x: TEXT } } },
          }),
        );
        assert.deepEqual(texts(changed), [
          "orders: column tags added (array)",
          "orders: column address.city changed from string|null to integer|null",
        ]);
      }));

    test("a stream that a run does not read: a later change of it is still found", () =>
      inWorkspace(async (space) => {
        await run(space, mode, orders({ a: INTEGER }));
        await run(space, mode, [schema("customers", { id: ID }), ["state", { at: 2 }]]);
        assert.deepEqual(texts(await run(space, mode, orders({}))), [
          "orders: column a removed (integer|null)",
        ]);
      }));

    test("onSchemaChange warn: the log warns of the change, which the result lists once", () =>
      inWorkspace(async (space) => {
        await run(space, mode, orders({ a: INTEGER }));
        const rules = [{ stream: "ord*", onSchemaChange: "warn" }];
        const ended = await run(space, mode, orders({}), rules);
        assert.equal(ended.code, 0);
        assert.deepEqual(ended.result.warnings, []);
        assert.deepEqual(texts(ended), ["orders: column a removed (integer|null)"]);
        assert.match(
          ended.stderr,
          /warning: the schema of stream "orders" has changed: column a removed \(integer\|null\)/,
        );
      }));

    test("onSchemaChange fail: no record after the changed schema is loaded, and the state stays", () =>
      inWorkspace(async (space) => {
        const rules = [
          { stream: "*", onSchemaChange: "fail" },
          { stream: "other", onSchemaChange: "load" },
        ];
        const other = schema("other", { id: ID });
        await run(space, mode, [other, ...orders({ a: INTEGER })], rules);
        const steps = [schema("other", {}), rows("other", 1), ...orders({})];
        const failed = await run(space, mode, steps, rules);
        assert.equal(failed.code, 16);
        assert.match(
          failed.result.error ?? "",
          /schema of stream "orders" has changed: column a removed \(integer\|null\) \(onSchemaChange is "fail"; accept it with: npx tapctl schema shop --accept\)/,
        );
        assert.deepEqual(
          space.loaded().filter((line) => line.startsWith("orders")),
          [],
        );
        assert.equal(space.candidate(), undefined);
        if (mode === "artifact") {
          const onCluster = await run(space, mode, steps, rules, {
            outcome: space.path("outcome"),
          });
          assert.match(
            onCluster.result.error ?? "",
            /accept it with: npx tapctl schema shop --accept --on cluster\)/,
          );
        }
        const accepted = await run(space, mode, steps, rules, { acceptSchema: true });
        assert.deepEqual([accepted.code, space.loaded().length], [0, 3]);
        assert.equal((await run(space, mode, steps, rules)).code, 0);
      }));

    test("contract: a missing, a retyped and a nullable column and another key fail the run before the load", () =>
      inWorkspace(async (space) => {
        const contract = {
          properties: { id: ID, price: { type: ["number", "null"] }, day: { type: "string" } },
          required: ["id", "name"],
          "x-key-properties": ["id"],
        };
        const rules = [{ stream: "orders", contract }];
        const good = {
          price: INTEGER,
          day: { type: "string", format: "date" },
          name: { type: "string" },
        };
        assert.equal((await run(space, mode, orders(good), rules)).code, 0);
        for (const [columns, key, error] of [
          [
            { day: good.day, name: good.name },
            ["id"],
            "column price: expected number|null, found none",
          ],
          [
            { ...good, price: TEXT },
            ["id"],
            "column price: expected number|null, found string|null",
          ],
          [
            { ...good, name: TEXT },
            ["id"],
            "column name: expected a value in every record, found string|null",
          ],
          [good, ["id", "day"], "key: expected id, found id, day"],
        ] as const) {
          const failed = await run(space, mode, orders(columns, key), rules);
          assert.equal(failed.code, 16);
          assert.equal(
            failed.result.error?.replace(/^line 1: /, ""),
            `the contract of stream "orders" is broken: ${error}`,
          );
          assert.deepEqual([space.loaded(), space.candidate()], [[], undefined]);
        }
        const closed = [
          { stream: "orders", contract: { ...contract, additionalProperties: false } },
        ];
        assert.match(
          (await run(space, mode, orders(good), closed)).result.error ?? "",
          /column name: expected no other columns, found string/,
        );
      }));

    test("expected values: the first offending record is named by line, stream and column and not loaded", () =>
      inWorkspace(async (space) => {
        const rules = [
          { stream: "orders", expect: { columns: { id: "not null", status: ["new", "paid"] } } },
        ];
        const steps = (status: unknown, id: unknown = 1): readonly Step[] => [
          schema("orders", { id: ID, status: TEXT }),
          rows("orders", 3, { status: "new" }),
          raw({ type: "RECORD", stream: "orders", record: { id, status } }),
          ["state", { at: 1 }],
        ];
        assert.equal((await run(space, mode, steps("paid"), rules)).code, 0);
        const failed = await run(space, mode, steps("lost".repeat(20)), rules);
        assert.deepEqual(
          [failed.code, failed.result.error, space.candidate()],
          [
            16,
            `line 5: stream "orders", column status: expected one of "new", "paid", found "${"lost".repeat(20).slice(0, 39)}...`,
            undefined,
          ],
        );
        assert.ok(space.loaded().length <= (mode === "stream" ? 3 : 0));
        assert.match(
          (await run(space, mode, steps("new", null), rules)).result.error ?? "",
          /column id: expected a value, found null/,
        );
      }));

    test("minRecords of a stream: too few fail the run, and so does a stream that is not sent", () =>
      inWorkspace(async (space) => {
        const least = (stream: string, minRecords: number) => [{ stream, expect: { minRecords } }];
        assert.equal((await run(space, mode, orders({}), least("orders", 2))).code, 0);
        const few = await run(space, mode, orders({}), least("orders", 3));
        assert.deepEqual(
          [few.code, few.result.error, space.candidate()],
          [16, 'stream "orders": 2 records received, expected at least 3', undefined],
        );
        assert.match(
          (await run(space, mode, orders({}), least("absent", 1))).result.error ?? "",
          /stream "absent": 0 records received, expected at least 1/,
        );
      }));

    test("maxDrop of a full table: a load that loses too much does not reach the end of the target's input", () =>
      inWorkspace(async (space) => {
        const rules = [{ stream: "orders", expect: { maxDrop: 0.5 } }];
        const table = (count: number): readonly Step[] => [
          schema("orders", { id: ID }),
          rows("orders", count),
          ["state", { bookmarks: { orders: {} } }],
        ];
        assert.equal((await run(space, mode, table(10), rules)).code, 0);
        // A run that resumes at a bookmark is not a full load, also where a tap keeps one for all streams.
        for (const state of [{ start_date: "2026-11-30" }, { bookmarks: { orders: { id: 9 } } }]) {
          const resumed = { state: space.write("state.json", state) };
          assert.equal((await run(space, mode, table(1), rules, resumed)).code, 0);
        }
        space.write("state.json", {});
        assert.equal((await run(space, mode, table(5), rules)).code, 0);
        const lost = await run(space, mode, table(2), rules);
        assert.deepEqual(
          [lost.code, lost.result.error, space.candidate()],
          [
            16,
            'stream "orders" has 2 records after 5 in its last full load: 60% fewer, expected at most 50% (maxDrop)',
            undefined,
          ],
        );
        assert.equal((await run(space, mode, table(0), rules)).code, 16);
        assert.equal((await run(space, mode, table(3), rules)).code, 0);
      }));

    test("maxDrop of a table with versions: the ACTIVATE_VERSION does not reach the target", () =>
      inWorkspace(async (space) => {
        const rules = [{ stream: "orders", expect: { maxDrop: 0.5 } }];
        const table = (number: number, count: number): readonly Step[] => [
          schema("orders", { id: ID }),
          rows("orders", count, { version: number }),
          version("orders", number),
          schema("customers", { id: ID }),
          rows("customers", 1),
          ["state", { bookmarks: { orders: { version: number } } }],
        ];
        assert.equal((await run(space, mode, table(1, 10), rules)).code, 0);
        const state = {
          state: space.write("state.json", { bookmarks: { orders: { version: 1 } } }),
        };
        const lost = await run(space, mode, table(2, 0), rules, state);
        assert.match(
          lost.result.error ?? "",
          /"orders" has 0 records after 10 in its last full load/,
        );
        assert.deepEqual([lost.code, space.loaded(), space.candidate()], [16, [], undefined]);
        // Accepting the loss makes what the failed run saw the last full load.
        const before = space.text("schemas.json");
        space.write("schemas.json", space.text("new-schemas.json"));
        assert.equal((await run(space, mode, table(2, 0), rules, state)).code, 0);
        space.write("schemas.json", before);
        // The same version again, in a run that only adds changes.
        assert.equal((await run(space, mode, table(1, 0), rules, state)).code, 0);
      }));

    test("maxStaleness of a stream: it applies to its bookmark, not to that of another stream", () =>
      inWorkspace(async (space) => {
        const day = (age: number) => new Date(Date.now() - age * 86_400_000).toISOString();
        const steps = (own: number): readonly Step[] => [
          ...orders({}),
          ["state", { bookmarks: { orders: { at: day(own) }, other: { at: day(90) } } }],
        ];
        const rules = [{ stream: "ord*", expect: { maxStaleness: 2 * 86_400 } }];
        assert.equal((await run(space, mode, steps(1), rules)).code, 0);
        const stale = await run(space, mode, steps(3), rules);
        assert.equal(stale.code, 16);
        assert.match(
          stale.result.error ?? "",
          /^the bookmark of stream "orders" is 72.0 hours old .*expected at most 48$/,
        );
      }));

    test("saved schemas that cannot be read: the run warns and saves them again", () =>
      inWorkspace(async (space) => {
        space.write("schemas.json", '{"version": 1, "streams": {"orders": {}}}');
        const { code, result } = await run(space, mode, orders({}));
        assert.equal(code, 0);
        assert.match(result.warnings.join(), /the saved schemas are not used: it is damaged/);
      }));
  });
