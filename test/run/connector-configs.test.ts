import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { runPipeline } from "../../src/run/run";
import { configKey } from "../../src/store/keys";
import { fakeContext, fakePipeline, numbersIn, range, temporaryFolder } from "./support";

const bookmark = (value: number) => ({
  bookmarks: { events: { replication_key: "id", replication_key_value: value } },
});

/** A pipeline with all settings in the store, and a function that stores a file there. */
async function scene(t: Parameters<typeof temporaryFolder>[0]) {
  const folder = temporaryFolder(t);
  const context = await fakeContext(folder);
  const { tap, target, ...entry } = fakePipeline(
    folder,
    {},
    {},
    { configFrom: "store", mode: "artifact" },
  );
  const put = (file: Parameters<typeof configKey>[1], value: unknown) =>
    context.store.put(configKey(entry.name, file), JSON.stringify(value));
  return {
    ...{ folder, context, put },
    entry: { ...entry, tap: { ...tap, settings: {} }, target: { ...target, settings: {} } },
    settings: { tap: tap.settings, target: target.settings },
  };
}

suite("local run with settings in the store", () => {
  test("settings in the store: a run uses them", async (t) => {
    const { context, entry, folder, put, settings } = await scene(t);
    await put("tap-config.json", {
      ...settings.tap,
      rows: 20,
      log: "I know hunter22",
      password: "hunter22",
    });
    await put("target-config.json", settings.target);
    const summary = await runPipeline(context, entry);
    assert.equal(summary.error, null);
    assert.deepEqual(numbersIn(join(folder, "loaded")), range(1, 20));
    const log = (await context.store.get(`runs/events/${summary.run}/tap.log`))?.toString() ?? "";
    assert.match(log, /I know \*\*\*/);
    assert.equal((await runPipeline(context, entry, { tapSettings: { rows: 25 } })).records, 5);
  });

  test("settings in the store: a run uses their initial state and catalog", async (t) => {
    const { context, entry, folder, put, settings } = await scene(t);
    await put("tap-config.json", { ...settings.tap, rows: 20 });
    await put("target-config.json", settings.target);
    await put("initial-state.json", bookmark(15));
    await put("catalog.json", { streams: [] });
    const summary = await runPipeline(context, entry);
    assert.deepEqual(numbersIn(join(folder, "loaded")), range(16, 20));
    assert.match(summary.warnings.join(), /tap-fake does not accept a catalog/);
    await put("catalog.json", { strems: [] });
    assert.match(
      (await runPipeline(context, entry)).error ?? "",
      /not a Singer catalog: it has no "streams" list/,
    );
  });

  test("settings in the store: numbers stay unchanged, and settings of one run are added", async (t) => {
    const { context, entry, folder, put, settings } = await scene(t);
    const numbers =
      '"id": 12345678901234567890, "ratio": 0.12345678901234567890, "far": [1e400, -0, 1.0]';
    await context.store.put(
      configKey("events", "tap-config.json"),
      JSON.stringify({ ...settings.tap, rows: 5, copy: join(folder, "copy") }).replace(
        "{",
        `{${numbers}, `,
      ),
    );
    await put("target-config.json", settings.target);
    assert.equal((await runPipeline(context, entry, { tapSettings: { rows: 6 } })).records, 6);
    assert.ok(readFileSync(join(folder, "copy"), "utf8").startsWith(`{${numbers}, `));
  });

  test("settings in the store: a missing or invalid file stops the run before it starts", async (t) => {
    const { context, entry, put, settings } = await scene(t);
    await put("tap-config.json", settings.tap);
    await assert.rejects(runPipeline(context, entry), {
      message: `"events": target-config.json is missing in ${context.store.url}.\nStore it with: npx tapctl config put events --target FILE`,
    });
    await context.store.put(configKey("events", "target-config.json"), '{\n"password": hunter2}');
    await assert.rejects(runPipeline(context, entry), {
      message: `configs/events/target-config.json in ${context.store.url}: is not JSON.\nCorrect the file.`,
    });
  });
});
