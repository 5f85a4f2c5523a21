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
import { secret } from ${JSON.stringify(join(REPOSITORY, "connectors", "settings"))};
import { definePipelines } from ${JSON.stringify(join(REPOSITORY, "pipelines", "define"))};
void secret;
export const pipelines = definePipelines(${array});
`,
  );
  return root;
}

/** Runs `tapctl` in a folder, with connectors that are shared between tests. */
export function tapctl(cwd: string, args: readonly string[], options: { readonly env?: NodeJS.ProcessEnv; readonly input?: string } = {}): Promise<Printed> {
  const env = { ...process.env, TAPCTL_ENVIRONMENTS: join(REPOSITORY, ".tapctl", "environments"), TAPCTL_STORE: undefined, NO_COLOR: "1", ...options.env };
  const child = spawn(process.execPath, [join(REPOSITORY, "bin", "tapctl.cjs"), ...args], { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
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
