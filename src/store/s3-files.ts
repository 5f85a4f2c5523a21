import { createReadStream, createWriteStream } from "node:fs";
import { access as accessFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { folderError, isFileError } from "./folder-errors";
import { placeAt } from "./folder-files";
import type { S3Bucket } from "./s3-bucket";
import { absent } from "./s3-objects";

/** Stores a local file of any size. `signal` aborts it. */
export async function uploadFile(
  bucket: S3Bucket,
  key: string,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  await onDisk(path, "read", () => accessFile(path));
  const { Upload } = await import("@aws-sdk/lib-storage");
  await bucket.ask(`write ${key}`, async ({ client }) => {
    const upload = new Upload({
      client,
      params: { Bucket: bucket.name, Key: bucket.keyOf(key), Body: createReadStream(path) },
    });
    const abort = () => void upload.abort();
    signal?.throwIfAborted();
    signal?.addEventListener("abort", abort);
    await upload.done().finally(() => signal?.removeEventListener("abort", abort));
  });
}

/** Copies an object to a local file; returns false if the object does not exist. */
export async function downloadFile(bucket: S3Bucket, key: string, path: string): Promise<boolean> {
  return bucket.ask(`read ${key}`, async ({ sdk, client }) => {
    const answer = await client
      .send(new sdk.GetObjectCommand({ Bucket: bucket.name, Key: bucket.keyOf(key) }))
      .catch(absent);
    if (answer === undefined) {
      return false;
    }
    const body = answer.Body as Readable;
    await onDisk(path, "write", () =>
      placeAt(path, (partial) => pipeline(body, createWriteStream(partial))),
    );
    return true;
  });
}

/** Explains what the local disk refuses; other errors are the server's. */
async function onDisk(
  path: string,
  verb: "read" | "write",
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw isFileError(error) ? folderError(error, dirname(path), `${verb} ${path}`) : error;
  }
}
