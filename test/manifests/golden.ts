import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const GOLDEN = join(__dirname, "..", "golden");

/** Compares a text with its golden file; `UPDATE_GOLDEN=1` rewrites the file. */
export function assertGolden(name: string, text: string): void {
  const path = join(GOLDEN, name);
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  assert.equal(
    text,
    readFileSync(path, "utf8"),
    `${name} has changed; UPDATE_GOLDEN=1 rewrites it`,
  );
}
