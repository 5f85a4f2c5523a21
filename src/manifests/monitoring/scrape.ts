import { MANAGED } from "../namespace-labels";

/** Value of the label `job` of the controller's metrics. Who runs Argo apart from this stack gives it to theirs. */
export const CONTROLLER_JOB = "workflow-controller";
/** Value of the label `job` of MinIO's metrics. */
export const STORE_JOB = "minio";

/** Where a service gives metrics. */
export interface ScrapeTarget {
  /** Value of the label `job`, by which the rules know the metrics; also the object's name. */
  readonly job: string;
  /** Namespace of the service. */
  readonly namespace: string;
  /** Labels that the service has. */
  readonly service: { readonly [name: string]: string };
  /** Name of its port. */
  readonly port: string;
  /** Path of the metrics. */
  readonly path: string;
}

/** Where an object lies, and what the Prometheus operator selects it by. */
export interface MonitoringPlace {
  /** Its namespace. */
  readonly namespace: string;
  /** Labels beside those of the stack. */
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
 * MinIO as this stack installs it. Its metrics ask for no token (`MINIO_PROMETHEUS_AUTH_TYPE=public`, set by the chart)
 * and tell no names of objects; the network policy says who reaches them.
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

/** The Prometheus operator's object for a target: each pod of the service is asked twice a minute. */
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
