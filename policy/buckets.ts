import type { Json, JsonObject } from "../src/model/connector-settings";
import {
  kindOf,
  objectOf,
  objectsOf,
  textOf,
  UNKNOWN,
  wordsOf,
  type Finding,
  type Resource,
  type ResourcePolicy,
  type StackPolicy,
} from "./policy";

/** No settings. */
type None = Record<never, never>;

/** Type tokens of `@pulumi/aws`, versions 6 and 7, by text: a stack without AWS need not have the package. */
const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];
const ACLS = ["aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2"];
const BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const ENCRYPTIONS = [
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
];
const BLOCKED = [
  "blockPublicAcls",
  "blockPublicPolicy",
  "ignorePublicAcls",
  "restrictPublicBuckets",
] as const;

/**
 * Buckets are private: no access is granted to everyone by an ACL, a bucket policy or MinIO's
 * policy.
 */
export const privateBuckets: ResourcePolicy<None> = {
  name: "buckets-private",
  description: "Buckets of S3 and MinIO are not public.",
  level: "mandatory",
  scope: "resource",
  settings: {},
  check: (resource) => {
    const { type, props } = resource;
    if (BUCKETS.includes(type) || ACLS.includes(type))
      return isPublicAcl(props["acl"])
        ? [`acl "${wordsOf(props["acl"])}" opens the bucket to others`]
        : [];
    if (type === BLOCK)
      return BLOCKED.filter((name) => props[name] !== true && props[name] !== UNKNOWN).map(
        (name) => `${name} must be true`,
      );
    if (type === POLICY)
      return statements(props["policy"])
        .filter(isForAll)
        .map(
          ({ Sid }) => `statement "${textOf(Sid) ?? "without Sid"}" of the policy allows everybody`,
        );
    return kindOf(resource) === "Release" ? minioBuckets(objectOf(props["values"])) : [];
  },
};

/** Each bucket of S3 says by resources of its own that it is private and encrypted: what an account has by default may change. */
export const guardedBuckets: StackPolicy<None> = {
  name: "buckets-guarded",
  description: "Each bucket of S3 has a public access block and an encryption of its own.",
  level: "mandatory",
  scope: "stack",
  settings: {},
  check: (resources) =>
    resources
      .filter(({ type }) => BUCKETS.includes(type))
      .flatMap((bucket): readonly Finding[] => {
        const has = (types: readonly string[]) =>
          resources.some((one) => types.includes(one.type) && belongsTo(one, bucket));
        const inline = [
          "serverSideEncryptionConfiguration",
          "serverSideEncryptionConfigurations",
        ].some((name) => isGiven(bucket.props[name]));
        return [
          ...(has([BLOCK])
            ? []
            : [
                {
                  message: `bucket "${bucket.name}" has no BucketPublicAccessBlock`,
                  urn: bucket.urn,
                },
              ]),
          ...(has(ENCRYPTIONS) || inline
            ? []
            : [
                {
                  message: `bucket "${bucket.name}" has no BucketServerSideEncryptionConfiguration`,
                  urn: bucket.urn,
                },
              ]),
        ];
      }),
};

/** By what it depends on where the bucket's name is not known yet, else by that name. */
function belongsTo(one: Resource, bucket: Resource): boolean {
  const name = one.props["bucket"];
  if (one.dependencies.includes(bucket.urn)) return true;
  return (
    name !== undefined &&
    name !== UNKNOWN &&
    (name === bucket.props["bucket"] || name === bucket.props["id"])
  );
}

function isGiven(value: Json | undefined): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
}

function isPublicAcl(acl: Json | undefined): boolean {
  return typeof acl === "string" && /^(?:public-|authenticated-read)/.test(acl);
}

function statements(policy: Json | undefined): readonly JsonObject[] {
  if (typeof policy !== "string" || policy.includes(UNKNOWN)) return [];
  try {
    const { Statement } = objectOf(JSON.parse(policy) as Json);
    return Array.isArray(Statement) ? objectsOf(Statement) : [objectOf(Statement)];
  } catch {
    return [];
  }
}

/** A statement with a condition is accepted: its author restricted it on purpose. */
function isForAll({ Effect, Principal, Condition }: JsonObject): boolean {
  const principals =
    typeof Principal === "string" ? [Principal] : Object.values(objectOf(Principal)).flat();
  return Effect === "Allow" && Condition === undefined && principals.includes("*");
}

function minioBuckets(values: JsonObject): readonly string[] {
  const open = objectsOf(values["buckets"]).filter(
    ({ policy }) => policy !== undefined && policy !== "none" && policy !== UNKNOWN,
  );
  return open.map(
    ({ name, policy }) =>
      `values.buckets: bucket "${textOf(name) ?? ""}" has the policy "${wordsOf(policy)}"; "none" keeps it private`,
  );
}
