import type { Command } from "commander";
import { DEFAULT_STACK } from "../common/commands";
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
    .option("--yes", "skip the confirmation prompt")
    .option("--no-smoke-test", "skip the smoke test of the installation")
    .option("--no-refresh", "do not read the cluster first, so that manual changes are kept")
    .action(async (_: unknown, command: Command) =>
      (await import("../deploy/up.js")).up(flagsOf(command)),
    );
  stackVerb(program, "down", "destroy what `tapctl up` deployed")
    .option("--yes", "skip the confirmation prompt")
    .action(async (_: unknown, command: Command) =>
      (await import("../deploy/down.js")).down(flagsOf(command)),
    );
  stackVerb(
    program,
    "recover",
    "repair the state after an interrupted update, so that `pulumi up` can continue",
  )
    .option("--yes", "skip the confirmation prompt")
    .action(async (_: unknown, command: Command) =>
      (await import("../deploy/up.js")).recoverStack(flagsOf(command)),
    );
}

/** `tapctl pin`: the current digests of the stack's images. */
export function addPin(program: Command): void {
  stackVerb(
    program,
    "pin",
    "look up the current digests of the stack's images and print the settings that pin them",
  )
    .option("--json", "print as JSON: a list of {image, setting, value, source}")
    .action(async (_: unknown, command: Command) =>
      (await import("../deploy/pin.js")).pin(flagsOf(command)),
    );
}

/** `tapctl sbom`: what the stack's images consist of. */
export function addSbom(program: Command): void {
  program
    .command("sbom [names...]")
    .summary("print the SBOM of a connector's image")
    .description(
      "print the SBOM of a connector's image (CycloneDX JSON), as recorded when it was built and read from the registry; names are connectors or images (default: all connectors)",
    )
    .option("--stack <name>", "stack to use, with settings in Pulumi.NAME.yaml", DEFAULT_STACK)
    .option("--out <dir>", "write NAME.cdx.json for each image into this folder")
    .addHelpText("after", "\nExample:\n  $ npx tapctl sbom tap-postgres > tap-postgres.cdx.json")
    .action(
      async (
        names: readonly string[],
        { stack, out }: { readonly stack: string; readonly out?: string },
        command: Command,
      ) => {
        const { writeSboms } = await import("../deploy/sbom.js");
        await writeSboms(names, {
          root: () => rootOf(command),
          stack,
          ...(out !== undefined && { out }),
        });
      },
    );
}

/** `tapctl lock`: the lock files of connectors. */
export function addLock(program: Command): void {
  program
    .command("lock [names...]")
    .summary("write the lock files of connectors")
    .description(
      "write connectors/locks/NAME.txt with the exact version and hash of every package of a connector (default: all connectors)",
    )
    .option("--upgrade", "use the newest compatible versions instead of those in the lock file")
    .option("--report <file>", "write the changed versions as Markdown into this file")
    .addHelpText("after", "\nExample:\n  $ npx tapctl lock tap-github")
    .action(
      async (
        names: readonly string[],
        flags: { readonly upgrade?: boolean; readonly report?: string },
        command: Command,
      ) => {
        const { lockConnectors } = await import("../run/environments/lock-connectors.js");
        await lockConnectors(rootOf(command), names, flags);
      },
    );
}

/**
 * Lists `tapctl pulumi` in the help; the command line is passed to Pulumi before it is parsed here.
 */
export function addPulumi(program: Command): void {
  program
    .command("pulumi")
    .description("run pulumi with the same backend, passphrase and settings as `tapctl up`")
    .helpOption(false)
    .allowUnknownOption();
}

function stackVerb(program: Command, verb: string, description: string): Command {
  return program
    .command(verb)
    .description(description)
    .option("--stack <name>", "stack to use, with settings in Pulumi.NAME.yaml", DEFAULT_STACK)
    .addHelpText("after", `\nExample:\n  $ npx tapctl ${verb} --stack prod`);
}

function rootOf(command: Command): string {
  return findRoot(
    command.optsWithGlobals<{ readonly project?: string }>().project ?? process.cwd(),
  );
}

function flagsOf(command: Command): StackFlags & { readonly root: string } {
  const flags = command.optsWithGlobals<StackFlags>();
  return { ...flags, root: rootOf(command) };
}
