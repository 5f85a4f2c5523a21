import { Command } from "commander";
import { commandsOf } from "./commands-of";
import { closeContexts } from "./context";
import { runProgram } from "../common/program";
import { addVerbs } from "./verbs";
import { VERSION } from "../common/package";

const EXIT_CODES = `
Exit codes:
  0 success   1 internal error, disk or network   2 usage or invalid input   3 another run holds the lock
  130 canceled at a prompt, or detached with Ctrl-C: the run on the cluster continues
  run failures: 10 tap   11 target   12 both   13 interrupted   14 invalid stream   15 empty extract
  16 expectation not met   17 state of another source or destination   18 follow-up
  1 if several runs failed in different ways

Example:
  $ npx tapctl run exchange-rates --offline`;

async function buildProgram(args: readonly string[]): Promise<Command> {
  const program = new Command("tapctl")
    .description(
      "Data replication as code: run the pipelines of pipelines/index.ts locally or on a cluster, and manage their runs and state.",
    )
    .option("--project <dir>", "project folder (default: the nearest one at or above this folder)")
    .option(
      "--store <location>",
      "object store: a folder or s3://bucket/prefix?endpoint=URL (default: $TAPCTL_STORE or .tapctl/store)",
    )
    .option("--on <where>", "local or cluster (default: the project's .tapctl.yaml, else local)")
    .option(
      "--context <name>",
      "with --on cluster and up: kubeconfig context (default: the stack's, else the current one)",
    )
    .option(
      "--namespace <name>",
      "with --on cluster and render: namespace of the pipelines (default: the context's or the stack's, else pipelines)",
    )
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText("after", EXIT_CODES);
  const { operands } = program.parseOptions([...args]);
  // `add` has an option of the same name.
  if (operands[0] !== "add") program.version(VERSION);
  await addVerbs(program, operands[0]);
  return program;
}

/** Runs a command to its end and sets the exit code of the process. */
export async function main(args: readonly string[]): Promise<void> {
  if (args[0] === "pulumi")
    return (await import("../deploy/engine-command.js")).pulumi(args.slice(1));
  try {
    await runProgram(await buildProgram(args), args, commandsOf);
  } finally {
    closeContexts();
  }
}
