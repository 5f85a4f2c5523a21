import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "path/posix";
import { stringify } from "yaml";
import { capture, type CommandResult } from "../common/command";
import { commandsFor } from "../common/commands";
import { UserError } from "../common/errors";
import { consents } from "./consent";
import { type Engine, type EngineArgs, lastLine, read } from "./pulumi";
import { removeTornAttributes } from "./torn-attributes";
import { isNewer } from "./version";

const OLDEST = "3.225";

/**
 * Pulumi from the npm registry, which downloads the CLI. Not a dependency, so that installing needs
 * no other server.
 */
const BY_NPX = ["npx", "--yes", "pulumi@3.265.0"] as const;

/** Where stacks are stored for users who are not logged in to a backend. */
const HOME = join(homedir(), ".tapctl", "pulumi");
const LOCAL = `file://${join(HOME, "state")}`;

/**
 * Finds Pulumi and the stack, which is created if it does not exist.
 *
 * Its configuration is a copy of `Pulumi.<stack>.yaml` in a folder that git ignores, because Pulumi
 * writes to it. Settings in the original take precedence; of those only in the copy, secrets and
 * the context are kept.
 *
 * @throws UserError if Pulumi is missing or too old.
 */
export async function findEngine({
  root,
  project: folder,
  stack,
  yes = false,
}: EngineArgs): Promise<Engine> {
  const commands = commandsFor({ project: folder, stack: () => stack });
  const project = projectName(root);
  const command = await findCommand(yes);
  const call = (args: readonly string[], env = process.env): CommandResult =>
    capture(command[0], [...command.slice(1), ...args, "--non-interactive"], { env, cwd: root });
  const backend = loggedInBackend(call(["whoami", "--verbose", "--json"]));
  const local = backend === undefined ? localBackend() : undefined;
  const env = { ...process.env, ...local, TAPCTL_PULUMI: commands.onStack("pulumi") };
  const file = configFile(root, stack);
  const selected = ["--stack", stack, "--config-file", file];
  removeTornAttributes(backend ?? LOCAL, project, stack);
  if (!call(["stack", "--show-name", "--stack", stack], env).ok) {
    initStack(root, stack, file, (args) => call(args, env));
  }
  return {
    command,
    env,
    stack: selected,
    places: [
      ...(local
        ? [`State: ${HOME}/state`, `Passphrase of its secrets: ${HOME}/passphrase`]
        : ["State: see `pulumi whoami -v`"]),
      `Configuration: ${file}`,
    ],
    name: stack,
    project,
    root,
    backend: backend ?? LOCAL,
    commands,
  };
}

/** The name in a project's Pulumi.yaml. @throws UserError if it has none. */
function projectName(root: string): string {
  const file = join(root, "Pulumi.yaml");
  const { name } = read(file) as { readonly name?: unknown };
  if (typeof name === "string" && name !== "") return name;
  throw new UserError(
    `${file} ${existsSync(file) ? "has no name" : "does not exist, so this project cannot be deployed"}.`,
    { fix: "Create a project with: npx tapctl init" },
  );
}

async function findCommand(yes: boolean): Promise<Engine["command"]> {
  const { ok, output } = capture("pulumi", ["version"]);
  if (ok) {
    if (isNewer(OLDEST, output.replace(/^v/, "")))
      throw new UserError(`pulumi ${output} is too old.`, {
        fix: `Install v${OLDEST} or newer: https://www.pulumi.com/docs/install/`,
      });
    return ["pulumi"];
  }
  if (
    !(await consents(
      `pulumi is not on PATH. Download and run it with \`${BY_NPX.join(" ")}\`?`,
      yes,
    ))
  )
    throw new UserError("`pulumi` is not on PATH.", {
      fix: "Install it (https://www.pulumi.com/docs/install/), or use --yes to download it with npx.",
    });
  if (!capture(BY_NPX[0], [...BY_NPX.slice(1), "version"]).ok)
    throw new UserError(
      "`npx pulumi` does not start: it downloads from get.pulumi.com, which may be unreachable.",
      { fix: "Install pulumi: https://www.pulumi.com/docs/install/", exitCode: 1 },
    );
  return BY_NPX;
}

/**
 * Creates the stack in a temporary folder, because Pulumi writes a salt beside the project file; it
 * is added to the copy.
 */
function initStack(
  root: string,
  stack: string,
  file: string,
  call: (args: readonly string[]) => CommandResult,
): void {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-stack-"));
  try {
    copyFileSync(join(root, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    const made = call(["stack", "init", stack, "--cwd", folder]);
    if (!made.ok)
      throw new UserError(`Cannot create the stack "${stack}": ${lastLine(made.error)}`, {
        fix: "Fix that error, then run this command again.",
        exitCode: 1,
      });
    writeFileSync(
      file,
      stringify({
        ...read(file),
        ...read(join(folder, `Pulumi.${stack}.yaml`)),
        config: read(file).config,
      }),
      { mode: 0o600 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** URL of the backend that the user is logged in to. */
function loggedInBackend({ ok, output }: CommandResult): string | undefined {
  return ok ? (JSON.parse(output) as { readonly url: string }).url : undefined;
}

function localBackend(): { readonly [name: string]: string } {
  const passphrase = join(HOME, "passphrase");
  mkdirSync(join(HOME, "state"), { recursive: true, mode: 0o700 });
  if (!existsSync(passphrase))
    writeFileSync(passphrase, randomBytes(24).toString("base64url"), { mode: 0o600 });
  return {
    PULUMI_BACKEND_URL: LOCAL,
    ...(process.env["PULUMI_CONFIG_PASSPHRASE"] === undefined && {
      PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
    }),
  };
}

function configFile(root: string, stack: string): string {
  const original = read(join(root, `Pulumi.${stack}.yaml`));
  const file = join(root, ".tapctl", `Pulumi.${stack}.yaml`);
  const copy = read(file);
  mkdirSync(join(root, ".tapctl"), { recursive: true });
  writeFileSync(
    file,
    stringify({
      ...copy,
      ...original,
      config: { ...ofCopyAlone(copy.config), ...original.config },
    }),
    { mode: 0o600 },
  );
  return file;
}

/**
 * Values kept in the copy only: the context of the last update, and secrets. Other values were
 * removed from the original.
 */
function ofCopyAlone(config: object = {}): object {
  return Object.fromEntries(
    Object.entries(config).filter(
      ([key, value]: [string, unknown]) => key === "tapctl:context" || hasSecret(value),
    ),
  );
}

/** Whether a value contains a secret encrypted by Pulumi. */
function hasSecret(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    ("secure" in value || Object.values(value).some(hasSecret))
  );
}
