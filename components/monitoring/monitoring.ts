import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { monitoringObjects, type Monitored } from "../../src/manifests/stack/monitoring-objects";

/** Arguments of {@link Monitoring}. */
export type MonitoringArgs = Monitored;

/**
 * Objects with which Prometheus and Grafana monitor the pipelines. They do not name pipelines, so
 * adding a pipeline does not change them.
 */
export class Monitoring extends pulumi.ComponentResource {
  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("tapctl:index:Monitoring", name, {}, opts);
    const parent = { parent: this };
    const { serviceMonitors, rule, dashboard } = monitoringObjects(args);
    for (const serviceMonitor of serviceMonitors)
      new CustomResource(`${name}-${serviceMonitor.metadata.name}`, serviceMonitor, parent);
    new CustomResource(name, rule, parent);
    new ConfigMap(name, dashboard, parent);
    this.registerOutputs({ namespace: args.namespace });
  }
}
