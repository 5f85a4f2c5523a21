import { stateKey, undeliveredKey } from "../../src/store/keys";
import { bucketArn, serviceHost } from "../../src/manifests/aws/arns";
import { policy, type PolicyDocument, type Statement } from "./policy-document";

/** Bucket and pipeline of a policy. */
export interface StoreAccess {
  /** Name of the bucket. */
  readonly bucket: string;
  /** Region of the bucket. */
  readonly region: string;
  /** ARN of the KMS key of the bucket. Default: a key of S3, which needs no permissions. */
  readonly kmsKey?: string;
  /** Pipeline that gets access. Default: all pipelines, the smoke test and other Workflows. */
  readonly pipeline?: {
    readonly name: string;
    /** Former name, whose state it reads. */
    readonly formerName?: string;
  };
}

interface Keys {
  /** Keys that it reads; `*` matches any text. */
  readonly read: readonly string[];
  /** Keys that it also writes. */
  readonly written: readonly string[];
}

/**
 * Placeholder for an absent value in run parameters: for the former name of a pipeline, and for the
 * key of a state or catalog. Argo requests the object anyway, and S3 answers 404 only to those who
 * may read it; to others it answers 403, which would fail every run. Source:
 * src/manifests/argo/parameters.ts.
 */
const NONE = "none";

/**
 * Permissions of pipeline pods on the bucket: reading and writing objects by key. They never delete
 * objects; replaced objects are kept as old versions.
 *
 * Listing is allowed for all keys: for an object that does not exist, S3 answers 404 only to those
 * who may list, and otherwise 403, which Argo treats as a failure. A condition on the prefix does
 * not apply to that answer. Pipelines can therefore see each other's object names, but not their
 * contents.
 */
export function storePolicy({ bucket, region, kmsKey, pipeline }: StoreAccess): PolicyDocument {
  const arn = bucketArn(bucket, region);
  const { read, written } = pipeline ? keysOf(pipeline) : allKeys;
  const objects = (keys: readonly string[]) => keys.map((key) => `${arn}/${key}`);
  return policy(
    {
      Sid: "FindObjects",
      Effect: "Allow",
      Action: ["s3:ListBucket", "s3:GetBucketLocation"],
      Resource: arn,
    },
    {
      Sid: "ReadObjects",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: objects([...written, ...read]),
    },
    {
      Sid: "WriteObjects",
      Effect: "Allow",
      Action: ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
      Resource: objects(written),
    },
    ...(kmsKey === undefined ? [] : [useKey(kmsKey, region)]),
  );
}

const allKeys: Keys = {
  read: [NONE, "requests/*", "configs/*"],
  written: [
    ...["state/*", "schemas/*", "runs/*", "catalogs/*", "notifications/*"],
    ...["smoke-test/*", "artifacts/*"],
  ],
};

function keysOf({ name, formerName }: NonNullable<StoreAccess["pipeline"]>): Keys {
  return {
    read: [
      NONE,
      `requests/${name}/*`,
      `configs/${name}/*`,
      `state/${NONE}/*`,
      ...(formerName === undefined ? [] : [stateKey(formerName)]),
    ],
    written: [
      ...[`state/${name}/*`, `schemas/${name}/*`, `runs/${name}/*`, `catalogs/${name}/*`],
      undeliveredKey(name),
    ],
  };
}

/** Permission to use the key through S3 only. */
function useKey(kmsKey: string, region: string): Statement {
  return {
    Sid: "UseKey",
    Effect: "Allow",
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: kmsKey,
    Condition: { StringEquals: { "kms:ViaService": serviceHost("s3", region) } },
  };
}
