import { parameter } from "./parameters";
import type { WorkflowSpec } from "./types";

type Prometheus = NonNullable<NonNullable<WorkflowSpec["metrics"]>["prometheus"]>;

const pipeline = { key: "pipeline", value: parameter("pipeline") };

/** Metrics of each pipeline; the controller puts `argo_workflows_` before their names and forgets them when it restarts. */
export const runMetrics: Prometheus = [
  {
    name: "pipeline_runs_total",
    help: "Runs of a pipeline by how they ended",
    labels: [pipeline, { key: "status", value: "{{workflow.status}}" }],
    counter: { value: "1" },
  },
  {
    name: "pipeline_last_success_timestamp",
    help: "When the newest run that succeeded was created, in seconds since 1970",
    labels: [pipeline],
    when: "{{workflow.status}} == Succeeded",
    gauge: { value: "{{workflow.creationTimestamp.s}}", realtime: false },
  },
  {
    name: "pipeline_duration_seconds",
    help: "How long the newest run took",
    labels: [pipeline],
    gauge: { value: "{{workflow.duration}}", realtime: false },
  },
];
