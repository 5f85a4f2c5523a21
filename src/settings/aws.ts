import { z } from "zod";
import { text } from "./values";

/** Account id, as text because it may start with a zero. */
const account = z
  .string()
  .regex(/^\d{12}$/, `must be the 12 digits of an account id, as text, such as "123456789012"`);

const region = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, `must be a region, such as "eu-central-1"`);

/** Name of an ECR repository, or of a prefix for repositories. */
const repositoryName = z
  .string()
  .regex(
    /^[a-z0-9]+([._-][a-z0-9]+)*(\/[a-z0-9]+([._-][a-z0-9]+)*)*$/,
    `must be lowercase letters and digits, separated by single "." "_" "-" or "/", such as "data/tap-postgres"`,
  );

/** The ECR registry of the account. */
const ecr = z
  .strictObject({
    /** Prefix of repository names, as in `tapctl/tap-postgres`. Default: `tapctl`. */
    prefix: repositoryName.default("tapctl"),
    /**
     * Existing repositories to use, by image, such as `{"tap-postgres": "shared/tap-postgres"}`.
     * They are not changed. Default: none.
     */
    existing: z.record(z.string(), repositoryName).readonly().default({}),
    /**
     * Days after the push until an untagged image is deleted. Tagged images are kept. Default: 14.
     */
    expireUntaggedDays: z.int().min(1).max(3650).default(14),
    /**
     * Whether a repository that is no longer needed is deleted even if it contains images. If
     * false, empty it before the next `up`. Default: true.
     */
    forceDelete: z.boolean().default(true),
  })
  .readonly();

/** AWS region and account, and what is stored there. */
export const awsSettings = z
  .strictObject({
    /** Region of all AWS resources of the stack. */
    region,
    /**
     * Expected account id. Credentials of another account are refused before anything is created.
     * Default: the account of the credentials.
     */
    account: account.exactOptional(),
    /**
     * Profile in the AWS configuration files. Default: the profile or credentials of the
     * environment.
     */
    profile: text.exactOptional(),
    /**
     * Tags of all resources that the stack creates, in addition to `tapctl:stack`. Default: none.
     */
    tags: z.record(text, z.string()).readonly().default({}),
    /** Sends images to ECR. Default: images go to `registry`. */
    ecr: ecr.exactOptional(),
  })
  .readonly();

/** How pods get access to the bucket. */
export const identitySettings = z.discriminatedUnion("kind", [
  z
    .strictObject({
      /** EKS Pod Identity. The cluster needs the Pod Identity Agent add-on. */
      kind: z.literal("pod-identity"),
      /** Name of the EKS cluster. */
      cluster: z.string().regex(/^[0-9A-Za-z][\w-]{0,99}$/, `must be the name of an EKS cluster`),
      /** ARN of the permissions boundary of the roles. Default: none. */
      permissionsBoundary: text.exactOptional(),
    })
    .readonly(),
  z
    .strictObject({
      /** IAM roles for service accounts (IRSA): tokens of the cluster that IAM trusts. */
      kind: z.literal("irsa"),
      /** ARN of the cluster's OIDC provider in IAM. It ends with the issuer. */
      oidcProvider: z
        .string()
        .regex(
          /^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/\S+$/,
          `must be the ARN of an OIDC provider, such as "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/0123ABCD"`,
        ),
      /** ARN of the permissions boundary of the roles. Default: none. */
      permissionsBoundary: text.exactOptional(),
    })
    .readonly(),
]);

const bucketName = z
  .string()
  .regex(
    /^(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9][a-z0-9-]{1,61}[a-z0-9](?<!-s3alias|--ol-s3|--x-s3)$/,
    `must be a bucket name: 3 to 63 lowercase letters, digits and "-"; "." does not work with TLS`,
  );

/** S3 bucket, created by the stack or existing. */
export const awsStoreSettings = z
  .strictObject({
    kind: z.literal("aws"),
    /** Bucket of configs, states and runs, and of other Workflows' artifacts under `artifacts/`. */
    bucket: bucketName,
    /**
     * Whether the bucket already exists. If true, the stack uses it and does not change its rules.
     * Default: false.
     */
    existing: z.boolean().default(false),
    /** ARN of the KMS key that encrypts objects. Default: keys managed by S3 (SSE-S3). */
    kmsKey: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
        `must be the ARN of a key, not of an alias, such as "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"`,
      )
      .exactOptional(),
    /**
     * Days until extracts, outputs, logs and requested states of runs are deleted; 0 keeps them.
     * Saved states and configs are always kept. Default: 90.
     */
    expireRunsDays: z.int().min(0).max(3650).default(90),
    /** Whether the bucket is protected from deletion. Default: true. */
    protect: z.boolean().default(true),
    /** How pods get access to the bucket. */
    identity: identitySettings,
  })
  .readonly();

/** AWS settings. */
export type AwsSettings = z.infer<typeof awsSettings>;
/** ECR settings. */
export type EcrSettings = z.infer<typeof ecr>;
/** Settings of an S3 bucket. */
export type AwsStoreSettings = z.infer<typeof awsStoreSettings>;
/** Settings of pod access. */
export type IdentitySettings = z.infer<typeof identitySettings>;
