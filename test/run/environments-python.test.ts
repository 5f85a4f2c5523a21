import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { findPython } from "../../src/run/environments/find-python";
import { compiled } from "../support/command";

/** A folder of fake Pythons with these versions; each start adds a line to the file `starts`. */
function machine(
  t: TestContext,
  programs: { readonly [name: string]: string },
): { readonly folder: string; readonly env: NodeJS.ProcessEnv } {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-python-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, version] of Object.entries(programs)) {
    const path = join(folder, name);
    const answer = JSON.stringify({
      path,
      version,
      platform: "linux-x86_64",
      hasVenv: true,
      hasPip: true,
    });
    writeFileSync(
      path,
      `#!/bin/sh\necho ${name} >> ${join(folder, "starts")}\n${version === "broken" ? "exit 127" : `echo '${answer}'`}\n`,
    );
    chmodSync(path, 0o755);
  }
  return { folder, env: { PATH: folder } };
}

test("Python: 3.11 and 3.12 are preferred, and a wrapper that fails is skipped", async (t) => {
  const { env } = machine(t, {
    python3: "3.13.1",
    "python3.11": "broken",
    "python3.12": "3.12.4",
    "python3.13": "3.13.1",
  });
  assert.equal((await findPython({}, { env })).version, "3.12.4");
  assert.equal((await findPython({ min: "3.13" }, { env })).version, "3.13.1");
});

test("Python: otherwise the newest supported version is used", async (t) => {
  const { env } = machine(t, { python3: "3.9.2", "python3.13": "3.10.1" });
  assert.equal((await findPython({}, { env })).version, "3.10.1");
});

test("Python: the error says what was found and what is needed", async (t) => {
  const { env } = machine(t, { python3: "3.8.18" });
  await assert.rejects(findPython({ min: "3.10" }, { env }), {
    name: "UserError",
    message: /^Python 3\.10 to 3\.13 is not installed \(python3 is 3\.8\.18\)\.\nInstall it/,
  });
  await assert.rejects(findPython({}, { env: { PATH: "/nowhere" } }), {
    name: "UserError",
    message:
      /\(none on PATH\)\.\nInstall it \(Debian: apt-get install python3 python3-venv, .*python@3\.12/,
  });
  await assert.rejects(findPython({ min: "3.10", max: "3.10" }, { env }), {
    message:
      /^Python 3\.10 is not installed \(.*\)\.\nInstall it \(Debian: apt-get install python3\.10 python3\.10-venv, macOS: brew install python@3\.10, with uv: uv python install 3\.10\)/,
  });
});

test("Python: TAPCTL_PYTHON is used or rejected, never skipped", async (t) => {
  const { folder, env } = machine(t, {
    python3: "3.12.1",
    old: "3.9.1",
    older: "3.10.4",
    rubbish: "x",
  });
  assert.equal(
    (await findPython({}, { env: { ...env, TAPCTL_PYTHON: join(folder, "older") } })).version,
    "3.10.4",
  );
  await assert.rejects(findPython({}, { env: { ...env, TAPCTL_PYTHON: join(folder, "old") } }), {
    message:
      /is Python 3\.9\.1, which is not supported\.\nSet it to the path of Python 3\.10 to 3\.13\.$/,
  });
  await assert.rejects(
    findPython({}, { env: { ...env, TAPCTL_PYTHON: join(folder, "rubbish") } }),
    { message: /this Python does not start/ },
  );
});

test("Python: the result is cached across processes until the program changes", (t) => {
  const { folder, env } = machine(t, { python3: "3.12.1" });
  const find = () =>
    execFileSync(
      process.execPath,
      [compiled("test/run/fixtures/find-python"), join(folder, "memory")],
      { env, encoding: "utf8" },
    );
  const starts = () => readFileSync(join(folder, "starts"), "utf8").trim().split("\n").length;
  assert.deepEqual([find(), find(), starts()], ["3.12.1", "3.12.1", 1]);
  const program = join(folder, "python3");
  writeFileSync(program, readFileSync(program, "utf8").replace("3.12.1", "3.12.10"));
  assert.deepEqual([find(), starts()], ["3.12.10", 2]);
});
