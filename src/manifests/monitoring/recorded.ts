/** A rule by which Prometheus keeps the value of an expression under a name. */
export interface RecordingRule {
  /** Name that the value is kept under. */
  readonly record: string;
  /** The expression. */
  readonly expr: string;
}

/** Prefix of the controller's metrics of pipelines, below `argo_workflows_`. */
const METRIC = "argo_workflows_pipeline";

/** Names of what is recorded: one series a pipeline, with the label `pipeline` alone. */
export const RECORDED = {
  known: "tapctl:pipeline_known",
  failuresInARow: "tapctl:pipeline_failures_in_a_row",
  failed: "tapctl:pipeline_failed_runs",
  succeeded: "tapctl:pipeline_succeeded_runs",
  lastSuccess: "tapctl:pipeline_last_success_timestamp",
  interval: "tapctl:pipeline_interval_seconds",
  records: "tapctl:pipeline_records",
  state: "tapctl:pipeline_state_timestamp",
  duration: "tapctl:pipeline_duration_seconds",
} as const;

const { known, failuresInARow, failed, succeeded } = RECORDED;
const runs = `sum by (pipeline) (${METRIC}_runs_total)`;
const failedNow = `sum by (pipeline) (${METRIC}_runs_total{status!="Succeeded"})`;
const succeededNow = `sum by (pipeline) (${METRIC}_runs_total{status="Succeeded"})`;

/**
 * Recording rules that the alerts and the dashboard read. The controller loses its metrics when it restarts and exports
 * a pipeline's again only after its next run. Each rule therefore keeps its previous value while the controller has
 * exported the pipeline within the last 7 days. A lookback of one hour bridges an outage of Prometheus.
 *
 * @param controllerUp true while the controller is asked and answers, as an expression.
 */
export function recordingRules(controllerUp: string): readonly RecordingRule[] {
  return [
    {
      record: known,
      expr: `group by (pipeline) (${METRIC}_runs_total or last_over_time(${METRIC}_runs_total[7d:30m]))`,
    },
    // Reads what the next two rules wrote in the round before, so it stands before them.
    { record: failuresInARow, expr: failuresExpression() },
    { record: failed, expr: counted(failedNow, controllerUp) },
    { record: succeeded, expr: counted(succeededNow, controllerUp) },
    remembered(RECORDED.lastSuccess, `${METRIC}_last_success_timestamp`),
    remembered(RECORDED.interval, `${METRIC}_interval_seconds`),
    remembered(RECORDED.records, `${METRIC}_records`),
    remembered(RECORDED.state, `${METRIC}_state_timestamp`),
    remembered(RECORDED.duration, `${METRIC}_duration_seconds`),
  ];
}

/** The latest value that was reported. */
function remembered(record: string, metric: string): RecordingRule {
  return {
    record,
    expr: `max by (pipeline) (${metric})\nor on (pipeline) (${before(record)} and on (pipeline) ${known})`,
  };
}

/** Failed runs since the newest success: those before and the new ones, where no run has succeeded since. */
function failuresExpression(): string {
  return [
    `(`,
    `  (${before(failuresInARow)} and on (pipeline) ${known} unless on (pipeline) (${newOnes(succeededNow, succeeded)} > 0))`,
    `  or on (pipeline) 0 * ${known}`,
    `)`,
    `+ on (pipeline) (`,
    `  ${newOnes(failedNow, failed)}`,
    // What failed before anybody looked counts only where nothing ever succeeded.
    `  or on (pipeline) (${failedNow} unless on (pipeline) ${before(failed)} unless on (pipeline) ${succeededNow})`,
    `  or on (pipeline) 0 * ${known}`,
    `)`,
  ].join("\n");
}

/** Increase of a counter since it was recorded; its full value if it was reset. */
function newOnes(now: string, record: string): string {
  return `((${now} - on (pipeline) ${before(record)}) >= 0 or on (pipeline) (${now} and on (pipeline) ${before(record)}))`;
}

/** A counter that is 0, and not absent, before it first counts: after a restart as well, so that the next one is seen as one more. */
function counted(now: string, controllerUp: string): string {
  return `${now}\nor on (pipeline) 0 * ${runs}\nor on (pipeline) (0 * ${known} and on () ${controllerUp})`;
}

function before(record: string): string {
  return `last_over_time(${record}[1h])`;
}
