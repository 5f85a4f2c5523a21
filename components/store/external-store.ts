import * as pulumi from "@pulumi/pulumi";
import { requireSecret, type Secrets } from "../../src/settings/secrets";
import type { S3Settings } from "../../src/settings/object-store";
import type { Bucket, BucketCredentials, ObjectStoreBuckets } from "./object-store";

/** Arguments of {@link ExternalStore}. */
export interface ExternalStoreArgs {
  /** Settings of the store. */
  readonly settings: S3Settings;
  /** Secrets that the settings name. */
  readonly secrets: Secrets;
}

/** Existing buckets of any S3-compatible server. */
export class ExternalStore extends pulumi.ComponentResource {
  /** The buckets. */
  readonly buckets: ObjectStoreBuckets;

  constructor(
    name: string,
    { settings, secrets }: ExternalStoreArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(
      "tapctl:index:ExternalStore",
      name,
      { endpoint: settings.endpoint, bucket: settings.bucket },
      opts,
    );
    const credentials = credentialsOf(settings, secrets);
    const bucket = (bucketName: string): Bucket => ({
      name: bucketName,
      endpoint: settings.endpoint,
      ...(settings.region !== undefined && { region: settings.region }),
      insecure: settings.insecure,
      credentials,
      ...(settings.addressing !== undefined && { addressing: settings.addressing }),
    });
    this.buckets = {
      singer: bucket(settings.bucket),
      artifacts: bucket(settings.artifactsBucket ?? settings.bucket),
    };
    this.registerOutputs({ bucket: settings.bucket });
  }
}

function credentialsOf({ credentials }: S3Settings, secrets: Secrets): BucketCredentials {
  if (credentials === "ambient") return "ambient";
  return {
    accessKey: requireSecret(secrets, credentials.accessKey),
    secretKey: requireSecret(secrets, credentials.secretKey),
  };
}
