import { textWith, type Commands, type TextWithCommands } from "./commands";

/** How an error is fixed, and the exit code of a command that fails with it. */
export interface UserErrorOptions {
  /** What the user can do about it, as a sentence that starts with a verb. */
  readonly fix?: TextWithCommands;
  /** 2 for usage and validation; 1 or the run's own code otherwise. Default: 2. */
  readonly exitCode?: number;
}

/** An error that the user can fix. Commands print its message without a stack trace. */
export class UserError extends Error {
  /** Exit code of the command. */
  readonly exitCode: number;

  /** What is wrong and where: the message without the fix. */
  readonly problem: string;

  private readonly fixText: TextWithCommands | undefined;

  /**
   * @param problem what is wrong and where; one line, or one line for each problem.
   * @param options the fix and the exit code; a number is the exit code.
   */
  constructor(problem: string, options: UserErrorOptions | number = {}) {
    const { fix, exitCode = 2 } = typeof options === "number" ? { exitCode: options } : options;
    super(fix === undefined ? problem : `${problem}\n${textWith(fix)}`);
    this.name = "UserError";
    this.problem = problem;
    this.exitCode = exitCode;
    this.fixText = fix;
  }

  /** What the user can do about it. */
  get fix(): string | undefined {
    return this.fixWith();
  }

  /** What the user can do about it, with commands for the place that the failed command works on. */
  fixWith(commands?: Commands): string | undefined {
    return this.fixText === undefined ? undefined : textWith(this.fixText, commands);
  }

  /** The same error with a place before the problem. */
  in(place: string): UserError {
    return new UserError(`${place}: ${this.problem}`, {
      ...(this.fixText !== undefined && { fix: this.fixText }),
      exitCode: this.exitCode,
    });
  }

  /** The lines to print: the problem, then the fix with commands for that place. */
  textWith(commands: Commands): string {
    return [this.problem, this.fixWith(commands)].filter((line) => line !== undefined).join("\n");
  }
}

/** Several errors as one: their problems, then each fix once. The exit code is that of the first. */
export function joinErrors(errors: readonly UserError[]): UserError {
  const fixes = (commands: Commands): readonly string[] => [
    ...new Set(errors.flatMap((error) => error.fixWith(commands) ?? [])),
  ];
  return new UserError(errors.map(({ problem }) => problem).join("\n"), {
    ...(errors.some(({ fix }) => fix !== undefined) && {
      fix: (commands) => fixes(commands).join("\n"),
    }),
    exitCode: errors[0]?.exitCode ?? 2,
  });
}

/** What is wrong, on the lines of the problem alone: without a fix, which another command would print. */
export function problemOf(error: unknown): string {
  if (error instanceof UserError) return error.problem;
  return error instanceof Error ? error.message : String(error);
}

/** Why a `fetch` failed: Node puts the reason into `cause`, and only "fetch failed" into the message. */
export function causeOf(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error
    ? error.cause.message
    : String(error);
}
