/** A mistake the user can mend: printed as its message alone, without a stack trace. */
export class UserError extends Error {
  /** Exit code of the command: 2 for usage and validation, 1 or a run's own code otherwise. */
  readonly exitCode: number;

  /** What stands in the way, where, and what is allowed, in one line or one line a problem. */
  constructor(message: string, exitCode = 2) {
    super(message);
    this.name = "UserError";
    this.exitCode = exitCode;
  }
}

/** Why a `fetch` failed, of which its own message says nothing. */
export function causeOf(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error
    ? error.cause.message
    : String(error);
}
