/** Commands print and keep JSON from users byte for byte, and report saved JSON that is invalid. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { makeProject, startTapctl, tapctl } from "./support";

const BIG =
  '{"bookmarks": {"10": {"id": 12345678901234567890123, "lsn": 9007199254740993}, "2":{"f":0.1234567890123456789, "far": 1e400, "zero":-0, "name": "é\\u00e9\\ud800"}}}';
const ARRAY =
  '[{ name: "orders", schedule: "@daily", tap: c.tapExchangeRatesApi({ base_url: "http://127.0.0.1:9", start_date: "2026-11-02" }), target: c.targetJsonl({}) }, { name: "kept", schedule: "@daily", configFrom: "store", tap: c.tapExchangeRatesApi({}), target: c.targetJsonl({}) }]';

/** A project with objects in its store. */
function projectWith(t: TestContext, objects: { readonly [key: string]: string }): string {
  const root = makeProject(t, ARRAY);
  for (const [key, body] of Object.entries(objects)) {
    const file = join(root, ".tapctl", "store", key);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, body);
  }
  return root;
}

const envelope = (run: string, state: string) =>
  `{"version": 1, "pipeline": "orders", "run": "${run}", "tap": "tap-exchangeratesapi", "target": "target-jsonl", "destination": "d", "time": "2026-11-23T08:15:02Z", "state": ${state}}`;
const RUN = "20261123T060000Z-000001";

suite("states in files and on the screen", () => {
  test("state: set, show, history, reset and rollback keep every byte, from a file and from standard input", async (t) => {
    const root = projectWith(t, {});
    const state = async (...args: readonly string[]) => tapctl(root, ["state", ...args]);
    writeFileSync(join(root, "state.json"), `\ufeff${BIG}\n`);
    const set = await state("set", "orders", "state.json");
    assert.equal(set.code, 0, set.stderr);
    assert.match(set.stdout, /bookmarks\.10\.id: none -> 12345678901234567890123$/m);
    assert.ok((await state("show", "orders", "--json")).stdout.includes(`"state": ${BIG}`));
    assert.ok((await state("history", "orders", "--json")).stdout.includes(BIG));
    assert.equal(
      (await state("show", "orders", "--stream", "2", "--json")).stdout,
      '{"f":0.1234567890123456789, "far": 1e400, "zero":-0, "name": "é\\u00e9\\ud800"}\n',
    );
    assert.equal(
      (await state("show", "orders")).stdout.replaceAll(/\s/g, ""),
      BIG.replaceAll(/\s/g, ""),
    );
    // The JSON output is an envelope, which is valid input again.
    const shown = (await state("show", "orders", "--json")).stdout;
    const piped = await startTapctl(root, ["state", "set", "orders", "-", "--json"], {
      input: shown,
    });
    assert.equal(piped.code, 0, piped.stderr);
    assert.ok(
      piped.stdout.includes(`"before": ${BIG}`) && piped.stdout.includes(`"after": ${BIG}`),
    );
    assert.ok(
      (await state("reset", "orders", "--stream", "10", "--json")).stdout.includes(
        `"after": ${BIG.replace(/"10": \{[^}]*\}, /, "")}`,
      ),
    );
    assert.ok((await state("rollback", "orders", "--json")).stdout.includes(`"after": ${BIG}`));
  });

  for (const [what, text, says] of [
    [
      "NaN",
      '{"id": NaN}',
      "bad.json: is not JSON (it holds NaN).\nUse a JSON object, as `state show --json` prints it.",
    ],
    [
      "infinity",
      '{"id": [-Infinity]}',
      "bad.json: is not JSON (it holds -Infinity).\nUse a JSON object, as `state show --json` prints it.",
    ],
    [
      "half an object",
      '{"id": 1',
      "bad.json: is not JSON.\nUse a JSON object, as `state show --json` prints it.",
    ],
    [
      "bytes that are not UTF-8",
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      "bad.json: is not UTF-8 text.\nSave the file as UTF-8.",
    ],
  ] as const) {
    test(`state set: it rejects ${what}`, async (t) => {
      const root = projectWith(t, {});
      writeFileSync(join(root, "bad.json"), text);
      assert.deepEqual(await tapctl(root, ["state", "set", "orders", "bad.json"]), {
        code: 2,
        stdout: "",
        stderr: `${says}\n`,
      });
    });
  }

  test("config put and get: files keep every byte, and invalid JSON is rejected", async (t) => {
    const root = projectWith(t, {});
    const settings = '{ "big": 12345678901234567890,\n "ratio": 1.10 }\n';
    for (const [file, text] of [
      ["tap.json", settings],
      ["target.json", "{}"],
      ["state.json", BIG],
      ["catalog.json", '{"streams": [], "maximum": 1e400}'],
    ] as const)
      writeFileSync(join(root, file), text);
    const put = await tapctl(
      root,
      "config put kept --tap tap.json --target target.json --state state.json --catalog catalog.json".split(
        " ",
      ),
    );
    assert.equal(put.code, 0, put.stderr);
    assert.equal((await tapctl(root, "config get kept --out got".split(" "))).code, 0);
    assert.equal(readFileSync(join(root, "got", "tap-config.json"), "utf8"), settings);
    assert.equal(readFileSync(join(root, "got", "initial-state.json"), "utf8"), BIG);
    assert.equal(
      readFileSync(join(root, "got", "catalog.json"), "utf8"),
      '{"streams": [], "maximum": 1e400}',
    );
    writeFileSync(join(root, "bad.json"), '{"password": NaN}');
    assert.deepEqual(await tapctl(root, "config put kept --tap bad.json".split(" ")), {
      code: 2,
      stdout: "",
      stderr: "--tap bad.json: is not JSON (it holds NaN).\nCorrect the file.\n",
    });
  });
});

