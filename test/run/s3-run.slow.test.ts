import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { runPipeline } from "../../src/run/run";
import { openStore } from "../../src/store/open";
import { LeaseHeld } from "../../src/store/lease/lease";
import { createStop } from "../../src/run/stop";
import { startS3Server, type S3Server } from "../support/s3-server";
import { slicedPipeline, slicesContext } from "./parallel-support";
import { fakeContext, fakePipeline, numbersIn, temporaryFolder, until } from "./support";

suite("runs with a bucket", () => {
  let server: S3Server;
  before(async () => (server = await startS3Server()));
  after(() => server.stop());

  /** A bucket of a test's own. */
  const makeBucket = async (name: string) => {
    await server.makeBucket(name);
    return `s3://${name}/prefix?endpoint=${server.endpoint}`;
  };

  for (const mode of ["artifact", "stream"] as const) {
    test(`bucket, ${mode} mode: everything is stored there, and another machine resumes`, async (t) => {
      const [here, there] = [temporaryFolder(t), temporaryFolder(t)];
      const store = await openStore(await makeBucket(`runs-${mode}`));
      const first = await runPipeline(
        await fakeContext(here, { store }),
        fakePipeline(here, { rows: 20, log: "hello", token: "a", rotate: "b" }),
        { mode },
      );
      assert.equal(first.status, "succeeded", first.error ?? "");
      const keys = (await store.list("")).map(({ key }) => key);
      const run = `runs/events/${first.run}`;
      const wanted = [
        `${run}/output/events.txt`,
        `${run}/tap.log`,
        `${run}/summary.json`,
        "state/events/state.json",
        "state/events/overlay.json",
      ];
      for (const key of [...wanted, ...(mode === "artifact" ? [`${run}/extract.jsonl`] : [])])
        assert.ok(keys.includes(key), `${key} is not in ${keys.join(" ")}`);
      const second = await runPipeline(
        await fakeContext(there, { store }),
        fakePipeline(there, { rows: 30, token: "a" }, { file: join(here, "loaded") }),
        { mode },
      );
      assert.equal(second.records, 10, second.error ?? "");
    });
  }

  test("bucket: a parallel run stores an extract per slice", async (t) => {
    const folder = temporaryFolder(t);
    const store = await openStore(await makeBucket("parallel"));
    const context = await slicesContext(folder, { store });
    const summary = await runPipeline(context, slicedPipeline(folder, {}, { mode: "artifact" }));
    assert.equal(summary.error, null);
    const extract = `runs/shop/${summary.run}/extract.jsonl/`;
    assert.deepEqual(
      (await store.list(extract)).map(({ key }) => key.slice(extract.length)),
      ["1.jsonl", "2.jsonl", "3.jsonl", "slices.json"],
    );
  });

  test("bucket: a second machine is rejected while the first runs the pipeline", async (t) => {
    const folder = temporaryFolder(t);
    const stop = createStop();
    const location = await makeBucket("overlap");
    const first = runPipeline(
      await fakeContext(folder, { stop, store: await openStore(location) }),
      fakePipeline(folder, { rows: 60, hold: 30 }),
    );
    await until("the first run", () => numbersIn(join(folder, "tap-starts")).length === 1);
    await assert.rejects(
      runPipeline(
        await fakeContext(folder, { store: await openStore(location) }),
        fakePipeline(folder),
      ),
      LeaseHeld,
    );
    stop.request("enough");
    await first;
  });
});
