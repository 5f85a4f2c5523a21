/** A recording rule of Prometheus. */
export interface RecordingRule {
  /** Name of the recorded series. */
  readonly record: string;
  /** Expression of the rule. */
  readonly expr: string;
}

/** Prefix of the controller's pipeline metrics. */
const METRIC = "argo_workflows_pipeline";

/** Names of the recorded series: one per pipeline, with only the label `pipeline`. */
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
  slotsAtRisk: "tapctl:pipeline_slots_at_risk",
} as const;

const { known, failuresInARow, failed, succeeded } = RECORDED;
const runs = `sum by (pipeline) (${METRIC}_runs_total)`;
const failedNow = `sum by (pipeline) (${METRIC}_runs_total{status!="Succeeded"})`;
const succeededNow = `sum by (pipeline) (${METRIC}_runs_total{status="Succeeded"})`;

/**
 * Recording rules for the alerts and the dashboard. The controller loses its metrics when it
 * restarts and exports those of a pipeline again only after its next run. Each rule therefore keeps
 * its previous value while the controller has exported the pipeline within the last 7 days. A
 * lookback of one hour bridges an outage of Prometheus.
 *
 * @param controllerUp expression that is true while the controller is scraped and answers.
 */
export function recordingRules(controllerUp: string): readonly RecordingRule[] {
  return [
    {
      record: known,
      expr: `group by (pipeline) (${METRIC}_runs_total or last_over_time(${METRIC}_runs_total[7d:30m]))`,
    },
    // Reads the previous values of the next two rules, so it must come first.
    { record: failuresInARow, expr: failuresExpression() },
    { record: failed, expr: counted(failedNow, controllerUp) },
    { record: succeeded, expr: counted(succeededNow, controllerUp) },
    remembered(RECORDED.lastSuccess, `${METRIC}_last_success_timestamp`),
    remembered(RECORDED.interval, `${METRIC}_interval_seconds`),
    remembered(RECORDED.records, `${METRIC}_records`),
    remembered(RECORDED.state, `${METRIC}_state_timestamp`),
    remembered(RECORDED.duration, `${METRIC}_duration_seconds`),
    remembered(RECORDED.slotsAtRisk, `${METRIC}_slots_at_risk`),
  ];
}

/** The latest reported value. */
function remembered(record: string, metric: string): RecordingRule {
  return {
    record,
    expr: `max by (pipeline) (${metric})\nor on (pipeline) (${before(record)} and on (pipeline) ${known})`,
  };
}

/**
 * Failed runs since the last success: the recorded ones plus new ones, unless a run has succeeded
 * since.
 */
function failuresExpression(): string {
  return [
    `(`,
    `  (${before(failuresInARow)} and on (pipeline) ${known} unless on (pipeline) (${newOnes(succeededNow, succeeded)} > 0))`,
    `  or on (pipeline) 0 * ${known}`,
    `)`,
    `+ on (pipeline) (`,
    `  ${newOnes(failedNow, failed)}`,
    // Failures before the first recording count only if no run ever succeeded.
    `  or on (pipeline) (${failedNow} unless on (pipeline) ${before(failed)} unless on (pipeline) ${succeededNow})`,
    `  or on (pipeline) 0 * ${known}`,
    `)`,
  ].join("\n");
}

/** Increase of a counter since it was recorded; its full value after a reset. */
function newOnes(now: string, record: string): string {
  return `((${now} - on (pipeline) ${before(record)}) >= 0 or on (pipeline) (${now} and on (pipeline) ${before(record)}))`;
}

/**
 * A counter that is 0 instead of absent before it first counts, also after a restart, so that the
 * next failure is an increase.
 */
function counted(now: string, controllerUp: string): string {
  return `${now}\nor on (pipeline) 0 * ${runs}\nor on (pipeline) (0 * ${known} and on () ${controllerUp})`;
}

function before(record: string): string {
  return `last_over_time(${record}[1h])`;
}
