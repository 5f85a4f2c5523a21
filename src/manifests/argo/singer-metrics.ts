import { parameter } from "./parameters";
import { WORK } from "./store-artifacts";
import type { WorkflowSpec } from "./types";

type Prometheus = NonNullable<NonNullable<WorkflowSpec["metrics"]>["prometheus"]>;

const pipeline = { key: "pipeline", value: parameter("pipeline") };

/**
 * Metrics of each pipeline. The controller adds the prefix `argo_workflows_` and loses their values
 * when it restarts.
 */
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
  {
    name: "pipeline_interval_seconds",
    help: "Longest time from one scheduled run of a pipeline to the next; 0 for none",
    labels: [pipeline],
    gauge: { value: parameter("interval"), realtime: false },
  },
];

/** Numbers that a commit writes in addition to the state, each to its own file. */
export const committedFacts = [
  "records",
  "bytes",
  "retries",
  "leftOut",
  "bookmark",
  "schemaChanges",
  "slotBytes",
  "slotsAtRisk",
].map((name) => ({ name, valueFrom: { path: `${WORK}/${name}` } }));

const fact = (name: string): string => `{{outputs.parameters.${name}}}`;
const succeeded = "{{status}} == Succeeded";

/** Metrics of the data that a run moved. */
export const committedMetrics: Prometheus = [
  {
    name: "pipeline_records",
    help: "Records that the newest run loaded",
    labels: [pipeline],
    when: succeeded,
    gauge: { value: fact("records"), realtime: false },
  },
  {
    name: "pipeline_records_total",
    help: "Records that runs loaded",
    labels: [pipeline],
    when: succeeded,
    counter: { value: fact("records") },
  },
  {
    name: "pipeline_bytes_total",
    help: "Bytes that taps sent",
    labels: [pipeline],
    when: succeeded,
    counter: { value: fact("bytes") },
  },
  {
    name: "pipeline_retries_total",
    help: "Tries after the first one, of runs that came to their commit",
    labels: [pipeline],
    when: `${fact("retries")} > 0`,
    counter: { value: fact("retries") },
  },
  {
    name: "pipeline_left_out_total",
    help: "Lines and streams that runs left out, or did not load as they came",
    labels: [pipeline],
    when: `${fact("leftOut")} > 0`,
    counter: { value: fact("leftOut") },
  },
  {
    name: "pipeline_schema_changes_total",
    help: "Changes of schemas that runs found",
    labels: [pipeline],
    when: `${fact("schemaChanges")} > 0`,
    counter: { value: fact("schemaChanges") },
  },
  {
    name: "pipeline_slot_retained_bytes",
    help: "WAL that the replication slot of the pipeline retains in the source",
    labels: [pipeline],
    when: `${fact("slotBytes")} >= 0`,
    gauge: { value: fact("slotBytes"), realtime: false },
  },
  {
    name: "pipeline_slots_at_risk",
    help: "Replication slots that are lost or missing, or retain more than maxSlotLag",
    labels: [pipeline],
    when: `${fact("slotBytes")} >= 0`,
    gauge: { value: fact("slotsAtRisk"), realtime: false },
  },
  {
    name: "pipeline_state_timestamp",
    help: "How far the stream has come in the saved state that is furthest behind, in seconds since 1970",
    labels: [pipeline],
    when: `${fact("bookmark")} > 0`,
    gauge: { value: fact("bookmark"), realtime: false },
  },
];
