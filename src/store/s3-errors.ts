import { UserError } from "../common/errors";

const UNREACHABLE =
  /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|TimeoutError|AbortError|NetworkingError)$/;
const DENIED =
  /^(AccessDenied|Forbidden|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|InvalidClientTokenId|TokenRefreshRequired|AllAccessDisabled|RequestTimeTooSkewed|403)$/;
const ELSEWHERE =
  /^(PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException|301)$/;

/** The fields of an SDK error that describe it; none is guaranteed. */
interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly Code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

const sdkError = (error: unknown): SdkError =>
  typeof error === "object" && error !== null ? error : {};

/** The HTTP status of an SDK error; undefined if the server did not answer. */
export const s3Status = (error: unknown): number | undefined =>
  sdkError(error).$metadata?.httpStatusCode;

/** How often the SDK sent the request; 1 if unknown. */
export const s3Attempts = (error: unknown): number => sdkError(error).$metadata?.attempts ?? 1;

/** Whether the error says that the object, not the bucket, does not exist. */
export const isNoSuchKey = (error: unknown): boolean => {
  const { name } = sdkError(error);
  return name === "NoSuchKey" || name === "NotFound";
};

/** Whether a conditional write lost against another one: 412, or 409 while the other is in progress. */
export const isTaken = (error: unknown): boolean =>
  s3Status(error) === 412 || s3Status(error) === 409;

/** The server denies these credentials the request. */
export class S3Denied extends UserError {}

/** The server does not answer, or does not have the bucket. */
export class S3Away extends UserError {}

/** The bucket does not exist. */
export class S3NoBucket extends S3Away {}

/**
 * Converts an error of the SDK to a UserError.
 * @param where the store's url.
 * @param server the endpoint, e.g. `http://127.0.0.1:9000`.
 * @param doing what failed, e.g. `read state/orders/state.json`.
 */
export function s3Error(error: unknown, where: string, server: string, doing: string): UserError {
  if (error instanceof UserError) {
    return error;
  }
  const { name = "", code = "", Code = "", message = "" } = sdkError(error);
  const names = [name, code, Code, String(s3Status(error) ?? "")];
  const any = (pattern: RegExp): string | undefined => names.find((text) => pattern.test(text));
  if (
    any(/CredentialsProviderError|^CredentialsError$/) !== undefined ||
    /credential is missing/i.test(message)
  ) {
    return new UserError(`Cannot use ${where}: AWS credentials are not set.`, {
      fix: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
    });
  }
  if (/region is missing/i.test(message)) {
    return new UserError(`Cannot use ${where}: the AWS region is not set.`, {
      fix: 'Set AWS_REGION, or add "?region=eu-central-1".',
    });
  }
  if (any(/^NoSuchBucket$/) !== undefined) {
    return new S3NoBucket(`Cannot use ${where}: the bucket does not exist at ${server}.`, {
      fix: "Create it, or choose another one.",
    });
  }
  const denial = any(DENIED);
  if (denial !== undefined) {
    return new S3Denied(`Cannot ${doing} in ${where}: access denied by ${server} (${denial}).`, {
      fix: "Use credentials that may list, read, write and delete objects there.",
      exitCode: 1,
    });
  }
  if (any(ELSEWHERE) !== undefined) {
    return new UserError(`Cannot use ${where}: the bucket is in another region.`, {
      fix: 'Add its region, such as "?region=eu-central-1".',
    });
  }
  const failure = any(UNREACHABLE);
  if (failure !== undefined || s3Status(error) === undefined) {
    const said = failure ?? (code || name || "no answer");
    return new S3Away(`Cannot ${doing} in ${where}: ${server} cannot be reached (${said}).`, {
      fix: "Check the endpoint.",
      exitCode: 1,
    });
  }
  return new UserError(
    `Cannot ${doing} in ${where}: ${server} answered ${names[3]} ${name}: ${firstLine(message)}`,
    1,
  );
}

const firstLine = (text: string): string => text.split("\n")[0] ?? "";
