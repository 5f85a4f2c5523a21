import { Release } from "@pulumi/kubernetes/helm/v3/release";
import type * as pulumi from "@pulumi/pulumi";
import type { Chart } from "../../src/settings/argo";
import { fromProviders } from "../providers-folder";

/** Arguments of {@link release}. */
export interface ReleaseArgs {
  /** Name of the release: fixed, because Helm refuses what carries another one's name, such as CRDs that were kept. */
  readonly releaseName: string;
  /** Namespace, which is there. */
  readonly namespace: pulumi.Input<string>;
  /** The chart. */
  readonly chart: Chart;
  /** Its values; never a secret, because they show in previews. */
  readonly values: { readonly [name: string]: unknown };
}

/** Seconds that an installation may take, pulling of images included. */
const TIMEOUT_SECONDS = 600;

/**
 * A Helm release that is undone where it fails, so that none is left pending. Releases run the hooks of a chart, by
 * which MinIO's makes its buckets and Argo's installs full CRDs; the provider's charts drop them.
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
