import { PodIdentityAssociation } from "@pulumi/aws/eks/podIdentityAssociation";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import * as pulumi from "@pulumi/pulumi";
import type { IdentitySettings } from "../../src/settings/aws";
import { storePolicy, type StoreAccess } from "./store-policy";
import { irsaTrust, podIdentityTrust, type ServiceAccountName } from "./trust-policy";

/** Path of the roles, so that the deploying user can be limited to it. */
const PATH = "/tapctl/";

/** Arguments of {@link WorkloadIdentity}. */
export interface WorkloadIdentityArgs {
  /** How pods assume the role. */
  readonly settings: IdentitySettings;
  /** Service account of the pods; it may not exist yet. */
  readonly serviceAccount: ServiceAccountName;
  /** What the role gives access to. */
  readonly access: StoreAccess;
}

/**
 * An IAM role for the pods of one service account. It can read and write their objects in the
 * bucket, and nothing else.
 */
export class WorkloadIdentity extends pulumi.ComponentResource {
  /** Annotations for the service account. */
  readonly annotations: { readonly [name: string]: pulumi.Input<string> };

  constructor(
    name: string,
    { settings, serviceAccount, access }: WorkloadIdentityArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("tapctl:aws:WorkloadIdentity", name, { serviceAccount: serviceAccount.name }, opts);
    const parent = { parent: this };
    const { permissionsBoundary } = settings;
    const role = new Role(
      name,
      {
        path: PATH,
        assumeRolePolicy: trust(settings, serviceAccount, access.region, parent),
        description: `Pods of ${serviceAccount.namespace}/${serviceAccount.name}: objects of ${access.bucket}`,
        ...(permissionsBoundary !== undefined && { permissionsBoundary }),
      },
      parent,
    );
    const rights = new RolePolicy(
      name,
      { role: role.name, policy: JSON.stringify(storePolicy(access)) },
      parent,
    );
    if (settings.kind === "pod-identity") {
      new PodIdentityAssociation(
        name,
        {
          clusterName: settings.cluster,
          namespace: serviceAccount.namespace,
          serviceAccount: serviceAccount.name,
          roleArn: role.arn,
        },
        { ...parent, dependsOn: [rights] },
      );
      this.annotations = {};
    } else {
      this.annotations = {
        "eks.amazonaws.com/role-arn": pulumi.all([role.arn, rights.id]).apply(([arn]) => arn),
      };
    }
    this.registerOutputs({ role: role.name });
  }
}

function trust(
  settings: IdentitySettings,
  serviceAccount: ServiceAccountName,
  region: string,
  opts: pulumi.InvokeOptions,
): pulumi.Input<string> {
  if (settings.kind === "irsa")
    return JSON.stringify(irsaTrust(serviceAccount, settings.oidcProvider));
  const { cluster } = settings;
  return getCallerIdentityOutput({}, opts).apply(({ accountId: account }) =>
    JSON.stringify(podIdentityTrust(serviceAccount, { account, region, cluster })),
  );
}
