import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { capture, type CommandResult, show } from "../common/command";
import type { Commands } from "../common/commands";

/** Pulumi, and where its stacks are stored. */
export interface Engine {
  /** Program and first arguments of each call. */
  readonly command: readonly [string, ...string[]];
  /** Environment of each call. */
  readonly env: NodeJS.ProcessEnv;
  /** Arguments of calls that concern the stack. */
  readonly stack: readonly string[];
  /** Lines that show where state, passphrase and configuration are stored. */
  readonly places: readonly string[];
  /** Name of the stack. */
  readonly name: string;
  /** Name of the Pulumi project, as in Pulumi.yaml. */
  readonly project: string;
  /** Folder of the project. */
  readonly root: string;
  /**
   * Backend URL: `https:` for Pulumi Cloud; `file:`, `s3:` and others for backends that store the
   * state as a file.
   */
  readonly backend: string;
  /** Commands to print, for this project and stack. */
  readonly commands: Commands;
}

/** The stack of a project, as named on the command line. */
export interface EngineArgs {
  /** Folder of the project. */
  readonly root: string;
  /** The folder as given by `--project`. Default: the current one. */
  readonly project?: string | undefined;
  readonly stack: string;
  /** Whether the user passed `--yes`. Default: false. */
  readonly yes?: boolean;
}

/** Runs a Pulumi command and captures its output. */
export function askEngine(
  { command: [program, ...first], env, root }: Engine,
  args: readonly string[],
): CommandResult {
  return capture(program, [...first, ...args, "--non-interactive"], { env, cwd: root });
}

/** Runs a Pulumi command in the project folder with its output on screen; returns its exit code. */
export function runEngine(
  { command: [program, ...first], env, root }: Engine,
  args: readonly string[],
): Promise<number> {
  return show(program, [...first, ...args], { env, cwd: root });
}

export function read(file: string): { readonly config?: object } {
  return existsSync(file)
    ? ((parse(readFileSync(file, "utf8")) as { readonly config?: object } | null) ?? {})
    : {};
}

/** The last line of Pulumi's error output, which contains the cause. */
export function lastLine(text: string): string {
  return (
    text
      .split("\n")
      .at(-1)
      ?.replace(/^error: /, "") ?? text
  );
}
