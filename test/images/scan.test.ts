/** The scanner compared with a naive one, and its memory. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";
import { inWorkspace, PYTHON, RUNNER, type Step, request } from "./support";

const PARENT = resolve(RUNNER, "..");
const fixture = (name: string, ...args: string[]): string =>
  execFileSync(PYTHON, ["-B", join(__dirname, "fixtures", name), PARENT, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });

test("scanner: random streams give the same result as a naive scanner", () => {
  assert.equal(fixture("scan_property.py", "200"), "ok\n");
});

test("scanner: STATEs recognized by shape give the same result as parsing each", () => {
  assert.equal(fixture("states_property.py", "80"), "ok\n");
});

describe("memory of the runner", () => {
  const steps: readonly Step[] = [
    ["schema", "a"],
    ["record", "a", 1],
    ["big", "a", 60_000_000],
    ["state", { at: 1 }],
  ];
  const records = { a: 2 };

  test("memory, load: a record of 60 MB takes a few times its size", () =>
    inWorkspace(async (space) => {
      assert.equal((await space.extract(steps)).code, 0);
      const [code, peak] = fixture(
        "peak.py",
        request("load", ...space.target(), { directory: space.dir }),
      )
        .split(" ")
        .map(Number);
      assert.equal(code, 0);
      assert.deepEqual(space.result().records, records);
      assert.ok(peak! < 220, `${peak} MB`);
    }));

  test("memory, stream: a record of 60 MB takes a few times its size", () =>
    inWorkspace((space) => {
      const [code, peak] = fixture(
        "peak.py",
        request("stream", ...space.tap(steps), ...space.target(), { directory: space.dir }),
      )
        .split(" ")
        .map(Number);
      assert.equal(code, 0);
      assert.deepEqual(space.result().records, records);
      assert.ok(peak! < 220, `${peak} MB`);
    }));

  test("memory, stream: many small records stay below 40 MB", () =>
    inWorkspace((space) => {
      const many: readonly Step[] = [
        ["schema", "a"],
        ["records", "a", 1, 50_000],
        ["state", { at: 1 }],
      ];
      const [code, peak] = fixture(
        "peak.py",
        request("stream", ...space.tap(many), ...space.target(), { directory: space.dir }),
      )
        .split(" ")
        .map(Number);
      assert.equal(code, 0);
      assert.ok(peak! < 40, `${peak} MB`);
    }));
});
