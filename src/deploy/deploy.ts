import { Command } from "commander";
import { runProgram } from "../common/program";
import { DEFAULT_STACK, printCommandsFor } from "../common/command-text";
import { down } from "./down";
import { recoverStack, up, type UpFlags } from "./up";

const ABOUT = {
  up: "deploy Argo, the object store, the images and the pipelines to a cluster",
  down: "destroy what `npm run up` deployed",
  recover: "repair the state after an interrupted update, so that `pulumi up` can continue",
} as const;

/** `npm run up`, `npm run down` and `npm run recover`. */
export async function main(verb: keyof typeof ABOUT): Promise<void> {
  const program = new Command(`npm run ${verb} --`)
    .description(ABOUT[verb])
    .option("--stack <name>", "stack, whose settings are in Pulumi.NAME.yaml", DEFAULT_STACK)
    .option("--yes", "do not ask")
    .exitOverride()
    .addHelpText("after", `\nExample:\n  $ npm run ${verb} -- --yes`);
  if (verb !== "down") program.option("--context <name>", "context of the kubeconfig (default: the stack's, else the current one)");
  if (verb === "up") program.option("--no-smoke-test", "skip the test of the installation").option("--no-refresh", "keep what was changed or deleted by hand: do not read the cluster first");
  const run = { up, down, recover: recoverStack }[verb];
  program.action((flags: UpFlags) => {
    printCommandsFor({ stack: () => flags.stack });
    return run(flags);
  });
  await runProgram(program);
}
