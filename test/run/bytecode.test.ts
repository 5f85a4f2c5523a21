/** Where Python keeps the bytecode of the runner. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { bytecodeFlags } from "../../src/run/bytecode";

const root = mkdtempSync(join(tmpdir(), "bytecode-"));
after(() => rmSync(root, { recursive: true }));
const python = join(root, "venv", "bin", "python");
mkdirSync(join(root, "venv"));
// Root may write everywhere but here.
const readOnly = join(root, "missing");

describe("bytecode of the runner", () => {
  test("a Python that is not of an environment keeps it nowhere else", () => {
    assert.deepEqual(bytecodeFlags(python, readOnly), []);
  });

  test("a package that may be changed keeps it itself", () => {
    writeFileSync(join(root, "venv", "pyvenv.cfg"), "");
    assert.deepEqual(bytecodeFlags(python, root), []);
  });

  test("the environment keeps it for a package that is read-only", () => {
    writeFileSync(join(root, "venv", "pyvenv.cfg"), "");
    const [flag, prefix] = bytecodeFlags(python, readOnly);
    assert.equal(flag, "-X");
    assert.ok(prefix?.startsWith(`pycache_prefix=${join(root, "venv", "bytecode")}`), prefix);
  });

  test("an environment that is read-only is left alone", () => {
    assert.deepEqual(bytecodeFlags(join(readOnly, "bin", "python"), readOnly), []);
  });
});
