import { MANAGED } from "../namespace-labels";

/**
 * Label `job` of the controller's metrics. If Argo is installed outside of this stack, its scrape
 * configuration must use the same value.
 */
export const CONTROLLER_JOB = "workflow-controller";
/** Label `job` of MinIO's metrics. */
export const STORE_JOB = "minio";

/** A service that exports metrics. */
export interface ScrapeTarget {
  /** Label `job`, by which the rules select the metrics; also the name of the object. */
  readonly job: string;
  /** Namespace of the service. */
  readonly namespace: string;
  /** Labels of the service. */
  readonly service: { readonly [name: string]: string };
  /** Name of the port. */
  readonly port: string;
  /** Path of the metrics. */
  readonly path: string;
}

/** Namespace and labels of monitoring objects, by which the Prometheus operator selects them. */
export interface MonitoringPlace {
  /** Namespace of the object. */
  readonly namespace: string;
  /** Labels in addition to those of the stack. */
  readonly labels: { readonly [name: string]: string };
}

/**
 * The controller that this stack installs.
 * Source: argo-helm, chart argo-workflows 1.0.18, templates/controller/workflow-controller-service.yaml.
 */
export function controllerTarget(namespace: string): ScrapeTarget {
  return {
    job: CONTROLLER_JOB,
    namespace,
    service: {
      "app.kubernetes.io/instance": "argo-workflows",
      "app.kubernetes.io/component": "workflow-controller",
    },
    port: "metrics",
    path: "/metrics",
  };
}

/**
 * The MinIO that this stack installs. Its metrics need no token
 * (`MINIO_PROMETHEUS_AUTH_TYPE=public`, set by the chart) and contain no object names; the network
 * policy controls access.
 * Source: charts.min.io, chart minio 5.4.0, templates/service.yaml.
 */
export function storeTarget(namespace: string): ScrapeTarget {
  return {
    job: STORE_JOB,
    namespace,
    service: { release: "minio", monitoring: "true" },
    port: "http",
    path: "/minio/v2/metrics/cluster",
  };
}

/**
 * A ServiceMonitor of the Prometheus operator: each pod of the service is scraped twice a minute.
 */
export function serviceMonitor(
  { job, namespace, service, port, path }: ScrapeTarget,
  place: MonitoringPlace,
) {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: { name: job, namespace: place.namespace, labels: { ...MANAGED, ...place.labels } },
    spec: {
      namespaceSelector: { matchNames: [namespace] },
      selector: { matchLabels: { ...service } },
      endpoints: [
        { port, path, interval: "30s", relabelings: [{ targetLabel: "job", replacement: job }] },
      ],
    },
  };
}
