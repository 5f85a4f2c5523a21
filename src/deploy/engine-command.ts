import { print } from "../common/print";
import { commandsFor, DEFAULT_STACK } from "../common/commands";
import { UserError } from "../common/errors";
import { reportMistakes } from "../common/program";
import { findRoot } from "../run/project";
import { runEngine } from "./pulumi";
import { findEngine } from "./find-engine";

const OWN_COMMAND = "npx tapctl pulumi";

const USAGE = `Usage: ${OWN_COMMAND} [--stack NAME] COMMAND...

run pulumi with the same backend, passphrase and settings as \`npx tapctl up\` (default stack: dev)

Examples:
  $ ${OWN_COMMAND} config set --secret --path 'tapctl:secrets["shop-password"]'
  $ ${OWN_COMMAND} preview --diff
  $ ${OWN_COMMAND} stack output`;

/**
 * Pulumi commands that accept another configuration file. Source: pulumi v3.259.0, pkg/cmd/pulumi.
 */
const CONFIGURED = new Set([
  "config",
  "destroy",
  "import",
  "pre",
  "preview",
  "refresh",
  "up",
  "update",
  "watch",
]);

/** `tapctl pulumi`: passes a command to Pulumi and returns its exit code. */
export async function pulumi(given: readonly string[]): Promise<void> {
  await reportMistakes(async () => {
    const { value: from, args: left } = withoutOption(given, "--project");
    const { value: stack = DEFAULT_STACK, args } = withoutOption(left, "--stack", "-s");
    if (args.length === 0 || args[0] === "--help") return print(USAGE);
    const commands = commandsFor({ project: from, stack: () => stack });
    if (isPlainSetting(args))
      throw new UserError(
        `This setting would be lost: Pulumi.${stack}.yaml overrides it at the next \`${commands.onStack("up")}\`.`,
        { fix: "Edit that file; use `config set` here only for secrets, with --secret." },
      );
    const engine = await findEngine({
      root: findRoot(from ?? process.cwd()),
      project: from,
      stack,
    });
    const selected = CONFIGURED.has(args[0] ?? "") ? engine.stack : ["--stack", stack];
    process.exitCode = await runEngine(engine, [...args, ...selected]);
  });
}

function withoutOption(
  args: readonly string[],
  ...names: readonly string[]
): { readonly value?: string; readonly args: readonly string[] } {
  const at = args.findIndex((arg) => names.includes(arg));
  if (at < 0) return { args };
  const value = args[at + 1];
  if (value === undefined)
    throw new UserError(`${names[0]} has no value.`, { fix: "Add the value after the option." });
  return { value, args: [...args.slice(0, at), ...args.slice(at + 2)] };
}

function isPlainSetting(args: readonly string[]): boolean {
  return (
    args[0] === "config" &&
    (args[1] === "set" || args[1] === "set-all") &&
    !args.includes("--secret")
  );
}
