/** A load that retries a run, as on a cluster: its counts include those of earlier attempts. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inWorkspace, start, type Result, type Workspace, request, type Fields } from "./support";

const INPUT = [
  '{"type": "SCHEMA", "stream": "a", "schema": {}, "key_properties": []}',
  '{"type": "RECORD", "stream": "a", "record": {"id": 1}}',
  "page 2",
  '{"type": "STATE", "value": {"at": 1}}',
  "",
].join("\n");

async function load(
  space: Workspace,
  earlier: object | undefined,
  ...more: readonly Fields[]
): Promise<{
  readonly code: number | null;
  readonly result: Result & { readonly leftOutCount?: number };
}> {
  const flags =
    earlier === undefined
      ? [{ earlier: space.path("none.json") }]
      : [{ earlier: space.write("earlier.json", earlier) }];
  const { code } = await start(
    [request("load", ...space.target(), { input: "-", directory: space.dir }, ...flags, ...more)],
    { stdin: INPUT },
  ).ended;
  return { code, result: space.result() };
}

describe("load --earlier", { concurrency: 2 }, () => {
  test("load after earlier attempts: records of an attempt whose target loaded everything are added", () =>
    inWorkspace(async (space) => {
      const { code, result } = await load(space, {
        taken: true,
        records: { a: 4, b: 2 },
        bytes: 100,
        lines: 9,
        badLines: 2,
        leftOut: ["2 lines"],
        leftOutCount: 2,
      });
      assert.equal(code, 0);
      assert.deepEqual(
        [result.records, result.bytes, result.lines, result.badLines],
        [{ a: 5, b: 2 }, 100 + INPUT.length, 13, 3],
      );
      assert.deepEqual(
        [result.leftOut.length, result.leftOut[0], result.leftOutCount],
        [2, "2 lines", 3],
      );
    }));

  test("load after earlier attempts: an attempt whose target failed is ignored, those before it are kept", () =>
    inWorkspace(async (space) => {
      const { result } = await load(space, {
        records: { a: 40 },
        earlierRecords: { a: 7 },
        bytes: 100,
      });
      assert.deepEqual([result.records, result.bytes], [{ a: 8 }, 100 + INPUT.length]);
    }));

  test("load after earlier attempts: without a file, nothing is added", () =>
    inWorkspace(async (space) => {
      const { result } = await load(space, undefined);
      assert.deepEqual([result.records, result.badLines], [{ a: 1 }, 1]);
    }));

  test("load after earlier attempts: minRecords includes resumed attempts, not ones that started over", () =>
    inWorkspace(async (space) => {
      const earlier = { taken: true, records: { a: 4 } };
      assert.equal((await load(space, { ...earlier, resumed: 4 }, { minRecords: 5 })).code, 0);
      const { code, result } = await load(space, earlier, { minRecords: 5 });
      assert.deepEqual([code, result.error], [16, "1 records received, expected at least 5"]);
    }));
});
