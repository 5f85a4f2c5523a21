import { spawn, spawnSync } from "node:child_process";

/** What a command came to. */
export interface CommandResult {
  /** Whether it ended with 0. */
  readonly ok: boolean;
  /** What it printed, without the white space around it. */
  readonly output: string;
  /** What it complained of. */
  readonly error: string;
}

/** Runs a command to its end, unseen. One that is not there has failed. */
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

/** Runs a command before the user's eyes; its exit code. */
export function show(
  program: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
