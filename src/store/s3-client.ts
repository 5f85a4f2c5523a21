import type { S3Client } from "@aws-sdk/client-s3";

/** Location and addressing of an S3 bucket. Credentials come from the AWS SDK's default chain. */
export interface S3Location {
  /** The bucket's name. */
  readonly bucket: string;
  /**
   * Folder in the bucket that holds the store, e.g. `local/team-a`, without slashes at its ends.
   * Default: the bucket's root.
   */
  readonly prefix?: string;
  /** URL of another server than AWS, e.g. `http://127.0.0.1:9000`. Default: AWS. */
  readonly endpoint?: string;
  /**
   * Region, such as `eu-central-1`. Default: the AWS SDK's; with an endpoint and without
   * AWS_REGION, `us-east-1`.
   */
  readonly region?: string;
  /**
   * True for `endpoint/bucket/key`, false for `bucket.endpoint/key`. Default: true with an
   * endpoint, else false.
   */
  readonly pathStyle?: boolean;
}

/** Keys of a bucket. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Access to a bucket. */
export interface S3Access {
  /** Default: the AWS SDK's default chain. */
  readonly credentials?: S3Credentials;
  /** Name of the bucket in messages. Default: its location. */
  readonly shown?: string;
}

/** The SDK's module and a client of it. */
export interface LoadedS3 {
  /** The module, for its command classes. */
  readonly sdk: typeof import("@aws-sdk/client-s3");
  /** A client that gives up on a server that does not answer instead of waiting for ever. */
  readonly client: S3Client;
}

const ATTEMPTS = 3;
const CONNECT_MS = 2_500;
const IDLE_MS = 30_000;

/**
 * Loads the AWS SDK and creates a client. This takes several tenths of a second, so the first
 * request does it. Checksums are sent to AWS; other servers only get them where S3 requires them,
 * because several do not support the newer kinds.
 */
export function loadS3(location: S3Location, { credentials }: S3Access = {}): LoadedS3 {
  // The pinned SDK runs on Node 20. Its warning about future versions is not meant for users of a
  // pipeline.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  // With require: import would read every file of the SDK again to find its exports, which doubles
  // the time.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const sdk = require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3");
  const region =
    location.region ??
    (location.endpoint !== undefined ? (process.env.AWS_REGION ?? "us-east-1") : undefined);
  const client = new sdk.S3Client({
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: IDLE_MS },
    forcePathStyle: location.pathStyle ?? location.endpoint !== undefined,
    ...(region !== undefined && { region }),
    ...(credentials && { credentials }),
    ...(location.endpoint !== undefined && {
      endpoint: location.endpoint,
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    }),
  });
  return { sdk, client };
}

/**
 * The location as text that `openStore` reads again:
 * `s3://bucket/prefix?endpoint=http://127.0.0.1:9000`.
 */
export function s3Url(location: S3Location): string {
  const options = (["endpoint", "region", "pathStyle"] as const)
    .filter((name) => location[name] !== undefined)
    .map((name) => `${name}=${String(location[name])}`);
  const path = [location.bucket, ...(location.prefix === undefined ? [] : [location.prefix])].join(
    "/",
  );
  return `s3://${path}${options.length === 0 ? "" : `?${options.join("&")}`}`;
}
