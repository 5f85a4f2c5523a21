import type * as pulumi from "@pulumi/pulumi";
import type { PipelineEntry } from "../../src/model/define";
import type { AwsStoreSettings } from "../../src/settings/aws";
import { defaultClusterSettings } from "../../src/manifests/argo/cluster-settings";
import type { PodIdentity } from "../cloud";
import { accountOf, METADATA_SERVICE, podAccounts } from "../../src/manifests/aws/pod-accounts";
import type { StoreAccess } from "./store-policy";
import { WorkloadIdentity } from "./workload-identity";

/** Arguments of {@link podIdentity}. */
export interface PodIdentityArgs {
  /** The bucket, and how pods get access to it. */
  readonly store: AwsStoreSettings;
  /** Region of the bucket. */
  readonly region: string;
  /** Namespace of the pipelines. */
  readonly namespace: string;
  /** Entries of the array. */
  readonly pipelines: readonly PipelineEntry[];
}

/**
 * Name of the role that all pipelines share. Names of pipelines have no underscore, so it cannot
 * collide with the role of one.
 */
const SHARED = "all_pipelines";

/**
 * Gives the pods of pipelines their roles, and blocks connectors from using these roles and the
 * role of the node.
 */
export function podIdentity(
  { store, region, namespace, pipelines }: PodIdentityArgs,
  opts: pulumi.ComponentResourceOptions,
): PodIdentity {
  const own = pipelines.filter(({ role }) => role === "own");
  const identity = (name: string, account: string, pipeline?: StoreAccess["pipeline"]) => {
    const access = {
      bucket: store.bucket,
      region,
      ...(store.kmsKey !== undefined && { kmsKey: store.kmsKey }),
      ...(pipeline && { pipeline }),
    };
    return [
      account,
      new WorkloadIdentity(
        name,
        { settings: store.identity, serviceAccount: { namespace, name: account }, access },
        opts,
      ).annotations,
    ] as const;
  };
  const annotations = [
    identity(SHARED, defaultClusterSettings.serviceAccount),
    ...own.map((entry) => identity(entry.name, accountOf(entry), entry)),
  ];
  return {
    ...podAccounts(pipelines),
    accountAnnotations: Object.fromEntries(annotations),
    blockedNetworks: METADATA_SERVICE,
  };
}
