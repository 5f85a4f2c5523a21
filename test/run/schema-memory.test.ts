import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, test } from "node:test";
import { runPipeline } from "../../src/run/run";
import { ExitCode } from "../../src/run/runner";
import type { Mode } from "../../src/model/replication";
import { schemaTexts } from "../../src/store/runs/run-text";
import type { RunSummary } from "../../src/store/runs/run-summary";
import { acceptSchemas, currentSchemas, newerSchemas } from "../../src/store/schemas/schemas";
import {
  fakeContext,
  fakePipeline,
  numbersIn,
  temporaryFolder,
  type FakeSettings,
} from "./support";

const TEXT = { type: ["null", "string"] };

const changesOf = ({ schemaChanges }: RunSummary) => schemaTexts(schemaChanges);

for (const mode of ["artifact", "stream"] as readonly Mode[])
  suite(`schemas of a pipeline, ${mode} mode`, () => {
    test(`${mode} mode: a run compares with the last successful run, not with one that failed`, async (t) => {
      const folder = temporaryFolder(t);
      const context = await fakeContext(folder);
      const run = (rows: number, tap: FakeSettings, target: FakeSettings = {}) =>
        runPipeline(
          context,
          fakePipeline(folder, { rows, ...tap }, target, { retries: { limit: 0 } }),
          { mode },
        );
      assert.deepEqual(changesOf(await run(5, {})), []);
      const columns = { discount: TEXT };
      const failed = await run(10, { columns }, { fail_after: 7 });
      assert.equal(failed.status, "failed");
      const current = await currentSchemas(context.store, "events");
      assert.deepEqual(
        current?.streams.map(({ stream, columns: own, key }) => ({ stream, own, key })),
        [{ stream: "events", own: { id: "integer" }, key: ["id"] }],
      );
      const loaded = await run(10, { columns });
      assert.deepEqual(changesOf(loaded), ["events: column discount added (string|null)"]);
      assert.deepEqual(changesOf(await run(12, { columns })), []);
      assert.equal((await currentSchemas(context.store, "events"))?.run !== loaded.run, true);
    });

    test(`${mode} mode: a run whose lease is lost before the commit does not move the schemas`, async (t) => {
      const folder = temporaryFolder(t);
      const context = await fakeContext(folder);
      await runPipeline(context, fakePipeline(folder, { rows: 5 }), { mode });
      const before = await currentSchemas(context.store, "events");
      const put = context.store.put.bind(context.store);
      const store = {
        ...context.store,
        // As if the process were killed while it saves the state.
        put: (...args: Parameters<typeof put>) =>
          args[0].startsWith("state/") ? Promise.reject(new Error("killed")) : put(...args),
      };
      await assert.rejects(
        runPipeline(
          { ...context, store },
          fakePipeline(folder, { rows: 9, columns: { a: TEXT } }),
          {
            mode,
          },
        ),
        /killed/,
      );
      assert.deepEqual(await currentSchemas(context.store, "events"), before);
    });

    test(`${mode} mode: a change that a rule rejects is loaded once it is accepted, in the run or before it`, async (t) => {
      const folder = temporaryFolder(t);
      const context = await fakeContext(folder);
      const run = (rows: number, names: readonly string[], options: object = {}) =>
        runPipeline(
          context,
          fakePipeline(
            folder,
            { rows, columns: Object.fromEntries(names.map((name) => [name, TEXT])) },
            {},
            { onSchemaChange: "fail" },
          ),
          { mode, ...options },
        );
      const loaded = () => numbersIn(join(folder, "loaded")).length;
      await run(5, []);
      const refused = await run(10, ["a"]);
      assert.equal(refused.code, ExitCode.expectation);
      assert.match(refused.error ?? "", /column a added \(string\|null\).*schema events --accept/);
      assert.deepEqual([loaded(), refused.stateCommitted], [5, false]);
      const accepted = await run(10, ["a"], { acceptSchema: true });
      assert.deepEqual([accepted.status, loaded()], ["succeeded", 10]);
      assert.equal((await run(15, ["a", "b"])).status, "failed");
      const newer = await newerSchemas(context.store, "events");
      assert.ok(newer?.run);
      await acceptSchemas(context.store, "events", newer.run);
      const next = await run(15, ["a", "b"]);
      assert.deepEqual([next.status, changesOf(next), loaded()], ["succeeded", [], 15]);
      assert.equal(await newerSchemas(context.store, "events"), undefined);
    });
  });
