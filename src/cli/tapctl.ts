import { Command } from "commander";
import { closeContexts } from "./context";
import { runProgram } from "../common/program";
import { addVerbs } from "./verbs";
import { VERSION } from "../common/package";

const EXIT_CODES = `
Exit codes:
  0 done   1 internal error, disk or network   2 usage or invalid input   3 another run holds the pipeline
  130 left with Ctrl-C while a run on a cluster goes on
  a run that failed: 10 tap   11 target   12 both   13 interrupted   14 bad stream   15 empty extract
  16 expectation not met   17 state of another source or destination   18 follow-up
  several runs that failed in different ways: 1

Example:
  $ npx tapctl run exchange-rates --offline`;

function buildProgram(args: readonly string[]): Command {
  const program = new Command("tapctl")
    .description(
      "Data replication as code: runs the pipelines of pipelines/index.ts on this machine or on a cluster, and looks after their runs and state.",
    )
    .version(VERSION)
    .option("--project <dir>", "folder of the project (default: this folder or one above it)")
    .option(
      "--store <location>",
      "object store: a folder or s3://bucket/prefix?endpoint=URL (default: $TAPCTL_STORE or .tapctl/store)",
    )
    .option(
      "--on <where>",
      "cluster or local (default: as .tapctl.yaml of the project says, else local)",
    )
    .option(
      "--context <name>",
      "with --on cluster and up: context of the kubeconfig (default: the stack's, else its current one)",
    )
    .option(
      "--namespace <name>",
      "with --on cluster and render: namespace of the pipelines (default: the context's or the stack's, else pipelines)",
    )
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText("after", EXIT_CODES);
  const { operands } = program.parseOptions([...args]);
  addVerbs(program, operands[0]);
  return program;
}

/** Runs the command with what stands behind its name, to its end; the exit code is the process's. */
export async function main(args: readonly string[]): Promise<void> {
  if (args[0] === "pulumi")
    return (await import("../deploy/engine-command.js")).pulumi(args.slice(1));
  try {
    await runProgram(buildProgram(args), args);
  } finally {
    closeContexts();
  }
}
