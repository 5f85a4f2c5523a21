import assert from "node:assert/strict";
import { test } from "node:test";
import { inWorkspace, type Step } from "./support";

const says = (...lines: readonly string[]): readonly Step[] => [...lines.map((line): Step => ["say", line]), ["exit", 1]];

for (const [what, lines, expected] of [
  ["the exception of a traceback", ["Traceback (most recent call last):", '  File "x"', "KeyError: 'id'", "bye"], "KeyError: 'id'"],
  ["an exception whose traceback is gone", ["db.ProgrammingError: no such table", "CONTEXT: line 1", "[SQL: INSERT]", "(Background on this error at: https://sqlalche.me/e/21/f405)"], "db.ProgrammingError: no such table"],
  ["an exception above a long statement", ["db.ProgrammingError: no such table", ...Array.from({ length: 300 }, (_, row) => `(${row}),`)], "db.ProgrammingError: no such table"],
  ["the last line where there is none", ["connecting", "the password is wrong", ""], "the password is wrong"],
] as const) {
  test(`what failed is told by ${what}`, () =>
    inWorkspace(async (space) => {
      await space.extract(says(...lines));
      assert.equal((space.json("result.json") as { readonly error: string }).error, `tap-fake exited with 1: ${expected}`);
    }));
}
