import { spawn, type SpawnOptions } from "node:child_process";
import { join } from "node:path";

/** Flags of Node that let it load TypeScript, as the commands of this project do. */
export const TYPESCRIPT = [
  "--require",
  join(__dirname, "..", "..", "node_modules", "tsx", "dist", "cjs", "index.cjs"),
];

/** What a command printed and how it ended. */
export interface Printed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a JavaScript file by this Node to its end, with a text on its standard input. */
export function runToEnd(
  args: readonly string[],
  options: Pick<SpawnOptions, "cwd" | "env">,
  input = "",
): Promise<Printed> {
  const child = spawn(process.execPath, args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(input);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
