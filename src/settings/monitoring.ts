import { z } from "zod";
import { objectName, text } from "./values";

const labels = z.record(z.string(), z.string()).readonly();

/** How Prometheus and Grafana monitor the pipelines. */
const monitoringObject = z
  .strictObject({
    /**
     * Labels of ServiceMonitors and rules, for a Prometheus operator that selects by label, such as
     * `{ release: "kube-prometheus-stack" }`. Default: none.
     */
    labels: labels.default({}),
    /** Namespace of Prometheus, whose pods may read MinIO's metrics. Default: `monitoring`. */
    prometheusNamespace: objectName.default("monitoring"),
    /**
     * Labels of every alert, for routing in Alertmanager, such as `{ team: "data" }`. Default:
     * none.
     */
    alertLabels: labels.default({}),
    /** Consecutive failed runs that trigger an alert. Default: 3. */
    failuresInARow: z.int().min(1).max(100).default(3),
    /** Free space of MinIO, in percent, below which an alert is triggered. Default: 10. */
    freeSpacePercent: z.int().min(1).max(90).default(10),
    /**
     * URL or path of the runbook; alerts append the section. Default: the runbook of this project.
     */
    runbook: text.default("docs/runbook.md"),
    /** Grafana folder of the dashboard. Default: the sidecar's default folder. */
    grafanaFolder: text.exactOptional(),
  })
  .readonly();

/** False turns monitoring off; true uses all defaults. */
export const monitoringSettings = z
  .union([z.boolean(), monitoringObject])
  .default(false)
  .transform((value) => (value === true ? monitoringObject.parse({}) : value));

/** Monitoring settings. */
export type MonitoringSettings = z.infer<typeof monitoringObject>;
