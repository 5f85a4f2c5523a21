import type { Dashboard, VariableModel } from "@grafana/schema";
import { MANAGED } from "../namespace-labels";
import { DATASOURCE, lines, row, stat, type Step } from "./panels";
import { RECORDED } from "./recorded";
import { CONTROLLER_JOB, STORE_JOB } from "./scrape";
import { history, perPipeline } from "./pipeline-panels";

/** Options of the dashboard. */
export interface DashboardOptions {
  /** Number of consecutive failed runs that is shown in red. */
  readonly failuresInARow: number;
  /** Minimum free space of the store, in percent. */
  readonly freeSpacePercent: number;
  /** Whether the stack runs MinIO. */
  readonly minio: boolean;
}

/** Namespace of the dashboard's ConfigMap and folder in Grafana. */
export interface DashboardPlace {
  readonly namespace: string;
  /** Default: the default folder of Grafana's sidecar. */
  readonly grafanaFolder?: string;
}

const { failuresInARow, interval, lastSuccess, known } = RECORDED;

/** The dashboard. A variable selects pipelines, so it does not depend on the array. */
export function dashboard(options: DashboardOptions): Dashboard {
  return {
    uid: "tapctl-pipelines",
    title: "Pipelines",
    description: "Runs, records, lateness and state of every pipeline, and what they run on.",
    tags: ["tapctl"],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: "1m",
    time: { from: "now-7d", to: "now" },
    timezone: "browser",
    templating: { list: variables() },
    panels: [
      ...overview(options),
      ...perPipeline(options.failuresInARow),
      ...history(),
      ...(options.minio ? store(options) : []),
    ],
  };
}

/** The dashboard as a ConfigMap with the label that Grafana's sidecar looks for. */
export function dashboardConfigMap(
  options: DashboardOptions,
  { namespace, grafanaFolder }: DashboardPlace,
) {
  return {
    metadata: {
      name: "tapctl-dashboard",
      namespace,
      labels: { ...MANAGED, grafana_dashboard: "1" },
      ...(grafanaFolder !== undefined && { annotations: { grafana_folder: grafanaFolder } }),
    },
    data: { "tapctl-pipelines.json": JSON.stringify(dashboard(options), null, 2) },
  };
}

function variables(): VariableModel[] {
  return [
    { type: "datasource", name: "datasource", label: "Prometheus", query: "prometheus" },
    {
      type: "query",
      name: "pipeline",
      label: "Pipeline",
      datasource: DATASOURCE,
      query: { query: `label_values(${known}, pipeline)`, refId: "pipelines" },
      refresh: 2,
      multi: true,
      includeAll: true,
      allValue: ".*",
      current: { selected: true, text: "All", value: "$__all" },
    },
  ];
}

function overview(options: DashboardOptions) {
  const wrong: readonly Step[] = [
    { value: null, color: "green" },
    { value: 1, color: "red" },
  ];
  const place = (x: number) => ({ x, y: 0, w: 6, h: 4 });
  return [
    stat({
      title: "Pipelines",
      description: "Reported by the controller within the last 7 days.",
      place: place(0),
      unit: "short",
      queries: [{ expr: `count(${known}) or vector(0)`, instant: true }],
    }),
    stat({
      title: "Failing",
      description: `With at least ${options.failuresInARow} failures in a row.`,
      place: place(6),
      unit: "short",
      steps: wrong,
      queries: [
        {
          expr: `count(${failuresInARow} >= ${options.failuresInARow}) or vector(0)`,
          instant: true,
        },
      ],
    }),
    stat({
      title: "Late",
      description: "By more than their own interval.",
      place: place(12),
      unit: "short",
      steps: wrong,
      queries: [
        {
          expr: `count((time() - ${lastSuccess}) > 2 * (${interval} > 0)) or vector(0)`,
          instant: true,
        },
      ],
    }),
    stat({
      title: "Controller",
      description: "1 while it answers.",
      place: place(18),
      unit: "short",
      steps: [
        { value: null, color: "red" },
        { value: 1, color: "green" },
      ],
      queries: [{ expr: `max(up{job="${CONTROLLER_JOB}"}) or vector(0)`, instant: true }],
    }),
  ];
}

function store({ freeSpacePercent }: DashboardOptions) {
  const free = `min by (job) (minio_cluster_capacity_usable_free_bytes{job="${STORE_JOB}"})`;
  const total = `min by (job) (minio_cluster_capacity_usable_total_bytes{job="${STORE_JOB}"})`;
  const steps: readonly Step[] = [
    { value: null, color: "red" },
    { value: freeSpacePercent / 100, color: "green" },
  ];
  return [
    row("Object store", 48),
    stat({
      title: "Free",
      description: `An alert comes below ${freeSpacePercent} %.`,
      place: { x: 0, y: 49, w: 6, h: 8 },
      unit: "percentunit",
      steps,
      queries: [{ expr: `${free} / ${total}`, instant: true }],
    }),
    lines({
      title: "Space",
      description: "Of MinIO.",
      place: { x: 6, y: 49, w: 18, h: 8 },
      unit: "bytes",
      queries: [
        { expr: free, legend: "free" },
        { expr: total, legend: "total" },
      ],
    }),
  ];
}
