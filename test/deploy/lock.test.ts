import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { commandsFor } from "../../src/common/commands";
import { requireUnlocked } from "../../src/deploy/lock";
import type { Engine } from "../../src/deploy/pulumi";

/** A file backend whose stack is locked by a process, with a stand-in for the engine. */
function locked(
  t: TestContext,
  pid: number,
  host: string,
): { readonly engine: Engine; readonly calls: () => string } {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-lock-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const locks = join(folder, "state", ".pulumi", "locks", "organization", "tapctl", "dev");
  mkdirSync(locks, { recursive: true });
  writeFileSync(
    join(locks, "a.json"),
    JSON.stringify({ pid, hostname: host, username: "ada", timestamp: "2026-11-29T03:00:00Z" }),
  );
  writeFileSync(join(locks, "a.json.attrs"), "{}");
  writeFileSync(join(folder, "pulumi"), `#!/bin/sh\necho "pulumi $*" >> "${folder}/calls"\n`);
  chmodSync(join(folder, "pulumi"), 0o755);
  const engine: Engine = {
    command: [join(folder, "pulumi")],
    env: process.env,
    stack: ["--stack", "dev"],
    places: [],
    commands: commandsFor(),
    name: "dev",
    project: "tapctl",
    root: folder,
    backend: `file://${folder}/state`,
  };
  return {
    engine,
    calls: () =>
      existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8") : "",
  };
}

/** A process ID that no system uses. */
const NO_PROCESS = 2 ** 30;

test("update lock: the lock of a local process that no longer exists is removed", (t) => {
  const { engine, calls } = locked(t, NO_PROCESS, hostname());
  requireUnlocked(engine);
  assert.equal(calls(), "pulumi cancel --stack dev --yes --non-interactive\n");
});

for (const [what, pid, host] of [
  ["a running process", process.pid, hostname()],
  ["another machine", NO_PROCESS, "another-machine"],
] as const) {
  test(`update lock: the lock of ${what} stops an update, and the error names its holder`, (t) => {
    const { engine, calls } = locked(t, pid, host);
    assert.throws(
      () => requireUnlocked(engine),
      new RegExp(
        `Another update of the stack "dev" is in progress: process ${pid} on ${host}, started by ada, since 2026-11-29T03:00:00Z\\.\\nWait until it ends`,
      ),
    );
    assert.equal(calls(), "");
  });
}

test("update lock: without a lock, or with a backend that is not a folder, the update continues", (t) => {
  const { engine, calls } = locked(t, NO_PROCESS, hostname());
  requireUnlocked({ ...engine, backend: "s3://bucket" });
  requireUnlocked({ ...engine, project: "another-project" });
  assert.equal(calls(), "");
});
