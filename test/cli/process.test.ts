import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { cliEnvironment, makeProject, startTapctl, TAPCTL } from "./support";

const ARRAY = `[{ name: "orders", schedule: "@daily", tap: c.tapExchangeRatesApi({ base_url: "http://127.0.0.1:9" }), target: c.targetJsonl({}), retries: { limit: 0 } }]`;

/** Command, what it prints on standard output and on standard error, exit code of its process. */
const LINES: readonly (readonly [string, RegExp, RegExp, number])[] = [
  ["list --help", /Example:\n {2}\$ npx tapctl list\n$/, /^$/, 0],
  ["list", /^NAME.*\norders /, /^$/, 0],
  ["rnu orders", /^$/, /^error: unknown command 'rnu'/, 2],
  ["run order", /^$/, /^No pipeline is called "order"\.\nDid you mean "orders"\?\n$/, 2],
  [
    "report --out no/such/folder.html",
    /^$/,
    /^--out no\/such\/folder\.html: cannot be written \(ENOENT\)\.\nCheck that the folder exists and is writable\.\n$/,
    1,
  ],
];

for (const [line, stdout, stderr, code] of LINES) {
  test(`process of tapctl ${line}: it exits with ${code}`, async (t) => {
    const printed = await startTapctl(makeProject(t, ARRAY), line.split(" "));
    assert.match(printed.stdout, stdout);
    assert.match(printed.stderr, stderr);
    assert.equal(printed.code, code);
  });
}

test("process of tapctl: an internal error has a stack trace and exit code 1", async (t) => {
  const { code, stderr } = await startTapctl(
    makeProject(t, `[{ get name(): string { throw new Error("boom"); } }] as never`),
    ["list"],
  );
  assert.match(stderr, /Error: boom\n\s+at /);
  assert.equal(code, 1);
});

for (const [line, code] of [
  ["list", 0],
  ["run orders", 10],
] as const) {
  test(`process of tapctl ${line}: with a closed standard output, it exits with ${code} and prints no EPIPE error`, async (t) => {
    const child = spawn(process.execPath, [TAPCTL, ...line.split(" ")], {
      cwd: makeProject(t, ARRAY),
      env: cliEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    const [stderr, ended] = await Promise.all([text(child.stderr), once(child, "exit")]);
    assert.equal(ended[0], code, stderr);
    assert.doesNotMatch(stderr, /EPIPE|\n\s+at /);
  });
}
