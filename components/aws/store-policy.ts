import { stateKey } from "../../src/store/keys";
import { bucketArn, serviceHost } from "../../src/manifests/aws/arns";
import { policy, type PolicyDocument, type Statement } from "./policy-document";

/** Whose policy it is, and for which bucket. */
export interface StoreAccess {
  /** Name of the bucket. */
  readonly bucket: string;
  /** Region of the bucket. */
  readonly region: string;
  /** ARN of the key that its objects are encrypted with. Default: a key of S3 itself, which needs no rights. */
  readonly kmsKey?: string;
  /** The one pipeline that it is for. Default: all of them, the smoke test and other Workflows. */
  readonly pipeline?: {
    readonly name: string;
    /** The name it had before, whose state it reads. */
    readonly formerName?: string;
  };
}

interface Keys {
  /** Keys that are read, with `*` for any text. */
  readonly read: readonly string[];
  /** Keys that are written as well. */
  readonly written: readonly string[];
}

/**
 * Stands for nothing in parameters of runs: as the name of a pipeline, where there is no former name, and as a whole key,
 * where no state or catalog is given. Argo asks for such an object all the same, and only who may read it is told that it
 * is not there; to others S3 answers 403, of which every run would fail. Source: src/manifests/argo/parameters.ts.
 */
const NONE = "none";

/**
 * What the pods of pipelines may do with the bucket: read and write objects by their keys. They may delete nothing, as
 * they never do; what they replace stays as an older version.
 *
 * Any key may be listed: for an object that is not there S3 answers 404 only to those who may, and 403, which Argo
 * takes for a failure, to others. A condition on the prefix would not hold for that answer. So names of objects are no
 * secret between pipelines; their contents are.
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
  written: ["state/*", "runs/*", "smoke-test/*", "artifacts/*"],
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
    written: [`state/${name}/*`, `runs/${name}/*`],
  };
}

/** The key may be used through S3 alone. */
function useKey(kmsKey: string, region: string): Statement {
  return {
    Sid: "UseKey",
    Effect: "Allow",
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: kmsKey,
    Condition: { StringEquals: { "kms:ViaService": serviceHost("s3", region) } },
  };
}
