/** An error of the SDK: the response of AWS, or a network error. */
interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Result of a request. */
export type Answer<T> =
  | { readonly value: T }
  | { readonly error: string; readonly status: number | undefined; readonly text: string };

/**
 * Sends a request and returns its error as a value.
 *
 * @returns the value; or the name of the error, such as `AccessDenied`, the HTTP status if AWS
 *   responded, and one line of text.
 */
export async function answerOf<T>(question: Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await question };
  } catch (thrown) {
    const { name = "Error", code, message = "", $metadata } = (thrown ?? {}) as SdkError;
    const status = $metadata?.httpStatusCode;
    const [line = ""] = message.split("\n");
    return {
      error: status === undefined ? (code ?? name) : name,
      status,
      text: line === "" ? name : `${name}: ${line}`,
    };
  }
}

/** Whether AWS denied access. */
export function isDenied({
  error,
  status,
}: {
  readonly error: string;
  readonly status: number | undefined;
}): boolean {
  return status === 403 || /^AccessDenied|^Unauthorized|^NotAuthorized/.test(error);
}
