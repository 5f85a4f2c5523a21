import { MANAGED } from "../namespace-labels";
import { pipelineAlerts, storeAlerts, type Alert, type AlertOptions } from "./alerts";
import { recordingRules } from "./recorded";
import { CONTROLLER_JOB, type MonitoringPlace } from "./scrape";

/** What the rules depend on. */
export interface RuleOptions extends AlertOptions {
  /** Labels of every alert beside `severity`. */
  readonly alertLabels: { readonly [name: string]: string };
  /** Address or path of the runbook. */
  readonly runbook: string;
  /** Whether this stack runs MinIO. */
  readonly minio: boolean;
}

const CONTROLLER_UP = `up{job="${CONTROLLER_JOB}"} == 1`;

/** Groups of rules, as a file of Prometheus has them. */
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

/** The Prometheus operator's object for the rules: the same whatever pipelines there are. */
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
