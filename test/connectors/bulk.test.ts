import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { shippedConnectors } from "../../connectors/shipped";
import { readBulkCode } from "../../src/common/connector-files";
import { PACKAGE_ROOT, VERSION } from "../../src/common/package";

const BULK = join(PACKAGE_ROOT, "connectors", "bulk");

test("bulk connectors: their version is that of the package", () => {
  const text = readFileSync(join(BULK, "tapctl_bulk", "__init__.py"), "utf8");
  assert.ok(text.includes(`\nVERSION = "${VERSION}"\n`), text);
});

test("bulk connectors: a definition has the requirements of pyproject.toml", () => {
  const text = readFileSync(join(BULK, "pyproject.toml"), "utf8");
  for (const { name, source } of shippedConnectors()) {
    if (!("bulk" in source)) continue;
    const group = new RegExp(`^${name} = \\[([^\\n]*(?:\\n  [^\\n]*)*\\n?)\\]$`, "m").exec(
      text,
    )?.[1];
    const listed = [...(group ?? "").matchAll(/"([^"]+)"/g)].map(([, one]) => one);
    assert.deepEqual(listed, source.requirements, name);
  }
});

test("bulk connectors: their code has Python sources only", () => {
  const paths = Object.keys(readBulkCode());
  assert.ok(paths.includes("__init__.py") && paths.includes("common/program.py"));
  assert.deepEqual(
    paths.filter((path) => !/\.py$|(^|\/)py\.typed$/.test(path)),
    [],
  );
});
