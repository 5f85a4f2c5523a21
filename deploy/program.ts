import { CommanderError, type Command } from "commander";
import { UserError } from "../errors";

/** Runs one of this folder's commands to its end: a mistake is one line and an exit code, without a stack trace. */
export async function runProgram(program: Command): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else if (error instanceof UserError) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = error.exitCode;
    } else throw error;
  }
}
