import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { layersOf, readSources, violations } from "./layers";

const ROOT = join(__dirname, "..", "..");

suite("layers", () => {
  test("layers: folders import only from folders above them in docs/architecture.md, without cycles", () => {
    const layers = layersOf(readFileSync(join(ROOT, "docs", "architecture.md"), "utf8"));
    assert.deepEqual(layers.slice(0, 3), ["src/common/", "src/model/", "connectors/"]);
    assert.deepEqual(violations(readSources(ROOT), layers), []);
  });

  for (const [title, sources, expected] of [
    ["an import of a lower layer is allowed", { "b/x.ts": 'import "../a/y";', "a/y.ts": "" }, []],
    [
      "an import of a higher layer is reported",
      { "a/x.ts": 'import type { Y } from "../b/y";', "b/y.ts": "" },
      ["a/x.ts imports b/y.ts: b/ is a higher layer than a/"],
    ],
    [
      "a dynamic import of a higher layer is reported",
      { "a/x.ts": 'void import("../b/y.js");', "b/y.ts": "" },
      ["a/x.ts imports b/y.ts: b/ is a higher layer than a/"],
    ],
    [
      "an index file of a higher layer is reported",
      { "a/x.ts": 'export * from "../b";', "b/index.ts": "" },
      ["a/x.ts imports b/index.ts: b/ is a higher layer than a/"],
    ],
    [
      "files that import each other are reported",
      { "a/x.ts": 'import "./y";', "a/y.ts": 'import "./z";', "a/z.ts": 'import "./x";' },
      ["import cycle: a/x.ts > a/y.ts > a/z.ts > a/x.ts"],
    ],
    [
      "a folder that is not in the table is reported",
      { "c/x.ts": "" },
      ["c/x.ts: its folder is not in the table of layers"],
    ],
  ] as const)
    test(`layers: ${title}`, () => {
      assert.deepEqual(violations(new Map(Object.entries(sources)), ["a/", "b/"]), expected);
    });
});
