import { Release } from "@pulumi/kubernetes/helm/v3/release";
import type * as pulumi from "@pulumi/pulumi";
import type { ChartRelease } from "../../src/manifests/stack/chart-releases";
import { fromProviders } from "../providers-folder";

/** Arguments of {@link release}. */
export interface ReleaseArgs extends Omit<ChartRelease, "namespace"> {
  /** Existing namespace. */
  readonly namespace: pulumi.Input<string>;
}

/** Timeout of an installation in seconds, image pulls included. */
const TIMEOUT_SECONDS = 600;

/**
 * A Helm release that is rolled back if it fails, so that no release stays pending. Releases run
 * the hooks of a chart, with which MinIO's chart creates its buckets and Argo's installs the full
 * CRDs; the provider's `Chart` resources skip hooks.
 */
export function release(
  name: string,
  { releaseName, namespace, chart, values }: ReleaseArgs,
  opts: pulumi.CustomResourceOptions,
): Release {
  return new Release(
    name,
    {
      name: releaseName,
      namespace,
      ...(chart.path === undefined
        ? { chart: chart.name, version: chart.version, repositoryOpts: { repo: chart.repository } }
        : { chart: fromProviders(chart.path) }),
      values: { ...values },
      atomic: true,
      cleanupOnFail: true,
      timeout: TIMEOUT_SECONDS,
      maxHistory: 5,
    },
    {
      ...opts,
      customTimeouts: {
        create: `${TIMEOUT_SECONDS}s`,
        update: `${TIMEOUT_SECONDS}s`,
        delete: `${TIMEOUT_SECONDS}s`,
      },
    },
  );
}
