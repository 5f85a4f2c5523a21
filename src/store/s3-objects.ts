import type { PutObjectCommandInput } from "@aws-sdk/client-s3";
import { UserError } from "../common/errors";
import { checkPrefix, StoredObject } from "./object-store";
import type { S3Bucket } from "./s3-bucket";
import { isNoSuchKey, isTaken, s3Attempts } from "./s3-errors";

const SMALL_REQUEST_MS = 10_000;

/** Result of a conditional write. */
export type Claim = "made" | "taken" | "perhaps ours";

/** Objects and folders below a prefix. */
export interface Listing {
  readonly objects: readonly StoredObject[];
  readonly folders: readonly string[];
}

/** Content of an object; undefined if it does not exist. */
export async function getObject(bucket: S3Bucket, key: string): Promise<Buffer | undefined> {
  return bucket.ask(`read ${key}`, async ({ sdk, client }) => {
    const answer = await client
      .send(new sdk.GetObjectCommand({ Bucket: bucket.name, Key: bucket.keyOf(key) }), soon())
      .catch(absent);
    return answer && Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
  });
}

/** Writes or replaces an object. */
export async function putObject(
  bucket: S3Bucket,
  key: string,
  body: Buffer | string,
): Promise<void> {
  return bucket.ask(`write ${key}`, async ({ sdk, client }) => {
    await client.send(new sdk.PutObjectCommand(objectOf(bucket, key, body)), soon());
  });
}

/** Creates an object unless the key exists. */
export async function claimObject(
  bucket: S3Bucket,
  key: string,
  body: Buffer | string,
): Promise<Claim> {
  return bucket.ask(`write ${key}`, async ({ sdk, client }) => {
    try {
      await client.send(
        new sdk.PutObjectCommand({ ...objectOf(bucket, key, body), IfNoneMatch: "*" }),
        soon(),
      );
      return "made";
    } catch (error) {
      if (isTaken(error)) {
        return s3Attempts(error) > 1 ? "perhaps ours" : "taken";
      }
      throw error;
    }
  });
}

/**
 * Claims a key that this process has just created, which fails on a server with conditional writes.
 *
 * @throws UserError if the server ignores the condition.
 */
export async function checkConditions(
  bucket: S3Bucket,
  key: string,
  body: Buffer | string,
): Promise<void> {
  if ((await claimObject(bucket, key, body)) === "made") {
    throw new UserError(
      `Cannot use ${bucket.url}: ${bucket.server} ignores "If-None-Match", so two runs of a pipeline could start at once.`,
      {
        fix: "Use AWS S3, a current MinIO or another server with conditional writes, or a folder.",
      },
    );
  }
}

/** Deletes an object. A missing object is not an error. */
export async function deleteObject(bucket: S3Bucket, key: string): Promise<void> {
  return bucket.ask(`delete ${key}`, async ({ sdk, client }) => {
    await client.send(
      new sdk.DeleteObjectCommand({ Bucket: bucket.name, Key: bucket.keyOf(key) }),
      soon(),
    );
  });
}

/** Everything below a prefix or, with a delimiter, one level of it, page by page. */
export async function listObjects(
  bucket: S3Bucket,
  prefix: string,
  Delimiter?: string,
): Promise<Listing> {
  return bucket.ask(`list ${prefix || "keys"}`, async ({ sdk, client }) => {
    const request = {
      Bucket: bucket.name,
      Prefix: bucket.root + checkPrefix(prefix),
      ...(Delimiter !== undefined && { Delimiter }),
    };
    const objects: StoredObject[] = [];
    const folders: string[] = [];
    for await (const answer of sdk.paginateListObjectsV2({ client }, request, soon())) {
      for (const { Key = "", Size = 0, LastModified = new Date(0) } of answer.Contents ?? []) {
        objects.push({ key: Key.slice(bucket.root.length), size: Size, modified: LastModified });
      }
      folders.push(
        ...(answer.CommonPrefixes ?? []).map((common) =>
          (common.Prefix ?? "").slice(request.Prefix.length, -1),
        ),
      );
    }
    return { objects: objects.sort((a, b) => (a.key < b.key ? -1 : 1)), folders: folders.sort() };
  });
}

/** Whether the bucket keeps old versions of its objects. */
export async function readVersioning(bucket: S3Bucket): Promise<boolean> {
  return bucket.ask("read the versioning", async ({ sdk, client }) => {
    const { Status } = await client.send(
      new sdk.GetBucketVersioningCommand({ Bucket: bucket.name }),
      soon(),
    );
    return Status === "Enabled";
  });
}

/** The length is given because the SDK finds none in an empty text and warns about it. */
function objectOf(bucket: S3Bucket, key: string, Body: Buffer | string): PutObjectCommandInput {
  return {
    Bucket: bucket.name,
    Key: bucket.keyOf(key),
    Body,
    ContentLength: Buffer.byteLength(Body),
  };
}

function soon(): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(SMALL_REQUEST_MS) };
}

/** For `catch`: a missing object is undefined. */
export function absent(error: unknown): undefined {
  if (!isNoSuchKey(error)) {
    throw error;
  }
}
