import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { startSampleCluster } from "../bench/cluster";
import type { ReportData } from "../../src/report/data";
import { cliEnvironment, makeProject, tapctl } from "../cli/support";

const ARRAY = `["pipeline-000", "pipeline-001", "not-there"].map((name) => ({ name, description: "One of the array", schedule: "0 * * * *", timezone: "Europe/Berlin", tap: c.tapRestApi({ api_url: "http://127.0.0.1:9" }), target: c.targetJsonl({}) })) as never`;

test("report on a cluster: it shows pipelines in the array and on the cluster", async (t) => {
  const cluster = await startSampleCluster(3, 4);
  t.after(() => cluster.stop());
  const root = makeProject(t, ARRAY);
  cluster.api.writeKubeconfig(join(root, "kubeconfig"), "pipelines");
  const env = { ...cliEnvironment(), KUBECONFIG: join(root, "kubeconfig") };
  const { stdout, stderr, code } = await tapctl(
    root,
    ["report", "--on", "cluster", "--limit", "3", "--json"],
    { env },
  );
  assert.equal(stderr, "");
  assert.equal(code, 0);
  const { store, pipelines } = JSON.parse(stdout) as ReportData;
  assert.match(store, /^s3:\/\/singer of the cluster /);
  assert.deepEqual(
    pipelines.map(({ status, description, runs }) => [
      status.name,
      status.condition,
      description,
      runs.length,
    ]),
    [
      ["pipeline-000", "failing", "One of the array", 3],
      ["not-there", "not deployed", "One of the array", 0],
      ["pipeline-002", "not in the array", null, 3],
      ["pipeline-001", "ok", "One of the array", 3],
    ],
  );
});
