import type { Command } from "commander";
import { DEFAULT_STACK } from "../common/commands";
import { validProject } from "./valid-project";

/** `tapctl build`: the stack's images without an update. */
export function addBuild(program: Command): void {
  program
    .command("build")
    .summary("build and push the images of a stack without Pulumi")
    .description(
      "build and push the images that are missing from a stack's registry, and print the digests of all images as JSON, for render --images; needs Docker, logged in if the registry requires it",
    )
    .option("--stack <name>", "stack to use, with settings in Pulumi.NAME.yaml", DEFAULT_STACK)
    .addHelpText("after", "\nExample:\n  $ npx tapctl build --stack prod > digests.json")
    .action(async ({ stack }: { readonly stack: string }, command: Command) => {
      const { root, entries } = validProject(command);
      const { readStackFile } = await import("../settings/stack-file.js");
      const { buildImages } = await import("../deploy/build.js");
      return buildImages(root, entries, readStackFile(root, stack).settings);
    });
}
