import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, test } from "node:test";
import { UserError } from "../../src/common/errors";
import { openFolder } from "../../src/store/folder";
import { compiled } from "../support/command";
import { temporaryFolder } from "./stores";

const isUserError = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UserError, String(error));
  assert.match(error.message, pattern);
  assert.doesNotMatch(error.problem, /\n/);
  return true;
};

describe("folder as store", () => {
  const folder = temporaryFolder();

  test("folder store: reading creates nothing", async () => {
    const root = join(folder, "untouched");
    const store = openFolder(root);
    await store.get("a");
    await store.list("");
    assert.equal(existsSync(root), false);
  });

  test("folder store: a private object is readable only by its owner", async () => {
    const store = openFolder(join(folder, "private"));
    await store.put("state/a/overlay.json", "{}", { private: true });
    await store.put("state/a/state.json", "{}");
    assert.equal(statSync(store.localPath("state/a/overlay.json") ?? "").mode & 0o777, 0o600);
    assert.notEqual(statSync(store.localPath("state/a/state.json") ?? "").mode & 0o777, 0o600);
  });

  test("folder store: a file that a runner wrote in place is an object, and uploading it changes nothing", async () => {
    const store = openFolder(join(folder, "in-place"));
    const path = store.localPath("runs/a/1/extract.jsonl") ?? "";
    assert.equal(path, join(folder, "in-place/runs/a/1/extract.jsonl"));
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, "line\n");
    const before = statSync(path).ino;
    symlinkSync(path, join(folder, "link-to-extract"));
    await store.uploadFile("runs/a/1/extract.jsonl", join(folder, "link-to-extract"));
    assert.equal(statSync(path).ino, before);
    assert.equal((await store.get("runs/a/1/extract.jsonl"))?.toString(), "line\n");
  });

  test("folder store: leftovers of a killed process are invisible, and removed after a day", async () => {
    const root = join(folder, "left-overs");
    await openFolder(root).put("a", "1");
    writeFileSync(join(root, ".tmp/old"), "half");
    writeFileSync(join(root, ".tmp/young"), "half");
    const twoDaysAgo = new Date(Date.now() - 2 * 24 * 3600 * 1000);
    utimesSync(join(root, ".tmp/old"), twoDaysAgo, twoDaysAgo);
    const store = openFolder(root);
    assert.deepEqual(
      (await store.list("")).map(({ key }) => key),
      ["a"],
    );
    assert.deepEqual(await store.listFolders(""), []);
    await store.put("b", "2");
    assert.deepEqual(readdirSync(join(root, ".tmp")), ["young"]);
  });

  test("folder store: a process killed while it overwrites leaves the old or the new content", async () => {
    const root = join(folder, "killed");
    const store = openFolder(root);
    const parse = async (): Promise<void> => {
      const value = JSON.parse((await store.get("state/orders/state.json"))?.toString() ?? "") as {
        filler: string;
      };
      assert.match(value.filler, /^x+$/);
    };
    for (const wait of [0, 7, 13, 29, 41]) {
      const script = compiled("test/store/fixtures/overwrite");
      const child = spawn(process.execPath, [script, root], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const exit = once(child, "exit");
      try {
        await once(createInterface(child.stdout), "line");
        for (let read = 0; read < 50; read += 1) {
          await parse();
        }
        await sleep(wait);
      } finally {
        child.kill("SIGKILL");
      }
      await exit;
      await parse();
    }
  });

  test("folder store: parallel writers and deleters do not interfere", async () => {
    const root = join(folder, "busy");
    const rounds = Array.from({ length: 40 }, (_, index) => index);
    await Promise.all(
      rounds.map(async (round) => {
        const store = openFolder(root);
        await store.put(`leases/a/${round}.json`, "x");
        await store.delete(`leases/a/${round}.json`);
      }),
    );
    assert.deepEqual(await openFolder(root).listFolders(""), []);
  });

  test("folder store: the error names a file in the place of the folder or one above it", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    for (const root of [file, join(file, "below/store")]) {
      const store = openFolder(root);
      for (const work of [
        () => store.put("a/b", "x"),
        () => store.putIfAbsent("a", "x"),
        () => store.get("a"),
        () => store.list(""),
        () => store.listFolders(""),
      ]) {
        await assert.rejects(
          work(),
          isUserError(
            new RegExp(`Cannot use ${root} .*: ${file} is a file\\.\nChoose a folder\\.$`),
          ),
        );
      }
    }
  });

  test("folder store: an object cannot be a folder", async () => {
    const store = openFolder(join(folder, "object"));
    await store.put("a", "x");
    assert.equal(await store.get("a/b"), undefined);
    assert.deepEqual(await store.list("a/"), []);
    await assert.rejects(store.put("a/b", "x"), isUserError(/^Cannot write .*object\/a\/b: /));
  });

  test("folder store: an unwritable folder is one line", async () => {
    // Not even root can create a folder in /proc.
    await assert.rejects(
      openFolder("/proc/tapctl-store").put("a", "x"),
      isUserError(/^Cannot write \/proc\/tapctl-store\/a: /),
    );
  });

  test("folder store: a full disk is one line, and the old content stays", async (context) => {
    const disk = join(folder, "small-disk");
    mkdirSync(disk);
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]).status !== 0) {
      context.skip("mounting a small disk needs root");
      return;
    }
    try {
      const store = openFolder(disk);
      await store.put("state/a/state.json", "old");
      const says = isUserError(
        /^Cannot write \S+state.json: the disk is full\.\nFree some space, or choose a folder on another disk\.$/,
      );
      await assert.rejects(store.put("state/a/state.json", "x".repeat(100_000)), says);
      assert.equal((await store.get("state/a/state.json"))?.toString(), "old");
      assert.deepEqual(readdirSync(join(disk, ".tmp")), []);
    } finally {
      spawnSync("umount", [disk]);
    }
  });

  test(
    "folder store: a missing permission names the path, the reason and the allowed user",
    { skip: process.getuid?.() === 0 && "root may write everywhere" },
    async () => {
      const root = join(folder, "locked");
      mkdirSync(root, { mode: 0o500 });
      await assert.rejects(
        openFolder(root).put("a", "x"),
        isUserError(/permission denied\.\nChoose a folder that you can read and write/),
      );
    },
  );
});
