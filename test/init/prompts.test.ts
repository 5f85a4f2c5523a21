import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { cliEnvironment, TAPCTL } from "../cli/support";
import { runOnTerminal, type Answer, type Shown } from "../support/terminal";

/** Runs `tapctl init my-etl` on a terminal; the folder of the project, and what the screen showed. */
async function init(
  t: TestContext,
  answers: readonly Answer[],
): Promise<Shown & { readonly folder: string }> {
  const cwd = mkdtempSync(join(tmpdir(), "tapctl-prompts-"));
  t.after(() => rmSync(cwd, { recursive: true, force: true }));
  const shown = await runOnTerminal([TAPCTL, "init", "my-etl"], answers, {
    cwd,
    env: cliEnvironment(),
  });
  return { ...shown, folder: join(cwd, "my-etl") };
}

test("init: prompts on a terminal are repeated after an invalid answer, and the answers become the array", async (t) => {
  const { code, screen, folder } = await init(t, [
    ["Number [1]: ", "9\n"],
    ["Number [1]: ", "2\n"],
    ["Number [1]: ", "2\n"],
    ["[0 6 * * *]: ", "61 * * * *\n"],
    ["[0 6 * * *]: ", "*/10 * * * *\n"],
  ]);
  assert.equal(code, 0, screen);
  assert.match(screen, /^Enter a number from 1 to 3\.$/m);
  assert.match(screen, /^61 \* \* \* \*: minute 61 is outside 0-59$/m);
  const array = readFileSync(join(folder, "pipelines", "index.ts"), "utf8");
  assert.match(array, /schedule: "\*\/10 \* \* \* \*"/);
  assert.match(array, /tapPostgres\(/);
  assert.match(array, /targetDuckdb\(/);
});

for (const [name, key] of [
  ["Ctrl-C", "\x03"],
  ["Ctrl-D", "\x04"],
] as const) {
  test(`init: ${name} at a prompt ends it in one line, and creates nothing`, async (t) => {
    const { code, screen, folder } = await init(t, [["Number [1]: ", key]]);
    assert.equal(code, 130, screen);
    assert.match(screen, /\nCanceled at the prompt\.\n$/);
    assert.doesNotMatch(screen, /AbortError|node:internal/);
    assert.ok(!existsSync(folder));
  });
}
