/** The state that a tap writes is saved, shown and returned to it byte for byte. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { JsonText, stringifyJson } from "../../src/common/json";
import { runBatch } from "../../src/run/batch";
import { runPipeline } from "../../src/run/run";
import { ExitCode } from "../../src/run/runner";
import { resetState, rollBackState, setState } from "../../src/run/state-changes";
import { leaseGuard } from "../../src/run/change-state";
import { historyKey, runFileKey, stateKey } from "../../src/store/keys";
import { readSummary } from "../../src/store/runs/runs";
import { history } from "../../src/store/state/state-history";
import { readState } from "../../src/store/state/state";
import { randomJson } from "../support/random-json";
import { fakeContext, fakePipeline, temporaryFolder } from "./support";

const MODES = ["artifact", "stream"] as const;
const BIG =
  '{"bookmarks": {"10": {"lsn": 9007199254740993, "id": 12345678901234567890123}, "2":{"f":0.1234567890123456789, "one": 1.0, "far": 1e400, "zero":-0, "E":1E5, "name": "é\\u00e9\\ud800"}}}';
const DOCUMENTS = [BIG, ...Array.from({ length: 40 }, (_, seed) => randomJson(seed + 1))]
  .filter((text) => text.length > 2 && !text.includes('"version"'))
  .slice(0, 4);

suite("states of any JSON", () => {
  for (const mode of MODES) {
    test(`state, ${mode} mode: the tap gets it back byte for byte`, async (t) => {
      const folder = temporaryFolder(t);
      const context = await fakeContext(folder);
      const given = join(folder, "given");
      for (const [number, text] of DOCUMENTS.entries()) {
        const name = `state-${number}`;
        const entry = fakePipeline(folder, { states: [text], given }, {}, { name });
        const first = await runPipeline(context, entry, { mode });
        assert.equal(first.status, "succeeded", `${first.error}: ${text}`);
        assert.equal(first.stateAfter?.text, text);
        const second = await runPipeline(context, entry, { mode });
        assert.equal(readFileSync(given, "utf8"), text, "the tap gets what it wrote");
        assert.equal(second.stateBefore?.text, text);
        for (const key of [
          stateKey(name),
          historyKey(name, first.run),
          runFileKey(name, second.run, "summary.json"),
        ]) {
          assert.ok((await context.store.get(key))?.includes(text), `${key} holds it`);
        }
        assert.equal((await readSummary(context.store, name, second.run))?.stateBefore?.text, text);
        assert.ok(stringifyJson(second, 2).includes(text), "--json prints it");
      }
    });
  }

  test("state: an initial and a given one reach the tap unchanged", async (t) => {
    const folder = temporaryFolder(t);
    const context = await fakeContext(folder);
    const given = join(folder, "given");
    const entry = fakePipeline(
      folder,
      { states: ["{}"], given },
      {},
      { initialState: { id: 12345678901234567890n } },
    );
    await runPipeline(context, entry);
    assert.equal(readFileSync(given, "utf8"), '{"id":12345678901234567890}');
    await runPipeline(context, entry, { state: JsonText.parse(BIG) });
    assert.equal(readFileSync(given, "utf8"), BIG);
    await runPipeline(context, { ...entry, initialState: BIG });
    assert.equal(readFileSync(given, "utf8"), BIG);
  });

  test("state: a manual change touches no other byte", async (t) => {
    const folder = temporaryFolder(t);
    const { store } = await fakeContext(folder);
    const target = { store, guard: leaseGuard(store) };
    const entry = fakePipeline(folder);
    const inForce = async () => (await readState(store, "events"))?.envelope.state.text;
    await setState(target, entry, JsonText.parse(BIG));
    assert.equal(await inForce(), BIG);
    await setState(target, entry, JsonText.parse('{"bookmarks": {"10": 1.10}}'), "10");
    const changed = BIG.replace(/"10": \{[^}]*\}/, '"10": 1.10');
    assert.equal(await inForce(), changed);
    await resetState(target, entry, "10");
    assert.equal(await inForce(), changed.replace('"10": 1.10, ', ""));
    await rollBackState(target, entry, undefined);
    assert.equal(await inForce(), changed);
    const states = (await history(store, "events")).map((one) =>
      "envelope" in one ? one.envelope.state.text : one.problem,
    );
    assert.ok(states.includes(BIG) && states.includes(changed));
  });
});

suite("STATE messages that are not JSON", () => {
  for (const mode of MODES) {
    for (const constant of ["NaN", "Infinity", "-Infinity"]) {
      test(`STATE with ${constant}, ${mode} mode: the run fails, and the STATE is not saved`, async (t) => {
        const folder = temporaryFolder(t);
        const context = await fakeContext(folder);
        const summary = await runPipeline(
          context,
          fakePipeline(folder, { states: ['{"id": 1}', `{"id": ${constant}}`, '{"id": 3}'] }),
          { mode },
        );
        assert.deepEqual(
          [summary.status, summary.code, summary.stateCommitted],
          ["failed", ExitCode.badStream, false],
        );
        assert.match(
          summary.error ?? "",
          new RegExp(`line 4\\b.*the STATE is not JSON: it holds ${constant}`),
        );
        assert.equal(await readState(context.store, "events"), undefined);
        assert.equal(summary.attempts.extract, 1, "another try would bring the same");
        if (mode === "artifact")
          assert.equal(
            existsSync(join(folder, "target-starts")),
            false,
            "the target was not started",
          );
      });
    }
  }

  test("STATE with NaN: only its own pipeline fails", async (t) => {
    const folder = temporaryFolder(t);
    const context = await fakeContext(folder);
    const bad = fakePipeline(folder, { states: ['{"id": NaN}'] }, {}, { name: "bad" });
    const result = await runBatch(
      context,
      [bad, fakePipeline(folder, { rows: 20 }, {}, { name: "good" })],
      {},
    );
    assert.deepEqual(
      result.summaries.map(({ pipeline, status }) => [pipeline, status]),
      [
        ["bad", "failed"],
        ["good", "succeeded"],
      ],
    );
    assert.deepEqual(result.notStarted, []);
  });
});

test("record with NaN: it reaches the target unchanged", async (t) => {
  const folder = temporaryFolder(t);
  const context = await fakeContext(folder);
  const entry = fakePipeline(
    folder,
    {
      states: ['{"id": 1}}\n{"type": "RECORD", "stream": "events", "record": {"id": 2, "v": NaN}'],
    },
    { raw: join(folder, "raw") },
  );
  assert.equal((await runPipeline(context, entry)).status, "succeeded");
  assert.match(readFileSync(join(folder, "raw"), "utf8"), /"v": NaN\}\}\n/);
});

test("internal error: the runs of other pipelines continue", async (t) => {
  const folder = temporaryFolder(t);
  const context = await fakeContext(folder);
  const prepare: typeof context.prepare = (connector, ...more) =>
    connector.name === "tap-odd"
      ? Promise.reject(new TypeError("x is not a function"))
      : context.prepare(connector, ...more);
  const odd = fakePipeline(folder, {}, {}, { name: "odd" });
  const result = await runBatch(
    { ...context, prepare },
    [
      { ...odd, tap: { ...odd.tap, connector: { ...odd.tap.connector, name: "tap-odd" } } },
      fakePipeline(folder, { rows: 20 }),
    ],
    {},
  );
  assert.deepEqual(
    result.summaries.map(({ pipeline, status }) => [pipeline, status]),
    [["events", "succeeded"]],
  );
  assert.match(
    result.notStarted[0]?.error.message ?? "",
    /^Internal error: TypeError: x is not a function/,
  );
});
