import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { UserError } from "../../src/common/errors";
import { describeStores, temporaryFolder } from "./stores";

describeStores("object store", (fresh, again) => {
  const folder = temporaryFolder();
  const keys = async (listing: Promise<readonly { key: string }[]>): Promise<readonly string[]> =>
    (await listing).map(({ key }) => key);

  test("object store: an empty one has no objects", async () => {
    const store = fresh();
    assert.equal(await store.get("state/orders/state.json"), undefined);
    assert.deepEqual(await store.list(""), []);
    assert.deepEqual(await store.list("state/"), []);
    assert.deepEqual(await store.listFolders("state/"), []);
    assert.equal(await store.downloadFile("a/b", join(folder, "nothing")), false);
    assert.equal(existsSync(join(folder, "nothing")), false);
    await store.delete("a/b");
    await store.deleteFolder("a/");
  });

  test("object store: put writes and replaces, also for another reader", async () => {
    const store = fresh();
    await store.put("state/orders/state.json", "one");
    await store.put("state/orders/state.json", Buffer.from([0, 255, 10]));
    assert.deepEqual(await again(store).get("state/orders/state.json"), Buffer.from([0, 255, 10]));
  });

  test("object store: an object may be empty, and keys may contain spaces and any letters", async () => {
    const store = fresh();
    await store.put("runs/p/output/Größe & more 数+1.csv", "");
    assert.deepEqual(await store.get("runs/p/output/Größe & more 数+1.csv"), Buffer.alloc(0));
    assert.deepEqual(await keys(store.list("runs/")), ["runs/p/output/Größe & more 数+1.csv"]);
  });

  test("object store: putIfAbsent creates an object once", async () => {
    const store = fresh();
    assert.equal(await store.putIfAbsent("leases/a/1.json", "first"), true);
    assert.equal(await store.putIfAbsent("leases/a/1.json", "second"), false);
    assert.equal((await store.get("leases/a/1.json"))?.toString(), "first");
    await store.delete("leases/a/1.json");
    assert.equal(await store.putIfAbsent("leases/a/1.json", "third"), true);
  });

  test("object store: of 20 calls of putIfAbsent one wins with its complete content", async () => {
    const store = fresh();
    const bodies = Array.from({ length: 20 }, (_, index) => `caller ${index}`);
    const won = await Promise.all(
      bodies.map((body) => again(store).putIfAbsent("leases/a/1.json", body)),
    );
    assert.deepEqual(
      won.filter((each) => each),
      [true],
    );
    assert.equal((await store.get("leases/a/1.json"))?.toString(), bodies[won.indexOf(true)]);
  });

  test("object store: list returns every object below a folder, sorted, with size and time", async () => {
    const store = fresh();
    for (const key of ["runs/a/2/x", "runs/a/1/output/y", "runs/a/1/x", "runs/ab/1/x", "state/a"]) {
      await store.put(key, key);
    }
    const found = await store.list("runs/a/");
    assert.deepEqual(
      found.map(({ key, size }) => [key, size]),
      [
        ["runs/a/1/output/y", 17],
        ["runs/a/1/x", 10],
        ["runs/a/2/x", 10],
      ],
    );
    assert.ok(found.every(({ modified }) => modified.getTime() > Date.parse("2020-01-01")));
    assert.equal((await store.list("")).length, 5);
  });

  test("object store: listFolders returns the names of one level", async () => {
    const store = fresh();
    for (const key of ["runs/b/1/x", "runs/a/1/x", "runs/a/2/x", "runs/file"]) {
      await store.put(key, "");
    }
    assert.deepEqual(await store.listFolders("runs/"), ["a", "b"]);
    assert.deepEqual(await store.listFolders(""), ["runs"]);
    assert.deepEqual(await store.listFolders("runs/a/"), ["1", "2"]);
  });

  test("object store: deleted objects leave no folder behind", async () => {
    const store = fresh();
    for (const key of ["runs/a/1/x", "runs/a/1/output/y", "runs/a/2/x", "runs/b/1/x"]) {
      await store.put(key, "");
    }
    await store.deleteFolder("runs/a/1/");
    assert.deepEqual(await store.listFolders("runs/a/"), ["2"]);
    await store.delete("runs/a/2/x");
    assert.deepEqual(await store.listFolders("runs/"), ["b"]);
    assert.deepEqual(await keys(store.list("")), ["runs/b/1/x"]);
  });

  test("object store: a folder with hundreds of objects is deleted", async () => {
    const store = fresh();
    await Promise.all(
      Array.from({ length: 100 }, (_, index) => store.put(`runs/a/1/output/${index}`, "")),
    );
    await store.deleteFolder("runs/a/1/");
    assert.deepEqual(await store.list(""), []);
  });

  test("object store: files are uploaded and downloaded completely, also 12 MB", async () => {
    const store = fresh();
    const content = Buffer.alloc(12 * 1024 * 1024, "0123456789abcde\n");
    writeFileSync(join(folder, "up"), content);
    await store.uploadFile("runs/a/1/extract.jsonl", join(folder, "up"));
    assert.equal((await store.list("runs/"))[0]?.size, content.length);
    assert.equal(
      await store.downloadFile("runs/a/1/extract.jsonl", join(folder, "new/down")),
      true,
    );
    assert.ok(readFileSync(join(folder, "new/down")).equals(content));
  });

  test("object store: the error names a missing file", async () => {
    await assert.rejects(fresh().uploadFile("a", join(folder, "absent")), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /absent/);
      return true;
    });
  });

  test("object store: keys and folders outside the store are rejected", async () => {
    const store = fresh();
    for (const key of [
      "../x",
      "a/../../x",
      "/etc/passwd",
      "a//b",
      "",
      "a/",
      "./a",
      "a\\b",
      "a\nb",
      ".tmp/x",
    ]) {
      await assert.rejects(store.put(key, "x"), UserError, key);
      await assert.rejects(store.get(key), UserError, key);
    }
    await assert.rejects(store.list("runs"), UserError);
    await assert.rejects(store.list("../"), UserError);
    await assert.rejects(store.deleteFolder("runs/../../"), UserError);
  });
});
