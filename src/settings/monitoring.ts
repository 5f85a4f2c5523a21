import { z } from "zod";
import { objectName, text } from "./values";

const labels = z.record(z.string(), z.string()).readonly();

/** How the cluster's Prometheus and Grafana look after the pipelines. */
const monitoringObject = z
  .strictObject({
    /** Labels of ServiceMonitors and rules, where the Prometheus operator selects by some, such as `{ release: "kube-prometheus-stack" }`. */
    labels: labels.default({}),
    /** Namespace of Prometheus, whose pods may then reach MinIO's metrics. */
    prometheusNamespace: objectName.default("monitoring"),
    /** Labels of every alert, by which Alertmanager finds whom to tell, such as `{ team: "data" }`. */
    alertLabels: labels.default({}),
    /** How many runs in a row have to fail before somebody is told. */
    failuresInARow: z.int().min(1).max(100).default(3),
    /** Percentage of MinIO's space that has to be free. */
    freeSpacePercent: z.int().min(1).max(90).default(10),
    /** Where the runbook is read; the section's name is put after it. Default: its place in this project. */
    runbook: text.default("docs/runbook.md"),
    /** Grafana's folder for the dashboard. Default: where its sidecar puts what names none. */
    grafanaFolder: text.exactOptional(),
  })
  .readonly();

/** False for none; true for one with all defaults. */
export const monitoringSettings = z
  .union([z.boolean(), monitoringObject])
  .default(false)
  .transform((value) => (value === true ? monitoringObject.parse({}) : value));

/** Settings of monitoring. */
export type MonitoringSettings = z.infer<typeof monitoringObject>;
