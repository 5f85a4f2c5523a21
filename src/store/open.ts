import { UserError } from "../common/errors";
import { openFolder } from "./folder";
import { clusterMarkerKey } from "./keys";
import { checkKey, ObjectStore } from "./object-store";
import { openS3 } from "./s3";
import { S3Location, s3Url } from "./s3-client";
import { S3Denied } from "./s3-errors";

const OPTIONS = ["endpoint", "region", "pathStyle"];

/**
 * Opens the object store of local runs. The bucket is requested once, so that a wrong one is
 * reported here.
 *
 * @param location a folder, or
 *   `s3://bucket/prefix?endpoint=http://127.0.0.1:9000&region=eu-central-1` (also with
 *   `pathStyle=true|false`).
 * @throws UserError if the location is invalid, if the bucket cannot be used, or if it belongs to a
 *   cluster, which prevents two runs of a pipeline by other means than a lease.
 */
export async function openStore(location: string): Promise<ObjectStore> {
  if (!location.startsWith("s3://")) {
    return openFolder(checkPath(location));
  }
  const s3 = parseS3(location);
  await refuseClusterBucket(s3);
  return openS3(s3);
}

function checkPath(location: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(location)?.[1];
  if (scheme !== undefined) {
    throw new UserError(
      `Object store ${JSON.stringify(withoutCredentials(location))}: ${scheme}:// is not supported.`,
      { fix: "Use a folder or s3://bucket/prefix?endpoint=https://host." },
    );
  }
  if (location.trim() === "") {
    throw new UserError("The location of the object store is empty.", {
      fix: "Use a folder or s3://bucket/prefix.",
    });
  }
  return location;
}

/**
 * Parses an `s3://` location. It must not contain credentials, because it appears in messages and
 * in the shell's history.
 */
export function parseS3(location: string): S3Location {
  const [path = "", ...query] = location.slice("s3://".length).split("?");
  const shown = withoutCredentials(`s3://${path}`);
  const wrong = (problem: string, fix: string): UserError =>
    new UserError(`Object store ${JSON.stringify(shown)}: ${problem}.`, { fix });
  const [bucket = "", ...rest] = path.split("/");
  if (location !== withoutCredentials(location)) {
    throw wrong(
      "credentials are not allowed here",
      "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
    );
  }
  if (!/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/i.test(bucket)) {
    throw wrong(
      `${JSON.stringify(bucket)} is not a bucket name`,
      'Use 3 to 63 letters, digits, "." and "-".',
    );
  }
  const options = new URLSearchParams(query.join("?"));
  const unknown = [...options.keys()].find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) {
    throw wrong(
      `unknown option ${JSON.stringify(unknown)}`,
      `Allowed options are ${OPTIONS.join(", ")}.`,
    );
  }
  const endpoint = options.get("endpoint");
  if (endpoint !== null && !(/^https?:\/\//.test(endpoint) && URL.canParse(endpoint))) {
    throw wrong(
      `endpoint ${JSON.stringify(endpoint)} is not a URL`,
      "Use a URL such as http://127.0.0.1:9000.",
    );
  }
  const pathStyle = options.get("pathStyle");
  if (pathStyle !== null && pathStyle !== "true" && pathStyle !== "false") {
    throw wrong(`pathStyle ${JSON.stringify(pathStyle)} is not supported`, "Use true or false.");
  }
  const prefix = rest.join("/").replace(/\/$/, "");
  const region = options.get("region");
  return {
    bucket,
    ...(prefix !== "" && { prefix: checkKey(prefix) }),
    ...(endpoint !== null && { endpoint }),
    ...(region !== null && { region }),
    ...(pathStyle !== null && { pathStyle: pathStyle === "true" }),
  };
}

const withoutCredentials = (location: string): string => location.replace(/:\/\/.*@/, "://***@");

/**
 * The marker is looked for in the bucket's root and in the prefix; rights that end at the prefix
 * decide by it alone.
 */
async function refuseClusterBucket(s3: S3Location): Promise<void> {
  const { prefix, ...bucket } = s3;
  const marker =
    (await openS3(s3).get(clusterMarkerKey)) ??
    (prefix === undefined ? undefined : await rootMarker(bucket));
  if (marker !== undefined) {
    throw new UserError(`${s3Url(s3)} belongs to a cluster (it contains ${clusterMarkerKey})`, {
      fix: `Use --on cluster, or another bucket. If that cluster no longer exists, delete ${clusterMarkerKey}.`,
    });
  }
}

async function rootMarker(bucket: S3Location): Promise<Buffer | undefined> {
  try {
    return await openS3(bucket).get(clusterMarkerKey);
  } catch (error) {
    if (error instanceof S3Denied) {
      return undefined;
    }
    throw error;
  }
}
