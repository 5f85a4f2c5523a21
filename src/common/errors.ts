/** How an error is fixed, and the exit code of a command that fails with it. */
export interface UserErrorOptions {
  /** What the user can do about it, as a sentence that starts with a verb. */
  readonly fix?: string;
  /** 2 for usage and validation; 1 or the run's own code otherwise. Default: 2. */
  readonly exitCode?: number;
}

/** An error that the user can fix. Commands print its message without a stack trace. */
export class UserError extends Error {
  /** Exit code of the command. */
  readonly exitCode: number;

  /** What is wrong and where: the message without the fix. */
  readonly problem: string;

  /** What the user can do about it: the last line of the message. */
  readonly fix?: string;

  /**
   * @param problem what is wrong and where; one line, or one line for each problem.
   * @param options the fix and the exit code; a number is the exit code.
   */
  constructor(problem: string, options: UserErrorOptions | number = {}) {
    const { fix, exitCode = 2 } = typeof options === "number" ? { exitCode: options } : options;
    super(fix === undefined ? problem : `${problem}\n${fix}`);
    this.name = "UserError";
    this.problem = problem;
    this.exitCode = exitCode;
    if (fix !== undefined) this.fix = fix;
  }
}

/** Why a `fetch` failed: Node puts the reason into `cause`, and only "fetch failed" into the message. */
export function causeOf(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error
    ? error.cause.message
    : String(error);
}