suite("saved JSON that is invalid", () => {
  test("state show: the error for an invalid saved state names the command that restores an earlier one", async (t) => {
    const root = projectWith(t, {
      "state/orders/state.json": envelope(RUN, '{"id": NaN}'),
      [`state/orders/history/${RUN}.json`]: envelope(RUN, '{"id": 1.10}'),
    });
    const says =
      /^(orders: )?state\/orders\/state\.json in \S+ is not JSON \(it holds NaN\)\.\nRestore an earlier state with: npx tapctl state rollback orders\n$/;
    for (const args of [
      ["state", "show", "orders"],
      ["state", "show", "orders", "--json"],
    ]) {
      const { code, stderr } = await tapctl(root, args);
      assert.equal(code, 2);
      assert.match(stderr, says);
    }
    assert.equal((await tapctl(root, ["status"])).code, 0);
    const back = await tapctl(root, ["state", "rollback", "orders"]);
    assert.equal(back.code, 0, back.stderr);
    assert.ok(
      (await tapctl(root, ["state", "show", "orders", "--json"])).stdout.includes('{"id": 1.10}'),
    );
  });

  test("runs and state history: an invalid summary or state hides no other", async (t) => {
    const summary = (state: string) =>
      `{"version": 1, "pipeline": "orders", "run": "r", "started": "2026-11-23T06:00:00Z", "status": "succeeded", "stateBefore": null, "stateAfter": ${state}, "stateCommitted": true, "records": 1, "bytes": 1, "seconds": 1, "error": null, "warnings": [], "streams": []}`;
    const root = projectWith(t, {
      [`runs/orders/${RUN}/summary.json`]: summary('{"id": NaN}'),
      "runs/orders/20261122T060000Z-000002/summary.json": summary('{"id": 12345678901234567890}'),
      [`state/orders/history/${RUN}.json`]: envelope(RUN, '{"id": Infinity}'),
    });
    const runs = await tapctl(root, ["runs", "orders"]);
    assert.equal(runs.code, 0, runs.stderr);
    assert.match(runs.stdout, /id:12345678901234567890/);
    assert.ok(
      (await tapctl(root, ["runs", "orders", "--json"])).stdout.includes(
        '"stateAfter": {"id": 12345678901234567890}',
      ),
    );
    const history = await tapctl(root, ["state", "history", "orders"]);
    assert.equal(history.code, 0);
    assert.match(history.stdout, /is not JSON \(it holds Infinity\)/);
  });
});
