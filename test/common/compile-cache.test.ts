import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { cached } from "../../src/common/compile-cache";

function inProject(work: (root: string, modules: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), "tapctl-cache-"));
  try {
    mkdirSync(join(root, "pipelines"));
    work(root, join(root, "node_modules"));
  } finally {
    rmSync(root, { recursive: true });
  }
}

test("compile cache: the same input is computed once, another one again", () =>
  inProject((root, modules) => {
    mkdirSync(modules);
    const file = join(root, "pipelines", "index.ts");
    const computed: string[] = [];
    const compute = (input: string) =>
      cached(file, input, () => {
        computed.push(input);
        return `compiled ${input}`;
      });
    assert.deepEqual(
      [compute("one"), compute("one"), compute("two")],
      ["compiled one", "compiled one", "compiled two"],
    );
    assert.deepEqual(computed, ["one", "two"]);
    assert.equal(readdirSync(join(modules, ".cache", "tapctl")).length, 2);
  }));

test("compile cache: a cache that cannot be written does not fail the command", () =>
  inProject((root, modules) => {
    mkdirSync(modules);
    // A file where the folder belongs stops root, whom permissions do not.
    writeFileSync(join(modules, ".cache"), "");
    chmodSync(modules, 0o555);
    assert.equal(
      cached(join(root, "index.ts"), "one", () => "compiled"),
      "compiled",
    );
  }));
