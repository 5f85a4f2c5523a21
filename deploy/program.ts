import { CommanderError, type Command } from "commander";
import { UserError } from "../errors";

/** Runs one of this folder's commands to its end. */
export function runProgram(program: Command): Promise<void> {
  return reportMistakes(async () => void (await program.parseAsync()));
}

/** Runs something to its end: a mistake is one line and an exit code, without a stack trace. */
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
