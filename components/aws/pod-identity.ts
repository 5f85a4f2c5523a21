import type * as pulumi from "@pulumi/pulumi";
import type { PipelineEntry } from "../../src/model/define";
import type { AwsStoreSettings } from "../../src/settings/aws";
import { defaultClusterSettings } from "../../src/manifests/argo/cluster-settings";
import type { PodIdentity } from "../cloud";
import { accountOf, podAccounts } from "../../src/manifests/aws/pod-accounts";
import type { StoreAccess } from "./store-policy";
import { WorkloadIdentity } from "./workload-identity";

/** Arguments of {@link podIdentity}. */
export interface PodIdentityArgs {
  /** The bucket, and how pods come by the rights to it. */
  readonly store: AwsStoreSettings;
  /** Region of the bucket. */
  readonly region: string;
  /** Namespace of the pipelines. */
  readonly namespace: string;
  /** The array. */
  readonly pipelines: readonly PipelineEntry[];
}

/** The role of all pipelines; an underscore is in no pipeline's name, and so not in that of another role. */
const SHARED = "all_pipelines";

/** Addresses of the metadata service of EC2, which gives a node's own rights to whoever asks; that of Pod Identity's agent is another one, 169.254.170.23. */
const METADATA_SERVICE: readonly string[] = ["169.254.169.254/32", "fd00:ec2::254/128"];

/** Gives the pods of pipelines their roles, and keeps them, and those of the nodes, from connectors. */
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
