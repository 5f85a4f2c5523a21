import { spawn, spawnSync } from "node:child_process";

/** Result of a command. */
export interface CommandResult {
  /** Whether the exit code is 0. */
  readonly ok: boolean;
  /** Standard output without surrounding whitespace. */
  readonly output: string;
  /** Standard error, or why the command did not start. */
  readonly error: string;
}

/** Runs a command and captures its output. A command that does not exist has failed. */
export function capture(
  program: string,
  args: readonly string[],
  options: {
    readonly env?: NodeJS.ProcessEnv;
    readonly cwd?: string;
    readonly input?: string;
  } = {},
): CommandResult {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    ...options,
    maxBuffer: 64 * 2 ** 20,
  });
  return {
    ok: status === 0,
    output: (stdout ?? "").trim(),
    error: (error?.message ?? stderr ?? "").trim(),
  };
}

/**
 * Runs a command that inherits the terminal, and returns its exit code.
 *
 * @param options `output`: where standard output goes. Default: `stdout`.
 */
export function show(
  program: string,
  args: readonly string[],
  {
    output = "stdout",
    ...options
  }: {
    readonly env?: NodeJS.ProcessEnv;
    readonly cwd?: string;
    readonly output?: "stdout" | "stderr";
  } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const stdout = output === "stderr" ? 2 : "inherit";
    const child = spawn(program, args, { ...options, stdio: ["inherit", stdout, "inherit"] });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
