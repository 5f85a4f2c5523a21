import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { endOrphans } from "../../src/deploy/orphans";

/** An engine's port; closed if the engine must be dead. */
async function listen(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

/** Starts a provider in a folder; returns the signal that has ended it. */
async function provider(
  t: TestContext,
  folder: string,
  port: number,
): Promise<{ readonly ended: () => NodeJS.Signals | null }> {
  const program = join(folder, "pulumi-resource-kubernetes");
  writeFileSync(program, '#!/bin/sh\ntrap "" TERM\necho ready\nread line\n');
  chmodSync(program, 0o755);
  const child = spawn(program, [`127.0.0.1:${port}`], {
    cwd: folder,
    stdio: ["pipe", "pipe", "ignore"],
  });
  t.after(() => child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return { ended: () => child.signalCode };
}

test("orphaned providers: those of this project whose engine was killed are ended, others are not", async (t) => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "tapctl-orphans-")));
  const other = realpathSync(mkdtempSync(join(tmpdir(), "tapctl-orphans-")));
  t.after(() =>
    [root, other].forEach((folder) => rmSync(folder, { recursive: true, force: true })),
  );
  mkdirSync(join(root, "bin"));
  const alive = await listen();
  t.after(() => alive.server.close());
  const dead = await listen();
  await once(dead.server.close(), "close");
  const orphan = await provider(t, join(root, "bin"), dead.port);
  const busy = await provider(t, root, alive.port);
  const foreign = await provider(t, other, dead.port);
  await endOrphans(root);
  while (orphan.ended() === null) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual([orphan.ended(), busy.ended(), foreign.ended()], ["SIGKILL", null, null]);
});
