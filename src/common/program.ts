import { CommanderError, type Command } from "commander";
import { UserError } from "./errors";

/** Runs a command with its arguments. */
export function runProgram(
  program: Command,
  args: readonly string[] = process.argv.slice(2),
): Promise<void> {
  return reportMistakes(async () => void (await program.parseAsync(args, { from: "user" })));
}

/**
 * Runs an async main function. A UserError is printed without a stack trace and sets the exit code.
 */
export async function reportMistakes(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else if (error instanceof UserError) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = error.exitCode;
    } else throw error;
  }
}
