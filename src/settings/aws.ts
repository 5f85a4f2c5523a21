import { z } from "zod";
import { text } from "./values";

/** An account's number: text, because some begin with a zero. */
const account = z
  .string()
  .regex(/^\d{12}$/, `must be the 12 digits of an account, as text, such as "123456789012"`);

const region = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, `must be a region, such as "eu-central-1"`);

/** Name of a repository in ECR, or of a folder of them. */
const repositoryName = z
  .string()
  .regex(
    /^[a-z0-9]+([._-][a-z0-9]+)*(\/[a-z0-9]+([._-][a-z0-9]+)*)*$/,
    `must be lower-case letters and digits, with single "." "_" "-" or "/" between them, such as "data/tap-postgres"`,
  );

/** The registry of the account. */
const ecr = z
  .strictObject({
    /** What stands before the names of repositories: `tapctl/tap-postgres`. */
    prefix: repositoryName.default("tapctl"),
    /** Repositories that are there already, by image, such as `{"tap-postgres": "shared/tap-postgres"}`: nothing of them is changed. */
    existing: z.record(z.string(), repositoryName).readonly().default({}),
    /** Days from its push after which an image without a tag is deleted; those with one never are. */
    expireUntaggedDays: z.int().min(1).max(3650).default(14),
    /** Whether a repository that nothing needs any more goes though it holds images; else it has to be emptied by hand before `up` goes on. */
    forceDelete: z.boolean().default(true),
  })
  .readonly();

/** AWS: where it is, and whose. */
export const awsSettings = z
  .strictObject({
    /** Region of all that this stack makes or uses. */
    region,
    /** Account that it has to be: another one is refused before anything is made. Default: that of the credentials. */
    account: account.exactOptional(),
    /** Profile of the AWS configuration files. Default: what the environment says. */
    profile: text.exactOptional(),
    /** Tags of all that this stack makes, beside `tapctl:stack`. */
    tags: z.record(text, z.string()).readonly().default({}),
    /** Images go to ECR instead of `registry`. Default: they go to `registry`. */
    ecr: ecr.exactOptional(),
  })
  .readonly();

/** How pods come by the rights to the bucket. */
export const identitySettings = z.discriminatedUnion("kind", [
  z
    .strictObject({
      /** By EKS Pod Identity, whose agent is an add-on of the cluster. */
      kind: z.literal("pod-identity"),
      /** Name of the EKS cluster. */
      cluster: z.string().regex(/^[0-9A-Za-z][\w-]{0,99}$/, `must be the name of an EKS cluster`),
      /** ARN of the policy that bounds the roles. Default: none. */
      permissionsBoundary: text.exactOptional(),
    })
    .readonly(),
  z
    .strictObject({
      /** By IAM roles for ServiceAccounts (IRSA): tokens of the cluster, which IAM trusts. */
      kind: z.literal("irsa"),
      /** ARN of the cluster's identity provider in IAM; the issuer is its end. */
      oidcProvider: z
        .string()
        .regex(
          /^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/\S+$/,
          `must be the ARN of an identity provider, such as "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/0123ABCD"`,
        ),
      /** ARN of the policy that bounds the roles. Default: none. */
      permissionsBoundary: text.exactOptional(),
    })
    .readonly(),
]);

const bucketName = z
  .string()
  .regex(
    /^(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9][a-z0-9-]{1,61}[a-z0-9](?<!-s3alias|--ol-s3|--x-s3)$/,
    `the name of a bucket: 3 to 63 lower-case letters, digits and "-", without "." because TLS does not take it`,
  );

/** A bucket of S3, which this stack makes or which is there. */
export const awsStoreSettings = z
  .strictObject({
    kind: z.literal("aws"),
    /** Bucket of configs, states and runs, and of other Workflows' artifacts under `artifacts/`. */
    bucket: bucketName,
    /** Whether it is there already: then it is used as it is, and its rules are left alone. */
    existing: z.boolean().default(false),
    /** ARN of the KMS key that objects are encrypted with. Default: keys of S3 itself (SSE-S3). */
    kmsKey: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
        `must be the ARN of a key, and not of an alias, such as "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"`,
      )
      .exactOptional(),
    /** Days after which extracts, outputs and logs of runs, and states that runs were given, are deleted; saved states and configs never are. 0: never. */
    expireRunsDays: z.int().min(0).max(3650).default(90),
    /** Whether the bucket is kept from deletion until this is false. */
    protect: z.boolean().default(true),
    /** How pods come by the rights to it. */
    identity: identitySettings,
  })
  .readonly();

/** Settings of AWS. */
export type AwsSettings = z.infer<typeof awsSettings>;
/** Settings of ECR. */
export type EcrSettings = z.infer<typeof ecr>;
/** Settings of a bucket of S3. */
export type AwsStoreSettings = z.infer<typeof awsStoreSettings>;
/** Settings of the pods' rights. */
export type IdentitySettings = z.infer<typeof identitySettings>;
