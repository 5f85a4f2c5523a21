/** An error of the SDK: AWS's answer, or why there was none. */
interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** What became of a question. */
export type Answer<T> =
  | { readonly value: T }
  | { readonly error: string; readonly status: number | undefined; readonly text: string };

/**
 * Asks, and takes an error for an answer.
 *
 * @returns the value; or the error's name, such as `AccessDenied`, its HTTP status where AWS answered, and one line of
 * text for people.
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

/** Whether AWS refused an answer to who asked. */
export function isDenied({
  error,
  status,
}: {
  readonly error: string;
  readonly status: number | undefined;
}): boolean {
  return status === 403 || /^AccessDenied|^Unauthorized|^NotAuthorized/.test(error);
}
