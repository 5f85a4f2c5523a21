import { canonical } from "./canonical";
import type { Outcome } from "./outcome";
import type { StoredTable } from "./target-adapters";
import type { Table } from "./target-cases";

/**
 * Compares expected tables with actual ones.
 *
 * @param isFile whether a stream without rows may be missing: a file target creates no file for it.
 */
export function outcomeOf(
  tables: readonly Table[],
  stored: readonly StoredTable[],
  isFile: boolean,
): Outcome {
  const found = tables.map((table) => ({
    table,
    place: stored.find(({ name }) => name === table.name),
  }));
  for (const { table, place } of found) {
    const problem = place ? problemOf(table, place) : missing(table, stored, isFile);
    if (problem !== undefined) return { kind: "differs", detail: problem };
  }
  return { kind: "correct" };
}

function missing(
  { name, rows }: Table,
  stored: readonly StoredTable[],
  isFile: boolean,
): string | undefined {
  if (isFile && rows.length === 0) return undefined;
  const like = stored
    .map((one) => one.name)
    .filter((one) => plain(one) === plain(name) || plain(name).includes(plain(one)));
  return `no table ${JSON.stringify(name)}${like.length > 0 ? `, but ${like.map((one) => JSON.stringify(one)).join(", ")}` : ""}`;
}

function problemOf({ name, columns, rows }: Table, stored: StoredTable): string | undefined {
  const names = Object.keys(columns);
  const absent =
    rows.length === 0 ? undefined : names.find((column) => !stored.columns.includes(column));
  if (absent !== undefined)
    return `${name} has no column ${JSON.stringify(absent)}, but ${
      stored.columns
        .filter((column) => plain(column) === plain(absent))
        .map((column) => JSON.stringify(column))
        .join(", ") || "none like it"
    }`;
  const value = (column: string, text: string | null | undefined) =>
    canonical(columns[column]!, text ?? null);
  const expected = rows
    .map((row) => names.map((column, index) => value(column, row[index])))
    .map((row) => JSON.stringify(row))
    .sort();
  const actual = stored.rows
    .map((row) => names.map((column) => value(column, row[stored.columns.indexOf(column)])))
    .map((row) => JSON.stringify(row))
    .sort();
  const lost = expected.find((row, index) => row !== actual[index]);
  if (expected.length === actual.length && lost === undefined) return undefined;
  const extra = actual.find((row) => !expected.includes(row));
  return `${actual.length} rows of ${expected.length}; expected ${shortened(lost ?? "no more")}, found ${shortened(extra ?? "nothing else")}`;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\d]/gu, "");
}

function shortened(text: string): string {
  return text.length > 160 ? `${text.slice(0, 150)}…` : text;
}
