import type { MonitoringSettings } from "../../settings/monitoring";
import { dashboardConfigMap } from "../monitoring/dashboard";
import { prometheusRule } from "../monitoring/prometheus-rule";
import { controllerTarget, serviceMonitor, storeTarget } from "../monitoring/scrape";
import type { CheckedSettings } from "../../settings/schema";

/** What is monitored, and how. */
export interface Monitored {
  /** Alert thresholds, and where the Prometheus operator and Grafana find the objects. */
  readonly settings: MonitoringSettings;
  /** Namespace of the objects, that of the pipelines. */
  readonly namespace: string;
  /**
   * Namespace of Argo's controller. Default: the controller belongs to another stack, which
   * monitors it.
   */
  readonly controllerNamespace?: string;
  /** Namespace of MinIO. Default: the object store is not a MinIO of this stack. */
  readonly storeNamespace?: string;
}

/** What a stack monitors; undefined if it monitors nothing. */
export function monitored({
  namespace,
  argo,
  objectStore: store,
  monitoring,
}: Pick<CheckedSettings, "namespace" | "argo" | "objectStore" | "monitoring">):
  Monitored | undefined {
  if (!monitoring) return undefined;
  return {
    settings: monitoring,
    namespace,
    ...(argo.install && { controllerNamespace: argo.namespace }),
    ...(store.kind === "minio" && { storeNamespace: store.namespace }),
  };
}

/**
 * Objects with which Prometheus and Grafana monitor the pipelines. They do not name pipelines, so
 * adding a pipeline does not change them.
 */
export function monitoringObjects({
  settings,
  namespace,
  controllerNamespace,
  storeNamespace,
}: Monitored) {
  const place = { namespace, labels: settings.labels };
  const minio = storeNamespace !== undefined;
  const targets = [
    ...(controllerNamespace === undefined ? [] : [controllerTarget(controllerNamespace)]),
    ...(minio ? [storeTarget(storeNamespace)] : []),
  ];
  const { grafanaFolder } = settings;
  return {
    serviceMonitors: targets.map((target) => serviceMonitor(target, place)),
    rule: prometheusRule({ ...settings, minio }, place),
    dashboard: dashboardConfigMap(
      { ...settings, minio },
      { namespace, ...(grafanaFolder !== undefined && { grafanaFolder }) },
    ),
  };
}
