import { CommanderError, type Command } from "commander";
import { commandsFor, type Commands } from "./commands";
import { UserError } from "./errors";
import { printJson } from "./print";

/**
 * Runs a command with its arguments. With `--json`, an error is also printed as JSON.
 *
 * @param commandsOf the commands to print in an error of a verb.
 */
export async function runProgram(
  program: Command,
  args: readonly string[] = process.argv.slice(2),
  commandsOf: (verb: Command) => Commands = () => commandsFor(),
): Promise<void> {
  let verb = program;
  program.hook("preAction", (_, action) => void (verb = action));
  await reportMistakes(async () => {
    try {
      await program.parseAsync(args, { from: "user" });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const commands = commandsOf(verb);
      if (verb.opts<{ readonly json?: boolean }>().json)
        printJson({ error: error.problem, fix: error.fixWith(commands) ?? null });
      printError(error, commands);
    }
  });
}

/**
 * Runs an async main function. A UserError is printed without a stack trace and sets the exit code.
 */
export async function reportMistakes(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else if (error instanceof UserError) printError(error, commandsFor());
    else throw error;
  }
}

function printError(error: UserError, commands: Commands): void {
  process.stderr.write(`${error.textWith(commands)}\n`);
  process.exitCode = error.exitCode;
}
