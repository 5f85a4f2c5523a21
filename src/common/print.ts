import { stringifyJson } from "./json";
import { formatNumber } from "./format-number";

/** Writes a line to standard output. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes a value as JSON to standard output. */
export function printJson(value: unknown): void {
  print(stringifyJson(value, 2));
}

/**
 * Formats rows as a table. Columns are as wide as their longest cell; numbers are aligned right. A
 * text of several lines becomes one line.
 */
export function table(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = [header, ...rows].map((row) =>
    row.map((cell) => (typeof cell === "number" ? formatNumber(cell) : oneLine(cell))),
  );
  const widths = header.map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const isNumber = header.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"),
  );
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ");
}

/**
 * Formats a size with a readable unit.
 *
 * @example `formatBytes(1_536_000) === "1.5 MB"`
 */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const exponent = Math.min(Math.floor(Math.log10(bytes) / 3), 4);
  return `${(bytes / 1000 ** exponent).toFixed(1)} ${["", "kB", "MB", "GB", "TB"][exponent]}`;
}
