import { CommanderError, type Command } from "commander";
import { commandsFor, type Commands } from "./commands";
import { UserError } from "./errors";

/**
 * Runs a command with its arguments.
 *
 * @param commandsOf the commands to print in an error of a verb.
 */
export function runProgram(
  program: Command,
  args: readonly string[] = process.argv.slice(2),
  commandsOf: (verb: Command) => Commands = () => commandsFor(),
): Promise<void> {
  let verb = program;
  program.hook("preAction", (_, action) => void (verb = action));
  return reportMistakes(
    async () => void (await program.parseAsync(args, { from: "user" })),
    () => commandsOf(verb),
  );
}

/**
 * Runs an async main function. A UserError is printed without a stack trace and sets the exit code.
 */
export async function reportMistakes(
  work: () => Promise<void>,
  commands: () => Commands = () => commandsFor(),
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else if (error instanceof UserError) {
      process.stderr.write(`${error.textWith(commands())}\n`);
      process.exitCode = error.exitCode;
    } else throw error;
  }
}
