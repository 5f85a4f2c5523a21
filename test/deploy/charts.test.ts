import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { checkCharts } from "../../src/deploy/charts";
import { settingsSchema } from "../../src/settings/schema";

/** As Helm writes it, with the version of a dependency, which is not a version of the chart. */
const HELM = `apiVersion: v1
entries:
  argo-cd:
  - name: argo-cd
    version: 9.9.9
  argo-workflows:
  - apiVersion: v2
    dependencies:
    - name: common
      version: 7.7.7
    name: argo-workflows
    version: 1.0.18
  - name: argo-workflows
    version: 1.0.17
  minio:
  - name: minio
    version: 5.4.0
generated: "2026-01-01T00:00:00Z"
`;
const INDEXES: { readonly [path: string]: string } = {
  "/helm/index.yaml": HELM,
  "/json/index.yaml": '{"entries":{"argo-workflows":[{"version":"v1.0.18"}]}}',
  "/empty/index.yaml": "",
};

let server: string;
const repositories = createServer(({ url = "" }, response) => {
  const index = INDEXES[url];
  response.writeHead(index === undefined ? 404 : 200).end(index);
});
before(async () => {
  await new Promise<void>((resolve) => repositories.listen(0, "127.0.0.1", resolve));
  server = `http://127.0.0.1:${(repositories.address() as AddressInfo).port}`;
});
after(() => repositories.close());

const s3 = { kind: "s3", bucket: "etl", credentials: "ambient" };
const argo = (chart: object, root = "/", env: NodeJS.ProcessEnv = {}) =>
  checkCharts(settingsSchema.parse({ argo: { chart }, objectStore: s3 }), root, env);

test("chart check: a chart in the repository is found in any format of the index", async () => {
  for (const chart of [
    { repository: `${server}/helm` },
    { repository: `${server}/helm/` },
    { repository: `${server}/json` },
    { repository: `${server}/helm`, version: "v1.0.17" },
    { repository: `${server}/helm`, version: "1.x" },
  ])
    await argo(chart);
});

test("chart check: a version that only another chart or a dependency has is an error", async () => {
  for (const version of ["1.0.99", "9.9.9", "7.7.7", "5.4.0"]) {
    await assert.rejects(argo({ repository: `${server}/helm`, version }), {
      message: `tapctl:argo.chart: the repository ${server}/helm has no chart "argo-workflows" in version ${version}\nCorrect the name or the version.`,
    });
  }
  await assert.rejects(argo({ repository: `${server}/empty` }), /has no chart "argo-workflows"/);
});

test("chart check: a repository without an index or that does not answer is an error, unless a proxy may reach it", async () => {
  await assert.rejects(
    argo({ repository: `${server}/nothing` }),
    /answers 404 for its index\.yaml\nSet another repository/,
  );
  const away = { repository: "http://127.0.0.1:1" };
  await assert.rejects(
    argo(away),
    /^UserError: tapctl:argo\.chart: the repository http:\/\/127\.0\.0\.1:1 does not answer: .+\nSet another repository/,
  );
  await argo(away, "/", { https_proxy: "http://proxy.example.com:3128" });
});

test("chart check: all problems are reported at once; charts that are not installed or in an OCI registry are not checked", async () => {
  const chart = { repository: `${server}/helm`, version: "0.0.1" };
  await assert.rejects(
    checkCharts(settingsSchema.parse({ argo: { chart }, objectStore: { chart } }), "/", {}),
    /^UserError: tapctl:argo\.chart: .*\ntapctl:objectStore\.chart: .*"minio" in version 0\.0\.1\nCorrect the name or the version\.$/,
  );
  await checkCharts(
    settingsSchema.parse({ argo: { install: false, chart }, objectStore: s3 }),
    "/",
    {},
  );
  await argo({ repository: "oci://registry.example.com/charts" });
});

test("chart check: a local chart is a folder or an archive, relative to the project", async (t) => {
  const root = mkdtempSync(join(tmpdir(), "tapctl-charts-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "charts", "argo"), { recursive: true });
  for (const path of ["charts/argo", "charts/argo.tgz"])
    await assert.rejects(argo({ path }, root), {
      message: `tapctl:argo.chart: path ${path} (relative to the project) is neither a folder with a Chart.yaml nor a .tgz file\nCorrect the path.`,
    });
  writeFileSync(join(root, "charts", "argo", "Chart.yaml"), "name: argo");
  writeFileSync(join(root, "charts", "argo.tgz"), "");
  for (const path of ["charts/argo", "charts/argo.tgz", join(root, "charts", "argo")])
    await argo({ path }, root);
});
