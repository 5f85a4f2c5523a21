import { randomBytes } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { stackCommand } from "../common/command-text";
import { UserError } from "../common/errors";
import { capture, show, type CommandResult } from "../common/command";
import { consents } from "./consent";
import { removeTornAttributes } from "./torn-attributes";
import { isNewer } from "./version";

/** The engine, and where its stacks live. */
export interface Engine {
  /** Program and first arguments of every call. */
  readonly command: readonly [string, ...string[]];
  /** Environment of every call. */
  readonly env: NodeJS.ProcessEnv;
  /** Arguments of every call that concerns the stack. */
  readonly stack: readonly string[];
  /** Lines that tell where state, passphrase and configuration are. */
  readonly places: readonly string[];
  /** Name of the stack. */
  readonly name: string;
  /** Name of the Pulumi project, as in Pulumi.yaml. */
  readonly project: string;
  /** Folder of the project. */
  readonly root: string;
  /** Address of the backend: `https:` for Pulumi Cloud, `file:`, `s3:` and others for one that holds the state as a file. */
  readonly backend: string;
}

/** What the engine answers to a command, unseen. */
export function askEngine(
  { command: [program, ...first], env, root }: Engine,
  args: readonly string[],
): CommandResult {
  return capture(program, [...first, ...args, "--non-interactive"], { env, cwd: root });
}

/** Runs a command of the engine before the user's eyes, in the project's folder; its exit code. */
export function runEngine(
  { command: [program, ...first], env, root }: Engine,
  args: readonly string[],
): Promise<number> {
  return show(program, [...first, ...args], { env, cwd: root });
}

const OLDEST = "3.225";

/** The engine as the npm registry has it, a program that downloads it; never a dependency, so that installing asks no other server. */
const BY_NPX = ["npx", "--yes", "pulumi@3.265.0"] as const;

/** Where stacks live of those who are logged in nowhere. */
const HOME = join(homedir(), ".tapctl", "pulumi");
const LOCAL = `file://${join(HOME, "state")}`;

/**
 * Finds the engine and the stack, which is made where it is not there.
 *
 * Its configuration is a copy of `Pulumi.<stack>.yaml` in a folder that git ignores, because the engine writes into it:
 * settings of the original win, and of what is only in the copy secrets stay, and the context.
 *
 * @param yes whether the user agreed to everything before.
 * @throws UserError where there is no engine, or one too old.
 */
export async function findEngine(root: string, stack: string, yes: boolean): Promise<Engine> {
  const project = projectName(root);
  const command = await findCommand(yes);
  const call = (args: readonly string[], env = process.env): CommandResult =>
    capture(command[0], [...command.slice(1), ...args, "--non-interactive"], { env, cwd: root });
  const backend = loggedInBackend(call(["whoami", "--verbose", "--json"]));
  const local = backend === undefined ? localBackend() : undefined;
  const env = { ...process.env, ...local, TAPCTL_PULUMI: stackCommand("pulumi") };
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
        : ["State: where `pulumi whoami -v` says"]),
      `Configuration: ${file}`,
    ],
    name: stack,
    project,
    root,
    backend: backend ?? LOCAL,
  };
}

/** The name in a project's Pulumi.yaml. @throws UserError if it has none. */
function projectName(root: string): string {
  const file = join(root, "Pulumi.yaml");
  const { name } = read(file) as { readonly name?: unknown };
  if (typeof name === "string" && name !== "") return name;
  throw new UserError(
    `${file}: ${existsSync(file) ? "has no name" : "does not exist, so this project cannot be deployed"}\nCreate a project with: npx tapctl init`,
  );
}

async function findCommand(yes: boolean): Promise<Engine["command"]> {
  const { ok, output } = capture("pulumi", ["version"]);
  if (ok) {
    if (isNewer(OLDEST, output.replace(/^v/, "")))
      throw new UserError(`pulumi ${output} is too old: v${OLDEST} or newer is needed`);
    return ["pulumi"];
  }
  if (
    !(await consents(
      `There is no pulumi on PATH. Run it by \`${BY_NPX.join(" ")}\`, which downloads it?`,
      yes,
    ))
  )
    throw new UserError(
      "there is no `pulumi` on PATH; install it (https://www.pulumi.com/docs/install/), or agree with --yes to a download by npx",
    );
  if (!capture(BY_NPX[0], [...BY_NPX.slice(1), "version"]).ok)
    throw new UserError(
      "`npx pulumi` does not start: its download needs get.pulumi.com; install pulumi yourself (https://www.pulumi.com/docs/install/)",
      1,
    );
  return BY_NPX;
}

/** Makes the stack in a folder of its own, because the engine writes a salt beside the project's file; it is put into the copy. */
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
      throw new UserError(`stack "${stack}" cannot be made: ${lastLine(made.error)}`, 1);
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

/** Address of the backend that the user is logged in to. */
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

/** What is only in a copy on purpose: what the last update found, and secrets. A setting was taken out of the original. */
function ofCopyAlone(config: object = {}): object {
  return Object.fromEntries(
    Object.entries(config).filter(
      ([key, value]: [string, unknown]) => key === "tapctl:context" || hasSecret(value),
    ),
  );
}

/** Whether the engine has encrypted something of a value. */
function hasSecret(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    ("secure" in value || Object.values(value).some(hasSecret))
  );
}

function read(file: string): { readonly config?: object } {
  return existsSync(file)
    ? ((parse(readFileSync(file, "utf8")) as { readonly config?: object } | null) ?? {})
    : {};
}

/** The last line of an engine's complaint: what it means by it. */
function lastLine(text: string): string {
  return (
    text
      .split("\n")
      .at(-1)
      ?.replace(/^error: /, "") ?? text
  );
}
