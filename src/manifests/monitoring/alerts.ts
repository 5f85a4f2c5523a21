import { DEFAULT_NAMESPACE, optionText } from "../../common/commands";
import { RECORDED } from "./recorded";
import { STORE_JOB } from "./scrape";

/** An alert. */
export interface Alert {
  /** Its name. */
  readonly name: string;
  /** The condition: one result for each thing that is wrong. */
  readonly expr: string;
  /** How long it has to hold. */
  readonly for: string;
  /** `critical`: data stops flowing everywhere; `warning`: one pipeline, or soon. */
  readonly severity: "critical" | "warning";
  /** One line: what is wrong. */
  readonly summary: string;
  /** What it means, and what to type first. */
  readonly description: string;
}

/** Thresholds of the alerts. */
export interface Thresholds {
  /** How many runs in a row have to fail. */
  readonly failuresInARow: number;
  /** Percentage of the store that has to be free. */
  readonly freeSpacePercent: number;
}

/** What alerts depend on. */
export interface AlertOptions extends Thresholds {
  /** Namespace of the pipelines, which the commands in descriptions name. */
  readonly namespace: string;
}

const PIPELINE = "{{ $labels.pipeline }}";
const { failuresInARow, interval, lastSuccess, records } = RECORDED;

/** A command for the readers of an alert, whose kubeconfig contexts are unknown. */
function tapctlOnCluster(command: string, namespace: string): string {
  const option = namespace === DEFAULT_NAMESPACE ? [] : optionText("namespace", namespace);
  return ["npx tapctl", command, "--on cluster", ...option].join(" ");
}

/**
 * Alerts on pipelines, from what {@link RECORDED} keeps.
 *
 * @param controllerUp true while the controller is asked and answers, as an expression.
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
      description: `Its data is no longer brought up to date; the saved state is that of the last good run. Look: ${tapctlOnCluster(`status ${PIPELINE}`, namespace)}`,
    },
    {
      name: "TapctlPipelineLate",
      expr: `(time() - ${lastSuccess}) > 2 * (${interval} > 0)`,
      for: "5m",
      severity: "warning",
      summary: `Pipeline ${PIPELINE} is late by more than its own interval`,
      description: `Its last good run began {{ $value | humanizeDuration }} ago, which is more than twice the longest time between two of its scheduled runs. Look: ${tapctlOnCluster(`status ${PIPELINE}`, namespace)}`,
    },
    {
      name: "TapctlPipelineNoRecords",
      expr: `${records} == 0 and on (pipeline) min_over_time(${records}[6d:1h] offset 1d) > 0`,
      for: "0m",
      severity: "warning",
      summary: `Pipeline ${PIPELINE} loads no records any more`,
      description: `Its newest run succeeded with no record, and each one from a day to a week ago had some. Look: ${tapctlOnCluster(`runs ${PIPELINE}`, namespace)}`,
    },
    {
      name: "TapctlScheduleInvalid",
      expr: `sum(increase({__name__=~"argo_workflows_error_count(_total)?", cause=~"CronWorkflow.+"}[1h])) > 0`,
      for: "0m",
      severity: "critical",
      summary: "Argo refuses a schedule or could not start a run of one",
      description: `A schedule that Argo holds invalid never runs, and its object says nothing of it. Look: ${tapctlOnCluster("doctor", namespace)}`,
    },
    {
      name: "TapctlControllerDown",
      expr: `absent(${controllerUp})`,
      for: "5m",
      severity: "critical",
      summary: "Argo's controller does not answer",
      description: `No run starts, and those that are under way do not get on. Look: ${tapctlOnCluster("doctor", namespace)}`,
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
      description: `Once it is full, every run fails and no state is saved. Look: ${tapctlOnCluster("doctor", namespace)}`,
    },
    {
      name: "TapctlStoreDown",
      expr: `absent(up{job="${STORE_JOB}"} == 1)`,
      for: "5m",
      severity: "critical",
      summary: "MinIO does not answer",
      description: `Every run fails, because states, extracts and logs lie there. Look: ${tapctlOnCluster("doctor", namespace)}`,
    },
  ];
}
