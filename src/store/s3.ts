import type { PutObjectCommandInput } from "@aws-sdk/client-s3";
import { createReadStream, createWriteStream } from "node:fs";
import { access as accessFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { UserError } from "../common/errors";
import { folderError, isFileError } from "./folder-errors";
import { placeAt } from "./folder-files";
import { checkKey, checkPrefix, ObjectStore, StoredObject } from "./object-store";
import { LoadedS3, loadS3, S3Access, S3Location, s3Url } from "./s3-client";
import { isNoSuchKey, isTaken, s3Attempts, s3Error } from "./s3-errors";

const SMALL_REQUEST_MS = 10_000;
const DELETES_AT_ONCE = 16;

/** Result of a conditional write. */
type Claim = "made" | "taken" | "perhaps ours";

/**
 * An S3 bucket as an object store. The SDK is loaded by the first request. A server that cannot be
 * reached is reported within about ten seconds; the transfer of a file only has to keep moving.
 */
export function openS3(location: S3Location, access: S3Access = {}): ObjectStore {
  const Bucket = location.bucket;
  const root = location.prefix === undefined ? "" : `${checkKey(location.prefix)}/`;
  const url = access.shown ?? s3Url(location);
  const server = location.endpoint ?? "AWS S3";
  const keyOf = (key: string): string => root + checkKey(key);
  const soon = (): { abortSignal: AbortSignal } => ({
    abortSignal: AbortSignal.timeout(SMALL_REQUEST_MS),
  });

  let loaded: LoadedS3 | undefined;
  const ask = async <T>(doing: string, request: (s3: LoadedS3) => Promise<T>): Promise<T> => {
    try {
      return await request((loaded ??= loadS3(location, access)));
    } catch (error) {
      throw s3Error(error, url, server, doing);
    }
  };

  const get = async (key: string): Promise<Buffer | undefined> =>
    ask(`read ${key}`, async ({ sdk, client }) => {
      const answer = await client
        .send(new sdk.GetObjectCommand({ Bucket, Key: keyOf(key) }), soon())
        .catch(absent);
      return answer && Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
    });

  /** The length is given because the SDK finds none in an empty text and warns about it. */
  const objectOf = (key: string, Body: Buffer | string): PutObjectCommandInput => ({
    Bucket,
    Key: keyOf(key),
    Body,
    ContentLength: Buffer.byteLength(Body),
  });

  const claim = async (key: string, body: Buffer | string): Promise<Claim> =>
    ask(`write ${key}`, async ({ sdk, client }) => {
      try {
        await client.send(
          new sdk.PutObjectCommand({ ...objectOf(key, body), IfNoneMatch: "*" }),
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

  let conditionsHold = false;
  const checkConditionsHold = async (key: string, body: Buffer | string): Promise<void> => {
    if (!conditionsHold && (await claim(key, body)) === "made") {
      throw new UserError(
        `Cannot use ${url}: ${server} ignores "If-None-Match", so two runs of a pipeline could start at once.`,
        {
          fix: "Use AWS S3, a current MinIO or another server with conditional writes, or a folder.",
        },
      );
    }
    conditionsHold = true;
  };

  const remove = async (key: string): Promise<void> =>
    ask(`delete ${key}`, async ({ sdk, client }) => {
      await client.send(new sdk.DeleteObjectCommand({ Bucket, Key: keyOf(key) }), soon());
    });

  /** Everything below a prefix or, with a delimiter, one level of it, page by page. */
  const listing = async (prefix: string, Delimiter?: string): Promise<Listing> =>
    ask(`list ${prefix || "keys"}`, async ({ sdk, client }) => {
      const request = {
        Bucket,
        Prefix: root + checkPrefix(prefix),
        ...(Delimiter !== undefined && { Delimiter }),
      };
      const objects: StoredObject[] = [];
      const folders: string[] = [];
      for await (const answer of sdk.paginateListObjectsV2({ client }, request, soon())) {
        for (const { Key = "", Size = 0, LastModified = new Date(0) } of answer.Contents ?? []) {
          objects.push({ key: Key.slice(root.length), size: Size, modified: LastModified });
        }
        folders.push(
          ...(answer.CommonPrefixes ?? []).map((common) =>
            (common.Prefix ?? "").slice(request.Prefix.length, -1),
          ),
        );
      }
      return { objects: objects.sort((a, b) => (a.key < b.key ? -1 : 1)), folders: folders.sort() };
    });

  return {
    url,
    localPath: () => undefined,
    get,
    put: async (key, body) =>
      ask(`write ${key}`, async ({ sdk, client }) => {
        await client.send(new sdk.PutObjectCommand(objectOf(key, body)), soon());
      }),
    putIfAbsent: async (key, body) => {
      const claimed = await claim(key, body);
      if (claimed === "made") {
        await checkConditionsHold(key, body);
      }
      // A request repeated after a lost answer finds the key taken by its own first attempt.
      return (
        claimed === "made" ||
        (claimed === "perhaps ours" && (await get(key))?.equals(Buffer.from(body)) === true)
      );
    },
    delete: remove,
    deleteFolder: async (prefix) => {
      const keys = (await listing(prefix)).objects.map((object) => object.key);
      // One by one, because not every S3 server takes the bulk request.
      for (let start = 0; start < keys.length; start += DELETES_AT_ONCE) {
        await Promise.all(keys.slice(start, start + DELETES_AT_ONCE).map(remove));
      }
    },
    list: async (prefix) => (await listing(prefix)).objects,
    listFolders: async (prefix) => (await listing(prefix, "/")).folders,
    uploadFile: async (key, path, signal) => {
      await onDisk(path, "read", () => accessFile(path));
      const { Upload } = await import("@aws-sdk/lib-storage");
      await ask(`write ${key}`, async ({ client }) => {
        const upload = new Upload({
          client,
          params: { Bucket, Key: keyOf(key), Body: createReadStream(path) },
        });
        const abort = () => void upload.abort();
        signal?.throwIfAborted();
        signal?.addEventListener("abort", abort);
        await upload.done().finally(() => signal?.removeEventListener("abort", abort));
      });
    },
    downloadFile: async (key, path) =>
      ask(`read ${key}`, async ({ sdk, client }) => {
        const answer = await client
          .send(new sdk.GetObjectCommand({ Bucket, Key: keyOf(key) }))
          .catch(absent);
        if (answer === undefined) {
          return false;
        }
        const body = answer.Body as Readable;
        await onDisk(path, "write", () =>
          placeAt(path, (partial) => pipeline(body, createWriteStream(partial))),
        );
        return true;
      }),
  };
}

/** Whether a bucket keeps old versions of its objects. */
export async function isVersioned(location: S3Location, access: S3Access = {}): Promise<boolean> {
  try {
    const { sdk, client } = loadS3(location, access);
    const { Status } = await client.send(
      new sdk.GetBucketVersioningCommand({ Bucket: location.bucket }),
      { abortSignal: AbortSignal.timeout(SMALL_REQUEST_MS) },
    );
    return Status === "Enabled";
  } catch (error) {
    throw s3Error(
      error,
      access.shown ?? s3Url(location),
      location.endpoint ?? "AWS S3",
      "read the versioning",
    );
  }
}

interface Listing {
  readonly objects: readonly StoredObject[];
  readonly folders: readonly string[];
}

function absent(error: unknown): undefined {
  if (!isNoSuchKey(error)) {
    throw error;
  }
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
