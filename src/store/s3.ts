import { ObjectStore } from "./object-store";
import { openBucket, type S3Bucket } from "./s3-bucket";
import type { S3Access, S3Location } from "./s3-client";
import { downloadFile, uploadFile } from "./s3-files";
import {
  checkConditions,
  claimObject,
  deleteObject,
  getObject,
  listObjects,
  putObject,
  readVersioning,
} from "./s3-objects";

const DELETES_AT_ONCE = 16;

/**
 * An S3 bucket as an object store. The SDK is loaded by the first request. A server that cannot be
 * reached is reported within about ten seconds; the transfer of a file only has to keep moving.
 */
export function openS3(location: S3Location, access: S3Access = {}): ObjectStore {
  const bucket = openBucket(location, access);
  let conditionsHold = false;
  return {
    url: bucket.url,
    localPath: () => undefined,
    get: async (key) => getObject(bucket, key),
    put: async (key, body) => putObject(bucket, key, body),
    putIfAbsent: async (key, body) => {
      const claim = await claimObject(bucket, key, body);
      if (claim === "made") {
        if (!conditionsHold) await checkConditions(bucket, key, body);
        conditionsHold = true;
      }
      // A request repeated after a lost answer finds the key taken by its own first attempt.
      return (
        claim === "made" ||
        (claim === "perhaps ours" &&
          (await getObject(bucket, key))?.equals(Buffer.from(body)) === true)
      );
    },
    delete: async (key) => deleteObject(bucket, key),
    deleteFolder: async (prefix) => deleteFolder(bucket, prefix),
    list: async (prefix) => (await listObjects(bucket, prefix)).objects,
    listFolders: async (prefix) => (await listObjects(bucket, prefix, "/")).folders,
    uploadFile: async (key, path, signal) => uploadFile(bucket, key, path, signal),
    downloadFile: async (key, path) => downloadFile(bucket, key, path),
  };
}

/** Deletes objects one by one, because not every S3 server supports the bulk request. */
async function deleteFolder(bucket: S3Bucket, prefix: string): Promise<void> {
  const keys = (await listObjects(bucket, prefix)).objects.map((object) => object.key);
  for (let start = 0; start < keys.length; start += DELETES_AT_ONCE) {
    await Promise.all(
      keys.slice(start, start + DELETES_AT_ONCE).map((key) => deleteObject(bucket, key)),
    );
  }
}

/** Whether a bucket keeps old versions of its objects. */
export async function isVersioned(location: S3Location, access: S3Access = {}): Promise<boolean> {
  return readVersioning(openBucket(location, access));
}
