import type { Chart } from "../../settings/argo";
import type { MinioSettings } from "../../settings/object-store";
import type { CheckedSettings } from "../../settings/schema";
import { ARGO_RELEASE, argoValues } from "../charts/argo-values";
import { minioValues } from "../charts/minio-values";
import type { Values } from "../charts/values";

/** An installation of a chart. */
export interface ChartRelease {
  /**
   * Fixed name of the release, because Helm refuses objects with another release's name, such as
   * CRDs that were kept.
   */
  readonly releaseName: string;
  /** Namespace, which exists. */
  readonly namespace: string;
  /** The chart. */
  readonly chart: Chart;
  /** Chart values. They show in previews and must not contain secrets. */
  readonly values: Values;
}

/** Argo Workflows. */
export function argoRelease(
  settings: CheckedSettings["argo"],
  workflowNamespace: string,
): ChartRelease {
  return {
    releaseName: ARGO_RELEASE,
    namespace: settings.namespace,
    chart: settings.chart,
    values: argoValues(settings, { workflowNamespace }),
  };
}

/** MinIO. */
export function minioRelease(settings: MinioSettings): ChartRelease {
  return {
    releaseName: "minio",
    namespace: settings.namespace,
    chart: settings.chart,
    values: minioValues(settings),
  };
}
