import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  install,
  makeSite,
  phases,
  startInstall,
  temporaryFolder,
  tiny,
  type Site,
} from "./environments-support";

function environmentFolders({ root }: Site): readonly string[] {
  return readdirSync(root).filter((name) => name.startsWith("tap-") && !name.endsWith(".log"));
}

test("environment: it is built once, and later calls start no process", async (t) => {
  const site = await makeSite(t);
  const first = await install(site, tiny("tap-tiny"));
  assert.deepEqual(phases(first), ["creating", "installing", "describing", "ready"], first.error);
  const description = JSON.parse(
    readFileSync(first.environment?.descriptionFile ?? "", "utf8"),
  ) as { readonly command: readonly string[]; readonly name: string };
  assert.equal(description.name, "tap-tiny");
  assert.ok(existsSync(description.command[0] ?? ""));

  const second = await install(site, tiny("tap-tiny"));
  assert.deepEqual(second.environment, first.environment);
  assert.deepEqual(phases(second), ["ready"]);
  assert.equal(second.processes, 0);
  assert.ok((second.cpuSeconds ?? 1) < 0.05, `${second.cpuSeconds} s`);
});

test("environment: it is rebuilt if it was moved or its Python is gone", async (t) => {
  const site = await makeSite(t);
  const { environment } = await install(site, tiny("tap-tiny"));
  rmSync(environment?.python ?? "");
  const again = await install(site, tiny("tap-tiny"));
  assert.ok(phases(again).includes("installing"), again.error);

  const copy = { ...site, root: join(temporaryFolder(t), "copy") };
  cpSync(site.root, copy.root, { recursive: true, verbatimSymlinks: true });
  const copied = await install(copy, tiny("tap-tiny"));
  assert.ok(copied.environment?.python.startsWith(copy.root), copied.error);
});

test("environment: it is built while processes of a killed build still write to their folder", async (t) => {
  const site = await makeSite(t);
  const { environment } = await install(site, tiny("tap-tiny"));
  const { directory = "", python = "" } = environment ?? {};
  rmSync(python);
  const left = join(directory, "left");
  const stop = join(site.root, "stop");
  const write = `i=0; while [ ! -e ${stop} ]; do mkdir -p ${left}; : > ${left}/$((i+=1)); done`;
  const writing = [1, 2].map(() => once(spawn("sh", ["-c", write]), "exit"));
  const again = await install(site, tiny("tap-tiny")).finally(() => writeFileSync(stop, ""));
  await Promise.all(writing);
  assert.ok(again.environment, again.error);
  assert.notEqual(again.environment.python, python);
  assert.ok(existsSync(again.environment.python));
});

test("environment: of two commands that need it, one builds and the other waits", async (t) => {
  const site = await makeSite(t);
  const results = await Promise.all([
    install(site, tiny("tap-slow")),
    install(site, tiny("tap-slow")),
  ]);
  assert.deepEqual(results[0].environment, results[1].environment);
  assert.equal(results.filter((result) => phases(result).includes("creating")).length, 1);
  assert.equal(environmentFolders(site).length, 1);
});

for (const phase of ["creating", "installing", "describing"] as const) {
  test(`environment: a build that is killed while ${phase} is repeated by the next call`, async (t) => {
    const site = await makeSite(t);
    const killed = startInstall(site, tiny("tap-slow"));
    await killed.reaches(phase);
    killed.child.kill("SIGKILL");
    assert.equal((await killed.end).environment, undefined);

    const again = await install(site, tiny("tap-slow"));
    assert.deepEqual(phases(again), ["creating", "installing", "describing", "ready"], again.error);
    const { environment } = again;
    const { command } = JSON.parse(readFileSync(environment?.descriptionFile ?? "", "utf8")) as {
      readonly command: readonly string[];
    };
    assert.ok(existsSync(command[0] ?? ""));
    assert.equal(environmentFolders(site).length, 1);
  });
}
