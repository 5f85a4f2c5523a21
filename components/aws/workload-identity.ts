import { PodIdentityAssociation } from "@pulumi/aws/eks/podIdentityAssociation";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import * as pulumi from "@pulumi/pulumi";
import type { IdentitySettings } from "../../src/settings/aws";
import { storePolicy, type StoreAccess } from "./store-policy";
import { irsaTrust, podIdentityTrust, type ServiceAccountName } from "./trust-policy";

/** Folder of the roles, so that who deploys need have rights to no others. */
const PATH = "/tapctl/";

/** Arguments of {@link WorkloadIdentity}. */
export interface WorkloadIdentityArgs {
  /** How pods come by the role. */
  readonly settings: IdentitySettings;
  /** The pods' ServiceAccount; it need not be there yet. */
  readonly serviceAccount: ServiceAccountName;
  /** What the role may do. */
  readonly access: StoreAccess;
}

/** A role that the pods of one ServiceAccount have: it reads and writes their objects of the bucket, and nothing else. */
export class WorkloadIdentity extends pulumi.ComponentResource {
  /** Annotations that the ServiceAccount needs. */
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
