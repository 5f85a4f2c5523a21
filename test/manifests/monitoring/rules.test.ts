import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { stringify } from "yaml";
import { dashboard, dashboardConfigMap } from "../../../src/manifests/monitoring/dashboard";
import { prometheusRule, ruleGroups } from "../../../src/manifests/monitoring/prometheus-rule";
import { RECORDED } from "../../../src/manifests/monitoring/recorded";
import {
  controllerTarget,
  serviceMonitor,
  storeTarget,
} from "../../../src/manifests/monitoring/scrape";
import { committedMetrics, runMetrics } from "../../../src/manifests/argo/singer-metrics";
import { assertGolden } from "../golden";
import { promqlProblem } from "./promql";
import { RULES } from "./support";

const place = { namespace: "pipelines", labels: { release: "prometheus" } };
const alerts = ruleGroups(RULES).flatMap(({ rules }) => rules.filter((rule) => "alert" in rule));
const expressions = (options: typeof RULES): readonly string[] =>
  ruleGroups(options).flatMap(({ rules }) => rules.map(({ expr }) => expr));

/** Expressions of the dashboard as Prometheus gets them: Grafana has put its variables in. */
function dashboardExpressions(minio: boolean): readonly string[] {
  const panels = dashboard({ ...RULES, minio }).panels ?? [];
  return panels
    .flatMap((panel) => ("targets" in panel ? (panel.targets ?? []) : []))
    .map((target) =>
      (target["expr"] as string).replaceAll("$pipeline", ".*").replaceAll("$__rate_interval", "5m"),
    );
}

test("alert rules: they equal the golden file", () =>
  assertGolden("monitoring-rules.yaml", stringify(prometheusRule(RULES, place), { lineWidth: 0 })));

test("dashboard: it equals the golden file", () =>
  assertGolden(
    "monitoring-dashboard.json",
    dashboardConfigMap({ ...RULES }, { namespace: "pipelines" }).data["tapctl-pipelines.json"] +
      "\n",
  ));

test("ServiceMonitors: they select namespace, path and job", () => {
  const { metadata, spec } = serviceMonitor(storeTarget("minio"), place);
  assert.deepEqual(metadata, {
    name: "minio",
    namespace: "pipelines",
    labels: { "app.kubernetes.io/managed-by": "tapctl", release: "prometheus" },
  });
  assert.deepEqual(spec.namespaceSelector, { matchNames: ["minio"] });
  assert.equal(spec.endpoints[0]?.path, "/minio/v2/metrics/cluster");
  assert.deepEqual(serviceMonitor(controllerTarget("argo"), place).spec.endpoints[0]?.relabelings, [
    { targetLabel: "job", replacement: "workflow-controller" },
  ]);
});

test("PromQL parser: it detects invalid expressions", () => {
  assert.equal(promqlProblem("sum by (pipeline) (x)"), undefined);
  assert.match(promqlProblem("sum by (pipeline (x)") ?? "", /at 17/);
});

for (const minio of [true, false]) {
  test(`PromQL: every expression is valid ${minio ? "with" : "without"} MinIO`, () => {
    const all = [...expressions({ ...RULES, minio }), ...dashboardExpressions(minio)];
    for (const expr of all) assert.equal(promqlProblem(expr), undefined, expr);
    assert.equal(
      all.some((expr) => expr.includes("minio")),
      minio,
    );
  });
}

test("PromQL: every metric in use exists", () => {
  const metrics = [...runMetrics, ...committedMetrics].map(({ name }) => `argo_workflows_${name}`);
  const known = new Set([...metrics, "argo_workflows_error_count", ...Object.values(RECORDED)]);
  for (const expr of [...expressions(RULES), ...dashboardExpressions(true)]) {
    for (const [name] of expr.matchAll(/(argo_workflows_|tapctl:)[a-z_]+/g))
      assert.ok(known.has(name), `${name} in ${expr}`);
  }
});

test("alert rules: each has a summary, a description, and a section in the runbook", () => {
  const runbook = readFileSync(join(__dirname, "..", "..", "..", "docs", "runbook.md"), "utf8");
  const sections = new Set([...runbook.matchAll(/^## (.+)$/gm)].map(([, title]) => title));
  assert.ok(alerts.length >= 7);
  for (const rule of alerts) {
    assert.ok(sections.has(rule.alert), rule.alert);
    assert.equal(
      rule.annotations.runbook_url,
      `https://example.com/runbook#${rule.alert.toLowerCase()}`,
    );
    assert.ok(
      rule.annotations.summary.length < 80 && rule.annotations.description.includes("npx tapctl "),
      rule.alert,
    );
    assert.match(rule.labels.severity, /^(warning|critical)$/);
  }
});

test("alert rules: thresholds come from the settings", () => {
  const all = expressions({ ...RULES, failuresInARow: 7, freeSpacePercent: 25 }).join("\n");
  assert.match(all, /tapctl:pipeline_failures_in_a_row >= 7/);
  assert.match(all, /< 25$/m);
});

test("dashboard: panels have titles and unique IDs, and do not overlap", () => {
  const panels = dashboard({ ...RULES }).panels ?? [];
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const occupied = new Set<string>();
  for (const { title, gridPos } of panels) {
    assert.ok(title && gridPos && gridPos.x + gridPos.w <= 24, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.ok(!occupied.has(`${x} ${y}`), `${title} lies over another panel`);
        occupied.add(`${x} ${y}`);
      }
    }
  }
});

test("dashboard: it has the label for Grafana's sidecar, and the folder if one is set", () => {
  const { metadata } = dashboardConfigMap(
    { ...RULES },
    { namespace: "pipelines", grafanaFolder: "Data" },
  );
  assert.equal(metadata.labels.grafana_dashboard, "1");
  assert.deepEqual(metadata.annotations, { grafana_folder: "Data" });
});
