import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { MonitoringSettings } from "../../src/settings/monitoring";
import { dashboardConfigMap } from "../../src/manifests/monitoring/dashboard";
import { prometheusRule } from "../../src/manifests/monitoring/prometheus-rule";
import {
  controllerTarget,
  serviceMonitor,
  storeTarget,
} from "../../src/manifests/monitoring/scrape";

/** Arguments of {@link Monitoring}. */
export interface MonitoringArgs {
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

/**
 * Objects with which Prometheus and Grafana monitor the pipelines. They do not name pipelines, so
 * adding a pipeline does not change them.
 */
export class Monitoring extends pulumi.ComponentResource {
  constructor(
    name: string,
    { settings, namespace, controllerNamespace, storeNamespace }: MonitoringArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("tapctl:index:Monitoring", name, {}, opts);
    const parent = { parent: this };
    const place = { namespace, labels: settings.labels };
    const minio = storeNamespace !== undefined;
    const targets = [
      ...(controllerNamespace === undefined ? [] : [controllerTarget(controllerNamespace)]),
      ...(minio ? [storeTarget(storeNamespace)] : []),
    ];
    for (const target of targets)
      new CustomResource(`${name}-${target.job}`, serviceMonitor(target, place), parent);
    new CustomResource(name, prometheusRule({ ...settings, minio }, place), parent);
    const { grafanaFolder } = settings;
    new ConfigMap(
      name,
      dashboardConfigMap(
        { ...settings, minio },
        { namespace, ...(grafanaFolder !== undefined && { grafanaFolder }) },
      ),
      parent,
    );
    this.registerOutputs({ namespace });
  }
}
