/** Logs are bounded: the beginning and the end are kept, and lines in between are counted. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { describe, test } from "node:test";
import { inWorkspace, lines, TEN, type Step } from "./support";

const MEBI = 1 << 20;
/** `HEAD + 2 * TAIL` of images/singer/runner/log.py. */
const MOST = 12 * MEBI;
const FLOOD = 120_000;
const FLOODING: readonly Step[] = [...TEN, ["logs", FLOOD, 200], ["say", "the end"]];

/** Checks that a log has its beginning, its end, and the right number of lines between them. */
function checkWhole(log: string): void {
  const numbers = [...log.matchAll(/tap \| (\d{9}) x+$/gm)].map(([, number]) => Number(number));
  assert.deepEqual(numbers.slice(0, 3), [0, 1, 2]);
  assert.equal(numbers.at(-1), FLOOD - 1);
  assert.match(log.trimEnd(), /tap \| the end$/m);
  const leftOut = [...log.matchAll(/([\d,]+) lines left out/g)].map(([, count]) =>
    Number(count?.replaceAll(",", "")),
  );
  assert.equal(leftOut.length, 1);
  assert.equal(numbers.length + (leftOut[0] ?? 0), FLOOD);
}

describe("flooded log of a tap", () => {
  for (const mode of ["extract", "stream"]) {
    test(`flooded log, ${mode}: the file and the copy on stderr are bounded, and the run succeeds`, () =>
      inWorkspace(async (space) => {
        const log = space.path("tap.log");
        const { code, stderr } =
          mode === "stream"
            ? await space.stream(FLOODING, {}, { tapLog: log })
            : await space.extract(FLOODING, { tapLog: log });
        assert.equal(code, 0, stderr.slice(-500));
        assert.ok(statSync(log).size <= MOST, `${statSync(log).size} bytes`);
        checkWhole(readFileSync(log, "utf8"));
        assert.ok(stderr.length < 9 * MEBI, `${stderr.length} characters`);
        checkWhole(stderr);
      }));
  }

  test("flooded log: if the tap also fails, the error is its last one", () =>
    inWorkspace(async (space) => {
      const { code } = await space.extract([["logs", FLOOD, 200], ["boom"]]);
      assert.equal(code, 10);
      assert.match(
        space.result().error ?? "",
        /ValueError: invalid literal for int\(\) with base 10: 'boom'/,
      );
    }));

  test("flooded log: the beginning of an endless line is shown", () =>
    inWorkspace(async (space) => {
      const log = space.path("tap.log");
      const { code } = await space.extract([...TEN, ["log-line", 60_000_000]], { tapLog: log });
      assert.equal(code, 0);
      assert.ok(statSync(log).size < 2 * MEBI);
      assert.match(readFileSync(log, "utf8").slice(-30), /y \.\.\. \(cut\)\n$/);
    }));

  test("flooded log: the file of several attempts is bounded too", () =>
    inWorkspace(async (space) => {
      const log = space.path("tap.log");
      for (let attempt = 0; attempt < 3; attempt += 1)
        assert.equal(
          (await space.extract([...TEN, ["logs", 60_000, 200]], { tapLog: log })).code,
          0,
        );
      assert.ok(statSync(log).size <= MOST);
      assert.match(readFileSync(log, "utf8").trimEnd(), /tap \| 000059999 x+$/);
    }));
});

test("flooded log of a target: the load succeeds", () =>
  inWorkspace(async (space) => {
    assert.equal((await space.extract(TEN)).code, 0);
    const log = space.path("target.log");
    const { code, stderr } = await space.load({ floods: 300_000 }, { targetLog: log });
    assert.equal(code, 0, stderr.slice(-500));
    assert.deepEqual(space.loaded(), lines("a", 1, 10));
    assert.ok(statSync(log).size <= MOST);
    assert.ok(stderr.length < 9 * MEBI);
  }));
