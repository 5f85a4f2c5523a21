import { DEFAULT_NAMESPACE, optionText } from "../../common/commands";
import { RECORDED } from "./recorded";
import { STORE_JOB } from "./scrape";

/** An alert. */
export interface Alert {
  /** Its name. */
  readonly name: string;
  /** The condition: one result per problem. */
  readonly expr: string;
  /** How long the condition must hold. */
  readonly for: string;
  /** `critical`: all pipelines are affected; `warning`: one pipeline, or a problem that is approaching. */
  readonly severity: "critical" | "warning";
  /** What is wrong, on one line. */
  readonly summary: string;
  /** What it means, and the first command to run. */
  readonly description: string;
}

/** Thresholds of the alerts. */
export interface Thresholds {
  /** Number of consecutive failed runs. */
  readonly failuresInARow: number;
  /** Minimum free space of the store, in percent. */
  readonly freeSpacePercent: number;
}

/** What alerts depend on. */
export interface AlertOptions extends Thresholds {
  /** Namespace of the pipelines, for the commands in descriptions. */
  readonly namespace: string;
}

const PIPELINE = "{{ $labels.pipeline }}";
const { failuresInARow, interval, lastSuccess, records, slotsAtRisk } = RECORDED;

/** A command for the readers of an alert, whose kubeconfig contexts are unknown. */
function tapctlOnCluster(command: string, namespace: string): string {
  const option = namespace === DEFAULT_NAMESPACE ? [] : optionText("namespace", namespace);
  return ["npx tapctl", command, "--on cluster", ...option].join(" ");
}

/**
 * Alerts on pipelines, from the recorded metrics in {@link RECORDED}.
 *
 * @param controllerUp an expression that is true while the controller is scraped and answers.
 */
export function pipelineAlerts(
  { failuresInARow: count, namespace }: AlertOptions,
  controllerUp: string,
): readonly Alert[] {
  return [
    {
      name: "TapctlPipelineFailing",
      expr: `${failuresInARow} >= ${count}`,
      for: "0m",
      severity: "warning",
      summary: `Pipeline ${PIPELINE} has failed {{ $value }} times in a row`,
      description: `Its data is out of date; the saved state is that of the last successful run. To investigate, run: ${tapctlOnCluster(`status ${PIPELINE}`, namespace)}`,
    },
    {
      name: "TapctlPipelineLate",
      expr: `(time() - ${lastSuccess}) > 2 * (${interval} > 0)`,
      for: "5m",
      severity: "warning",
      summary: `Pipeline ${PIPELINE} is late by more than its interval`,
      description: `Its last successful run started {{ $value | humanizeDuration }} ago, more than twice the longest time between two scheduled runs. To investigate, run: ${tapctlOnCluster(`status ${PIPELINE}`, namespace)}`,
    },
    {
      name: "TapctlPipelineNoRecords",
      expr: `${records} == 0 and on (pipeline) min_over_time(${records}[6d:1h] offset 1d) > 0`,
      for: "0m",
      severity: "warning",
      summary: `Pipeline ${PIPELINE} no longer loads records`,
      description: `Its last run succeeded without records, but every run between a day and a week ago had some. To investigate, run: ${tapctlOnCluster(`runs ${PIPELINE}`, namespace)}`,
    },
    {
      name: "TapctlSlotAtRisk",
      expr: `${slotsAtRisk} > 0`,
      for: "0m",
      severity: "warning",
      summary: `The replication slot of pipeline ${PIPELINE} is at risk`,
      description: `It is lost or missing, or retains more WAL in the source than maxSlotLag allows, which can fill the disk of the database. To investigate, run: ${tapctlOnCluster(`status ${PIPELINE}`, namespace)}`,
    },
    {
      name: "TapctlScheduleInvalid",
      expr: `sum(increase({__name__=~"argo_workflows_error_count(_total)?", cause=~"CronWorkflow.+"}[1h])) > 0`,
      for: "0m",
      severity: "critical",
      summary: "Argo rejects a schedule or cannot start its run",
      description: `A schedule that Argo considers invalid never runs, and its object does not show it. To investigate, run: ${tapctlOnCluster("doctor", namespace)}`,
    },
    {
      name: "TapctlControllerDown",
      expr: `absent(${controllerUp})`,
      for: "5m",
      severity: "critical",
      summary: "Argo's controller does not answer",
      description: `No run starts, and running ones do not continue. To investigate, run: ${tapctlOnCluster("doctor", namespace)}`,
    },
  ];
}

/** Alerts on the MinIO of this stack. */
export function storeAlerts({ freeSpacePercent, namespace }: AlertOptions): readonly Alert[] {
  return [
    {
      name: "TapctlStoreNearlyFull",
      expr: `100 * min by (job) (minio_cluster_capacity_usable_free_bytes{job="${STORE_JOB}"}) / min by (job) (minio_cluster_capacity_usable_total_bytes{job="${STORE_JOB}"}) < ${freeSpacePercent}`,
      for: "15m",
      severity: "critical",
      summary: 'MinIO has {{ printf "%.1f" $value }} % of its space left',
      description: `When it is full, every run fails and no state is saved. To investigate, run: ${tapctlOnCluster("doctor", namespace)}`,
    },
    {
      name: "TapctlStoreDown",
      expr: `absent(up{job="${STORE_JOB}"} == 1)`,
      for: "5m",
      severity: "critical",
      summary: "MinIO does not answer",
      description: `Every run fails, because states, extracts and logs are stored there. To investigate, run: ${tapctlOnCluster("doctor", namespace)}`,
    },
  ];
}
