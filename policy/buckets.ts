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

/** Type tokens of `@pulumi/aws` 6 and 7, written out so that a stack without AWS does not need the package. */
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

/** Rejects ACLs, bucket policies and MinIO policies that grant access to everyone. */
export const privateBuckets: ResourcePolicy<None> = {
  name: "buckets-private",
  description: "S3 and MinIO buckets are private.",
  level: "mandatory",
  scope: "resource",
  settings: {},
  check: (resource) => {
    const { type, props } = resource;
    if (BUCKETS.includes(type) || ACLS.includes(type))
      return isPublicAcl(props["acl"])
        ? [`acl "${wordsOf(props["acl"])}" makes the bucket public`]
        : [];
    if (type === BLOCK)
      return BLOCKED.filter((name) => props[name] !== true && props[name] !== UNKNOWN).map(
        (name) => `${name} must be true`,
      );
    if (type === POLICY)
      return statements(props["policy"])
        .filter(isForAll)
        .map(
          ({ Sid }) =>
            `policy statement "${textOf(Sid) ?? "without Sid"}" grants access to everyone`,
        );
    return kindOf(resource) === "Release" ? minioBuckets(objectOf(props["values"])) : [];
  },
};

/** Requires explicit resources that keep each S3 bucket private and encrypted, because account defaults may change. */
export const guardedBuckets: StackPolicy<None> = {
  name: "buckets-guarded",
  description: "Each S3 bucket has its own public access block and encryption configuration.",
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

/** Compares dependencies first: in a preview the bucket's name may be unknown. */
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
      `values.buckets: bucket "${textOf(name) ?? ""}" has the policy "${wordsOf(policy)}", which makes it public; set "none"`,
  );
}
