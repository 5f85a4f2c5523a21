import { issuerOf, partitionOf } from "../../src/manifests/aws/arns";
import { policy, type PolicyDocument } from "./policy-document";

/** A service account in the cluster. */
export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

/** The cluster of an EKS Pod Identity role. */
export interface PodIdentityCluster {
  /** Account of the cluster. */
  readonly account: string;
  /** Region of the cluster. */
  readonly region: string;
  /** Name of the cluster. */
  readonly cluster: string;
}

/**
 * Trust policy for EKS Pod Identity: allows the pods of one service account in one cluster to
 * assume a role.
 * Source: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
 */
export function podIdentityTrust(
  { namespace, name }: ServiceAccountName,
  { account, region, cluster }: PodIdentityCluster,
): PolicyDocument {
  return policy({
    Sid: "PodIdentity",
    Effect: "Allow",
    Principal: { Service: "pods.eks.amazonaws.com" },
    Action: ["sts:AssumeRole", "sts:TagSession"],
    Condition: {
      StringEquals: {
        "aws:RequestTag/eks-cluster-arn": `arn:${partitionOf(region)}:eks:${region}:${account}:cluster/${cluster}`,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": name,
      },
    },
  });
}

/**
 * Trust policy for IRSA: allows one service account to assume a role with its cluster token.
 * Source: https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
 */
export function irsaTrust(
  { namespace, name }: ServiceAccountName,
  oidcProvider: string,
): PolicyDocument {
  const issuer = issuerOf(oidcProvider);
  return policy({
    Sid: "ServiceAccountToken",
    Effect: "Allow",
    Principal: { Federated: oidcProvider },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        [`${issuer}:aud`]: "sts.amazonaws.com",
        [`${issuer}:sub`]: `system:serviceaccount:${namespace}:${name}`,
      },
    },
  });
}
