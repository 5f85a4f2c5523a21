import { join } from "node:path";
import { print } from "../common/print";
import { DEFAULT_STACK, ownCommand, printCommandsFor } from "../common/command-text";
import { UserError } from "../common/errors";
import { reportMistakes } from "../common/program";
import { findEngine, runEngine } from "./pulumi";

const ROOT = join(__dirname, "..", "..");

const OWN_COMMAND = "npm run pulumi --";

const USAGE = `Usage: ${OWN_COMMAND} [--stack NAME] COMMAND...

runs pulumi with the state, the passphrase and the configuration that \`npm run up\` uses (default stack: dev)

Examples:
  $ ${OWN_COMMAND} config set --secret --path 'secrets["shop-password"]'
  $ ${OWN_COMMAND} preview --diff
  $ ${OWN_COMMAND} stack output`;

/** Commands of the engine that take another file of configuration. Source: pulumi v3.259.0, pkg/cmd/pulumi. */
const CONFIGURED = new Set(["config", "destroy", "import", "pre", "preview", "refresh", "up", "update", "watch"]);

/** `npm run pulumi`: passes a command on to the engine, and its exit code back. */
export async function main(given: readonly string[] = process.argv.slice(2)): Promise<void> {
  await reportMistakes(async () => {
    const { stack, args } = withoutStack(given);
    printCommandsFor({ stack: () => stack });
    if (args.length === 0 || args[0] === "--help") return print(USAGE);
    if (isPlainSetting(args)) throw new UserError(`settings are written into Pulumi.${stack}.yaml, which wins over them at the next \`${ownCommand("up")}\`; \`config set\` here is for secrets, with --secret`);
    const engine = await findEngine(ROOT, stack, false);
    const selected = CONFIGURED.has(args[0] ?? "") ? engine.stack : ["--stack", stack];
    process.exitCode = await runEngine(engine, ROOT, [...args, ...selected]);
  });
}

function withoutStack(args: readonly string[]): { readonly stack: string; readonly args: readonly string[] } {
  const at = args.findIndex((arg) => arg === "--stack" || arg === "-s");
  if (at < 0) return { stack: DEFAULT_STACK, args };
  const stack = args[at + 1];
  if (stack === undefined) throw new UserError("--stack: its name is missing");
  return { stack, args: [...args.slice(0, at), ...args.slice(at + 2)] };
}

function isPlainSetting(args: readonly string[]): boolean {
  return args[0] === "config" && (args[1] === "set" || args[1] === "set-all") && !args.includes("--secret");
}
