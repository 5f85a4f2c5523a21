import { execFile } from "node:child_process";
import { join } from "node:path";

/** What a command showed on a terminal and how it ended. */
export interface Shown {
  readonly code: number;
  readonly screen: string;
}

/** A prompt, and the keys that answer it. */
export type Answer = readonly [prompt: string, keys: string];

const PROGRAM = join(__dirname, "terminal.py");

/** Runs a JavaScript file by this Node on a pseudo-terminal to its end, and answers its prompts in order. */
export function runOnTerminal(
  args: readonly string[],
  answers: readonly Answer[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Shown> {
  return new Promise((resolve) => {
    execFile(
      "python3",
      [PROGRAM, JSON.stringify(answers), process.execPath, ...args],
      { ...options, encoding: "utf8" },
      (error, stdout) =>
        resolve({
          code: error === null ? 0 : Number(error.code),
          screen: stdout.replaceAll("\r\n", "\n"),
        }),
    );
  });
}
