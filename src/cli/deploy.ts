import type { Command } from "commander";
import { DEFAULT_STACK, printCommandsFor } from "../common/command-text";
import { findRoot } from "../run/project";

interface StackFlags {
  readonly project?: string;
  readonly context?: string;
  readonly stack: string;
  readonly yes?: boolean;
  readonly smokeTest?: boolean;
  readonly refresh?: boolean;
  readonly json?: boolean;
}

/** `tapctl up`, `down` and `recover`: the project's stack on a cluster. */
export function addDeploy(program: Command): void {
  stackVerb(
    program,
    "up",
    "deploy Argo, the object store, the images and the pipelines to a cluster",
  )
    .option("--yes", "do not ask")
    .option("--no-smoke-test", "skip the test of the installation")
    .option(
      "--no-refresh",
      "keep what was changed or deleted by hand: do not read the cluster first",
    )
    .action(async (_: unknown, command: Command) =>
      (await import("../deploy/up.js")).up(flagsOf(command)),
    );
  stackVerb(program, "down", "destroy what `tapctl up` deployed")
    .option("--yes", "do not ask")
    .action(async (_: unknown, command: Command) =>
      (await import("../deploy/down.js")).down(flagsOf(command)),
    );
  stackVerb(
    program,
    "recover",
    "repair the state after an interrupted update, so that `pulumi up` can continue",
  )
    .option("--yes", "do not ask")
    .action(async (_: unknown, command: Command) =>
      (await import("../deploy/up.js")).recoverStack(flagsOf(command)),
    );
}

/** `tapctl pin`: the digests of the stack's images. */
export function addPin(program: Command): void {
  stackVerb(
    program,
    "pin",
    "look up the digests that the stack's images have now in their registries, and print the settings that pin them",
  )
    .option("--json", "print as JSON: a list of {image, setting, value, source}")
    .action(async (_: unknown, command: Command) =>
      (await import("../deploy/pin.js")).pin(flagsOf(command)),
    );
}

/** `tapctl lock`: the lock files of connectors. */
export function addLock(program: Command): void {
  program
    .command("lock [names...]")
    .description(
      "write connectors/locks/NAME.txt: the exact versions and hashes of all packages that a connector installs; of all connectors by default",
    )
    .option(
      "--upgrade",
      "take the newest versions that fit, instead of keeping those of the lock file",
    )
    .addHelpText("after", "\nExample:\n  $ npx tapctl lock tap-github")
    .action(
      async (
        names: readonly string[],
        { upgrade = false }: { readonly upgrade?: boolean },
        command: Command,
      ) => {
        const { lockConnectors } = await import("../run/environments/lock-connectors.js");
        await lockConnectors(rootOf(command), names, upgrade);
      },
    );
}

/** `tapctl pulumi` in the list of verbs; its arguments are the engine's and are passed on before they are parsed here. */
export function addPulumi(program: Command): void {
  program
    .command("pulumi")
    .description(
      "run pulumi with the state, the passphrase and the configuration that `tapctl up` uses",
    )
    .helpOption(false)
    .allowUnknownOption();
}

function stackVerb(program: Command, verb: string, description: string): Command {
  return program
    .command(verb)
    .description(description)
    .option("--stack <name>", "stack, whose settings are in Pulumi.NAME.yaml", DEFAULT_STACK)
    .addHelpText("after", `\nExample:\n  $ npx tapctl ${verb} --stack prod`);
}

function rootOf(command: Command): string {
  return findRoot(
    command.optsWithGlobals<{ readonly project?: string }>().project ?? process.cwd(),
  );
}

function flagsOf(command: Command): StackFlags & { readonly root: string } {
  const flags = command.optsWithGlobals<StackFlags>();
  printCommandsFor({ stack: () => flags.stack, project: flags.project });
  return { ...flags, root: rootOf(command) };
}
