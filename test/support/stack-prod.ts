import type { RecordOptions } from "./record";
import { configOf } from "./stack";

/** The account of Pulumi.prod.yaml. */
export const ACCOUNT = "123456789012";

const REGISTRY = `${ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com`;

/** The settings of Pulumi.prod.yaml. */
export const prodConfig = () => configOf("Pulumi.prod.yaml");

/** What AWS and the builder answer to the stack of {@link prodConfig}. */
export const answers = {
  outputs: ({ type, name, inputs }) => ({
    ...(type === "aws:iam/role:Role" && { arn: `arn:aws:iam::${ACCOUNT}:role/${name}` }),
    ...(type === "aws:ecr/repository:Repository" && {
      repositoryUrl: `${REGISTRY}/${(inputs as { readonly name: string }).name}`,
    }),
    ...(type === "docker-build:index:Image" && { digest: `sha256:${"0".repeat(64)}` }),
  }),
  call: ({ token }) => ({
    ...(token.endsWith(":getCallerIdentity") && { accountId: ACCOUNT }),
    ...(token.endsWith(":getAuthorizationToken") && {
      userName: "AWS",
      password: "value-of-the-token",
      proxyEndpoint: `https://${REGISTRY}`,
    }),
  }),
} satisfies RecordOptions;
