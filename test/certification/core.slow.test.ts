import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { shippedConnectors } from "../../connectors/shipped";
import { startPostgres } from "../../src/run/postgres/postgres";
import { outcomeOf } from "./compare";
import { certified } from "./connectors";
import { limitationOf } from "./outcome";
import { connectorsPage } from "./page";
import { load } from "./run-connector";
import { tapAdapters } from "./tap-adapters";
import { sqlCases } from "./tap-cases";
import { duckdb } from "./target-adapters";
import { targetCases, type Table } from "./target-cases";

const shipped = (name: string) => shippedConnectors().find((connector) => connector.name === name)!;

test("certification: from tap-postgres to target-duckdb, every value that both deliver unchanged arrives unchanged", async (t) => {
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const folder = mkdtempSync(join(tmpdir(), "tapctl-core-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const delivered = (id: string) =>
    ["tap-postgres", "target-duckdb"].every(
      (name) => limitationOf(shipped(name), id) === undefined,
    );
  // The tap describes numeric without decimals as number, whose large values the target rejects.
  const left = ["text_5mb", "int_38", "int_10_38"];
  const cases = sqlCases.filter(
    ({ group, id }) => group === "Values" && !left.includes(id) && delivered(id),
  );
  assert.ok(cases.length > 25, `${cases.length} cases`);

  const { lines, result } = await tapAdapters(postgres)[0]!.run(cases, folder);
  assert.equal(result.code, 0, result.error ?? "");
  const destination = duckdb.create(folder);
  const loaded = await load(destination.target, lines, join(folder, "load"), destination.output);
  assert.equal(loaded.code, 0, loaded.error ?? "");
  const stored = await destination.read();
  const wrong = cases.flatMap(({ id, tables }) => {
    const outcome = outcomeOf(tables, stored, false);
    return outcome.kind === "correct" ? [] : [`${id}: ${outcome.detail}`];
  });
  assert.deepEqual(wrong, []);
});

test("certification: the comparison detects lost, added and changed rows, and renamed tables and columns", () => {
  const table: Table = {
    name: "orders",
    columns: { id: "integer", at: "moment" },
    rows: [
      ["1", "2026-11-29T13:54:00.500+02:00"],
      ["2", null],
    ],
  };
  const stored = {
    name: "orders",
    columns: ["id", "at"],
    rows: [
      ["2", null],
      ["1", "2026-11-29 11:54:00.5"],
    ],
  };
  assert.deepEqual(outcomeOf([table], [stored], false), { kind: "correct" });
  const others = [
    { ...stored, rows: stored.rows.slice(1) },
    { ...stored, rows: [...stored.rows, ["3", null]] },
    { ...stored, rows: [["2", ""], stored.rows[1]!] },
    { ...stored, rows: [stored.rows[0]!, ["1", "2026-11-29 13:54:00.5"]] },
    { ...stored, columns: ["id", "At"] },
    { ...stored, name: "Orders" },
  ];
  for (const other of others)
    assert.equal(outcomeOf([table], [other], false).kind, "differs", JSON.stringify(other));
});

test("certification: each limitation of the built-in connectors names an existing case once", () => {
  for (const { connector, cases } of certified()) {
    const named = (connector.limitations ?? []).flatMap((limitation) => limitation.cases);
    assert.deepEqual(
      named.filter((id) => !cases.some((one) => one.id === id)),
      [],
      connector.name,
    );
    assert.equal(new Set(named).size, named.length, connector.name);
  }
  assert.equal(new Set(targetCases.map(({ id }) => id)).size, targetCases.length);
});

test("certification: docs/connectors.md matches the output of npm run certify", () => {
  assert.equal(
    readFileSync(join(__dirname, "..", "..", "docs", "connectors.md"), "utf8"),
    connectorsPage(certified()),
  );
});
