import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

export const REPOSITORY = join(__dirname, "..", "..");

/** What a command printed and how it ended. */
export interface Printed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project in a temporary folder whose array is the given text; connectors come from this repository. */
export function makeProject(t: TestContext, array: string): string {
  const root = mkdtempSync(join(tmpdir(), "tapctl-test-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "pipelines"));
  writeFileSync(
    join(root, "pipelines", "index.ts"),
    `import * as c from ${JSON.stringify(join(REPOSITORY, "connectors"))};
import { tap } from ${JSON.stringify(join(REPOSITORY, "connectors", "connector"))};
import { secret } from ${JSON.stringify(join(REPOSITORY, "connectors", "settings"))};
import { definePipelines } from ${JSON.stringify(join(REPOSITORY, "pipelines", "define"))};
void secret, tap;
export const pipelines = definePipelines(${array});
`,
  );
  return root;
}

/** The command's program. */
export const TAPCTL = join(REPOSITORY, "bin", "tapctl.cjs");

/** The environment of a command: connectors are shared between tests, the store is the project's own. */
export function cliEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, TAPCTL_ENVIRONMENTS: join(REPOSITORY, ".tapctl", "environments"), TAPCTL_STORE: undefined, NO_COLOR: "1" };
}

/** Runs `tapctl` in a folder to its end. */
export function tapctl(cwd: string, args: readonly string[], options: { readonly input?: string } = {}): Promise<Printed> {
  const child = spawn(process.execPath, [TAPCTL, ...args], { cwd, env: cliEnvironment(), stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(options.input ?? "");
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
