import { checkKey } from "./object-store";
import { LoadedS3, loadS3, S3Access, S3Location, s3Url } from "./s3-client";
import { s3Error } from "./s3-errors";

/** A bucket, with the folder in it that holds the store. */
export interface S3Bucket {
  readonly name: string;
  /** Folder with a slash at its end; empty for the whole bucket. */
  readonly root: string;
  /** The location in messages. */
  readonly url: string;
  /** The server in messages. */
  readonly server: string;
  /** Key in the bucket. @throws UserError if it is not a key of an object store. */
  readonly keyOf: (key: string) => string;
  /**
   * Sends requests. The SDK is loaded by the first one.
   *
   * @param doing what fails if they do, such as `read a/b`.
   * @throws UserError
   */
  readonly ask: <T>(doing: string, request: (s3: LoadedS3) => Promise<T>) => Promise<T>;
}

/** Nothing is requested until the first {@link S3Bucket.ask}. */
export function openBucket(location: S3Location, access: S3Access): S3Bucket {
  const root = location.prefix === undefined ? "" : `${checkKey(location.prefix)}/`;
  const url = access.shown ?? s3Url(location);
  const server = location.endpoint ?? "AWS S3";
  let loaded: LoadedS3 | undefined;
  return {
    name: location.bucket,
    root,
    url,
    server,
    keyOf: (key) => root + checkKey(key),
    ask: async (doing, request) => {
      try {
        return await request((loaded ??= loadS3(location, access)));
      } catch (error) {
        throw s3Error(error, url, server, doing);
      }
    },
  };
}
