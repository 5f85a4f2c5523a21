import type { CloudArgs } from "../../../components/cloud";
import { aws } from "../../../components/aws";
import type { PipelineEntry } from "../../../src/model/define";
import { checkSettings } from "../../../src/settings/load-settings";
import { record, type RecordOptions, type Registration } from "../../support/record";

/** The account in results of lookups. */
export const ACCOUNT = "123456789012";
export const REGION = "eu-central-1";
export const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
export const OIDC = `arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.eks.${REGION}.amazonaws.com/id/0123ABCD`;
export const podIdentity = { kind: "pod-identity", cluster: "etl" };
export const irsa = { kind: "irsa", oidcProvider: OIDC };

/** Settings of a stack on AWS, as its configuration has them. */
export function settingsOf({
  store,
  place,
  ...rest
}: {
  readonly store?: object;
  readonly place?: object;
  readonly [key: string]: unknown;
} = {}): CloudArgs["settings"] {
  return checkSettings(
    {
      objectStore: { kind: "aws", bucket: "etl", identity: podIdentity, ...store },
      aws: { region: REGION, ...place },
      ...rest,
    },
    {},
  );
}

/** A recording and its lookups. */
export interface AwsRecord {
  readonly registrations: readonly Registration[];
  /** Token of each lookup, with its arguments. */
  readonly calls: readonly (readonly [string, object])[];
}

/** Records a program that queries AWS. */
export async function recordAws(
  program: () => unknown,
  options: RecordOptions = {},
): Promise<AwsRecord> {
  const calls: (readonly [string, object])[] = [];
  const registrations = await record(program, {
    outputs: ({ type, name, inputs }) => ({
      ...(type === "aws:iam/role:Role" && {
        arn: `arn:aws:iam::${ACCOUNT}:role/${name}-1a2b3c4`,
        name: `${name}-1a2b3c4`,
      }),
      ...(type === "aws:ecr/repository:Repository" && {
        repositoryUrl: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/${(inputs as { readonly name: string }).name}`,
      }),
      ...(type === "docker-build:index:Image" && { digest: `sha256:${"0".repeat(64)}` }),
    }),
    call: ({ token, inputs }) => {
      calls.push([token, inputs as object]);
      return {
        ...(token === "aws:index/getCallerIdentity:getCallerIdentity" && { accountId: ACCOUNT }),
        ...(token === "aws:ecr/getAuthorizationToken:getAuthorizationToken" && {
          userName: "AWS",
          password: "value-of-the-token",
          proxyEndpoint: `https://${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`,
        }),
        ...(token === "aws:ecr/getRepository:getRepository" && {
          repositoryUrl: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/${(inputs as { readonly name: string }).name}`,
        }),
      };
    },
    ...options,
  });
  return { registrations, calls };
}

/** Records what settings declare on AWS. */
export function declared(
  settings: CloudArgs["settings"],
  {
    pipelines = [],
    repositories = [],
  }: {
    readonly pipelines?: readonly PipelineEntry[];
    readonly repositories?: readonly string[];
  } = {},
): Promise<AwsRecord> {
  return recordAws(() => aws.declare({ settings, pipelines, repositories }));
}

/** Types of registrations, in short: `s3/bucket`. */
export function typesOf(registrations: readonly Registration[]): readonly string[] {
  return registrations.map(({ type }) => type.replace(/^aws:(.*):.*$/, "$1"));
}
