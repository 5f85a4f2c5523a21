import { MANAGED } from "../namespace-labels";
import { pipelineAlerts, storeAlerts, type Alert, type AlertOptions } from "./alerts";
import { recordingRules } from "./recorded";
import { CONTROLLER_JOB, type MonitoringPlace } from "./scrape";

/** Options of the rules. */
export interface RuleOptions extends AlertOptions {
  /** Labels of every alert, in addition to `severity`. */
  readonly alertLabels: { readonly [name: string]: string };
  /** URL or path of the runbook. */
  readonly runbook: string;
  /** Whether the stack runs MinIO. */
  readonly minio: boolean;
}

const CONTROLLER_UP = `up{job="${CONTROLLER_JOB}"} == 1`;

/** Rule groups in the format of a Prometheus rule file. */
export function ruleGroups(options: RuleOptions) {
  const alerts = [
    ...pipelineAlerts(options, CONTROLLER_UP),
    ...(options.minio ? storeAlerts(options) : []),
  ];
  return [
    {
      name: "tapctl-recorded",
      interval: "1m",
      rules: recordingRules(CONTROLLER_UP).map((rule) => ({ ...rule })),
    },
    {
      name: "tapctl-alerts",
      interval: "1m",
      rules: alerts.map((alert) => alertRule(alert, options)),
    },
  ];
}

/** The rules as an object of the Prometheus operator. They do not depend on the array. */
export function prometheusRule(options: Omit<RuleOptions, "namespace">, place: MonitoringPlace) {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: {
      name: "tapctl",
      namespace: place.namespace,
      labels: { ...MANAGED, ...place.labels },
    },
    spec: { groups: ruleGroups({ ...options, namespace: place.namespace }) },
  };
}

function alertRule(
  { name, expr, for: duration, severity, summary, description }: Alert,
  { alertLabels, runbook }: RuleOptions,
) {
  return {
    alert: name,
    expr,
    ...(duration !== "0m" && { for: duration }),
    labels: { ...alertLabels, severity },
    annotations: { summary, description, runbook_url: `${runbook}#${name.toLowerCase()}` },
  };
}
