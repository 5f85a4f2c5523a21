import assert from "node:assert/strict";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { writeCatalogFiles } from "../../src/run/catalog/catalog-files";
import { runOnTerminal, type Answer } from "../support/terminal";
import { cliEnvironment, makeProject, REPOSITORY, startTapctl, TAPCTL } from "./support";

const text = { type: "string" };
const orders = {
  tap_stream_id: "public-orders",
  schema: { properties: { id: text, updated_at: text, card_number: text } },
};
const CATALOG = {
  streams: [
    { tap_stream_id: "information_schema-tables" },
    { tap_stream_id: "public-customers", schema: { properties: { id: text } } },
    orders,
  ],
};

/** A project with a catalog, and the text of its array after `select` on a terminal. */
async function select(t: TestContext, streams: string, answers: readonly Answer[]) {
  const root = makeProject(
    t,
    `[{ name: "shop", schedule: "@daily", tap: c.tapPostgres({ host: "db", database: "shop", user: "etl", password: "x" }), target: c.targetJsonl({})${streams} }]`,
  );
  symlinkSync(join(REPOSITORY, "node_modules"), join(root, "node_modules"));
  writeCatalogFiles(root, "shop", CATALOG);
  const shown = await runOnTerminal([TAPCTL, "select", "shop"], answers, {
    cwd: root,
    env: cliEnvironment(),
  });
  return { ...shown, array: readFileSync(join(root, "pipelines", "index.ts"), "utf8"), root };
}

const TAB = "\t";
const ENTER = "\r";
const DOWN = "\x1b[B";

test("select: streams, a replication key and columns are chosen on a terminal and written to the array", async (t) => {
  const { code, screen, array } = await select(t, "", [
    ["Streams to replicate", "orders"],
    ["1 match", TAB],
    ["◼ public-orders", ENTER],
    ["Stream to change", DOWN],
    ["● public-orders", ENTER],
    ["Replication of public-orders", DOWN],
    ["● Incremental", ENTER],
    ["Replication key of public-orders", "updated"],
    ["1 match", ENTER],
    ["Columns of public-orders", "card"],
    ["1 match", TAB],
    ["◻ card_number", ENTER],
    ["Stream to change", ENTER],
  ]);
  assert.equal(code, 0, screen);
  assert.doesNotMatch(screen, /information_schema/);
  assert.match(screen, /Wrote streams of "shop" to pipelines\/index\.ts/);
  assert.ok(
    array.includes(`streams: {
  "public-orders": { replication: "incremental", key: "updated_at", columns: ["*", "!card_number"] },
}`),
    array,
  );
});

test("select: what the pipeline selects is selected at first, and Enter changes nothing", async (t) => {
  const { code, screen } = await select(t, `, streams: { "public-orders": {} }`, [
    ["◼ public-orders", ENTER],
    ["Stream to change", ENTER],
  ]);
  assert.equal(code, 0, screen);
  assert.match(screen, /The streams of "shop" are unchanged\./);
});

test("select: Ctrl-C cancels without changes", async (t) => {
  const { code, screen, array } = await select(t, `, streams: ["public-orders"]`, [
    ["◼ public-orders", "\x03"],
  ]);
  assert.equal(code, 130, screen);
  assert.match(screen, /Canceled at the prompt\./);
  assert.match(array, /streams: \["public-orders"\] \}\]/);
});

test("select: streams that are computed are not edited, and the form to paste is printed", async (t) => {
  const { code, screen } = await select(t, `, streams: ["public-orders"].map((one) => one)`, [
    ["◼ public-orders", "customers"],
    ["1 match", TAB],
    ["◼ public-customers", ENTER],
    ["Stream to change", ENTER],
  ]);
  assert.equal(code, 2, screen);
  assert.match(screen, /The streams of "shop" in \S+index\.ts are computed\./);
  assert.match(
    screen,
    /streams: \{\n {2}"public-orders": \{\},\n {2}"public-customers": \{\},\n\},/,
  );
});

test("select: without a terminal or a stored catalog it is an error", async (t) => {
  const root = makeProject(
    t,
    `[{ name: "shop", schedule: "@daily", tap: c.tapPostgres({ host: "db", database: "shop", user: "etl", password: "x" }), target: c.targetJsonl({}) }]`,
  );
  const piped = await startTapctl(root, ["select", "shop"]);
  assert.deepEqual([piped.code, piped.stderr.split("\n")[0]], [2, "select needs a terminal."]);
  const shown = await runOnTerminal([TAPCTL, "select", "shop"], [], {
    cwd: root,
    env: cliEnvironment(),
  });
  assert.equal(shown.code, 2);
  assert.match(shown.screen, /"shop" has no stored catalog\.\nStore one with: .*discover shop/);
});
