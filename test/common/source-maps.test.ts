import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { withoutSourceMaps } from "../../src/common/source-maps";
import { handleTypeScript, loadTypeScript } from "../../src/common/typescript";

/** The types are not in the compiled file, so the function is in another line there. */
const PROGRAM = `interface Unused {
  readonly one: string;
  readonly two: string;
}
export function fail(): never {
  throw new Error("made up");
}
`;

test("source maps: an error that is thrown without them shows the line of its source", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "source-maps-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "program.ts"), PROGRAM);
  handleTypeScript({ sourceMaps: true });
  const { fail } = loadTypeScript(join(folder, "program.ts")) as { readonly fail: () => never };
  let isEnabled: boolean | undefined;
  const work = () => {
    isEnabled = process.sourceMapsEnabled;
    fail();
  };
  const error = errorOf(() => withoutSourceMaps(work));
  assert.equal(isEnabled, false);
  assert.equal(process.sourceMapsEnabled, true);
  assert.match(String(error.stack), /program\.ts:6:/);
});

function errorOf(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}
