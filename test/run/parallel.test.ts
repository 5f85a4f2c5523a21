/** Local runs of pipelines with `parallel`, from the entry of the array to the store. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { runPipeline } from "../../src/run/run";
import { describeSlices } from "../../src/store/runs/run-text";
import { readState } from "../../src/store/state/state";
import { ROWS, slicedPipeline, slicesContext } from "./parallel-support";
import { temporaryFolder } from "./support";

const loaded = (folder: string) =>
  Object.fromEntries(
    readdirSync(join(folder, "out"))
      .sort()
      .map((file) => [
        file.replace(".jsonl", ""),
        readFileSync(join(folder, "out", file), "utf8")
          .trim()
          .split("\n").length,
      ]),
  );

for (const mode of ["artifact", "stream"] as const)
  suite(`parallel, ${mode} mode`, () => {
    test("a run replicates every stream once, and its summary lists the slices", async (t) => {
      const folder = temporaryFolder(t);
      const context = await slicesContext(folder);
      const entry = slicedPipeline(folder, {}, { mode });
      const first = await runPipeline(context, entry);
      assert.equal(first.error, null);
      assert.deepEqual(loaded(folder), ROWS);
      assert.equal(first.slices?.length, 3);
      const extract = `runs/shop/${first.run}/extract.jsonl/`;
      assert.deepEqual(
        (await context.store.list(extract)).map(({ key }) => key.slice(extract.length)),
        mode === "artifact" ? ["1.jsonl", "2.jsonl", "3.jsonl", "slices.json"] : [],
      );
      const second = await runPipeline(context, entry);
      assert.deepEqual([second.error, second.records], [null, 0]);
    });

    test("a slice that fails is retried and named, and the next run loads only what is missing", async (t) => {
      const folder = temporaryFolder(t);
      const context = await slicesContext(folder);
      const failed = await runPipeline(
        context,
        slicedPipeline(folder, { faults: { b: "exit" } }, { mode }),
      );
      assert.equal(failed.code, 10);
      assert.match(failed.error ?? "", /^slice 2 of 3 \(b, e\): tap-slices exited with 3/);
      assert.equal(failed.attempts.extract, 2);
      assert.equal(failed.stateCommitted, true);
      const saved = await readState(context.store, "shop");
      const marks = JSON.parse(saved?.envelope.state.text ?? "") as { readonly bookmarks: object };
      assert.deepEqual(marks.bookmarks, {
        a: { id: 50 },
        d: { id: 20 },
        c: { id: 30 },
        b: { id: 20 },
      });
      const next = await runPipeline(context, slicedPipeline(folder, {}, { mode }));
      assert.deepEqual([next.error, next.records], [null, 30]);
      assert.deepEqual(loaded(folder), ROWS);
    });
  });

test("slices: a report names the slowest one, and counts those that failed", () => {
  const slice = {
    slice: 1,
    streams: ["a"],
    status: "succeeded",
    records: 1,
    bytes: 9,
    error: null,
  };
  const slow = {
    ...slice,
    slice: 2,
    streams: ["b", "c"],
    status: "failed",
    seconds: 5.12,
  } as const;
  assert.equal(
    describeSlices({ slices: [{ ...slice, status: "succeeded", seconds: 2 }, slow] }),
    "2, 1 failed; the slowest took 5.1 s (b, c)",
  );
  assert.equal(describeSlices({}), null);
});
