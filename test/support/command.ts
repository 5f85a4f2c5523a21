import { spawn, type SpawnOptions } from "node:child_process";
import { join } from "node:path";

/** The folder of the compiled tests and sources, in which they have the same paths as in the project. */
export const COMPILED = join(__dirname, "..", "..", ".tapctl", "tests");

/** The program that a TypeScript file of the project is compiled to, such as `test/run/fixtures/driver`. */
export const compiled = (file: string): string => join(COMPILED, `${file}.js`);

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
