import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { ReportData } from "../../src/report/data";
import { openFolder } from "../../src/store/folder";
import { writeSummary } from "../../src/store/runs/runs";
import { sampleRun } from "../report/support";
import { makeProject, tapctl } from "./support";

const ARRAY = `[
  { name: "orders", description: "Orders <of> the shop", owner: "Data", schedule: "0 6 * * *", tap: c.tapRestApi({ api_url: "http://127.0.0.1:9" }), target: c.targetJsonl({}) },
  { name: "clean-up", kind: "job", schedule: "@daily", image: "acme/tool:1", command: ["tidy"] },
]`;

async function projectWithRuns(t: Parameters<typeof makeProject>[0]): Promise<string> {
  const root = makeProject(t, ARRAY);
  const store = openFolder(join(root, ".tapctl", "store"));
  for (const [day, status] of (["succeeded", "succeeded", "failed"] as const).entries()) {
    await writeSummary(
      store,
      sampleRun({
        pipeline: "orders",
        started: `2026-11-0${day + 1}T06:00:00Z`,
        status,
        seconds: 4,
        records: 1200,
        error: status === "failed" ? "<b>no</b>" : null,
        seed: day,
      }),
    );
  }
  return root;
}

test("report: it writes a page of the local runs", async (t) => {
  const root = await projectWithRuns(t);
  const { code, stdout } = await tapctl(root, ["report", "--out", "page.html"]);
  assert.match(stdout, /^page\.html: 2 pipelines, \d+\.\d kB\n$/);
  assert.equal(code, 0);
  const page = readFileSync(join(root, "page.html"), "utf8");
  assert.match(page, /<h2>orders<\/h2>.*failed<\/p>/s);
  assert.match(page, /Orders &lt;of&gt; the shop/);
  assert.match(page, /&lt;b&gt;no&lt;\/b&gt;/);
  assert.match(page, /<h2>clean-up<\/h2>.*never ran/s);
});

test("report --json: it prints the data and writes no file", async (t) => {
  const root = await projectWithRuns(t);
  const { stdout } = await tapctl(root, ["report", "--limit", "2", "--json"]);
  const { version, pipelines } = JSON.parse(stdout) as ReportData;
  assert.equal(version, 1);
  assert.deepEqual(
    pipelines.map(({ status, connectors, runs }) => [
      status.name,
      status.condition,
      connectors,
      runs.length,
    ]),
    [
      ["orders", "failing", "tap-rest-api-msdk to target-jsonl", 2],
      ["clean-up", "never ran", "acme/tool:1", 0],
    ],
  );
  assert.ok(!existsSync(join(root, "report.html")));
});

test("report: an unwritable file and an invalid --limit are errors", async (t) => {
  const root = makeProject(t, ARRAY);
  const unwritable = await tapctl(root, ["report", "--out", "no/such/folder.html"]);
  assert.deepEqual(
    [unwritable.stderr, unwritable.code],
    [
      "--out no/such/folder.html: cannot be written (ENOENT).\nCheck that the folder exists and is writable.\n",
      1,
    ],
  );
  const wrong = await tapctl(root, ["report", "--limit", "0"]);
  assert.deepEqual(
    [wrong.stderr, wrong.code],
    ['Invalid value for --limit: "0".\nUse a whole number, 1 or greater.\n', 2],
  );
});
