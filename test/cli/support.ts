import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { runToEnd, type Printed } from "../support/command";
import { tapctlHere } from "./in-process";

export const REPOSITORY = join(__dirname, "..", "..");

/** The scripts of `package.json`. */
export const { scripts: SCRIPTS } = JSON.parse(
  readFileSync(join(REPOSITORY, "package.json"), "utf8"),
) as { readonly scripts: Readonly<Record<string, string>> };

/** What `"tapctl"` is in a project that has it installed. */
export const PACKAGE = join(REPOSITORY, "dist", "src", "index.js");

/** A project in a temporary folder whose array is the given text; connectors come from this repository. */
export function makeProject(t: TestContext, array: string): string {
  const root = mkdtempSync(join(tmpdir(), "tapctl-test-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "pipelines"));
  writeFileSync(
    join(root, "pipelines", "index.ts"),
    `import * as c from ${JSON.stringify(PACKAGE)};
const { definePipelines, secret, tap } = c;
void secret, tap;
export const pipelines = definePipelines(${array});
`,
  );
  return root;
}

/** The command's program. */
export const TAPCTL = join(REPOSITORY, "dist", "src", "bin", "tapctl.js");

/** The environment of a command: connectors are shared between tests, the store is the project's own. */
export function cliEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    TAPCTL_ENVIRONMENTS: join(REPOSITORY, ".tapctl", "environments"),
    TAPCTL_STORE: undefined,
    NO_COLOR: "1",
  };
}

/** Runs `tapctl` in a folder, in this process. */
export function tapctl(
  cwd: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Printed> {
  return tapctlHere(args, { cwd, env: options.env ?? cliEnvironment() });
}

/** Runs `tapctl` in a folder as a separate process, for its exit code and standard input. */
export function startTapctl(
  cwd: string,
  args: readonly string[],
  options: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Printed> {
  return runToEnd([TAPCTL, ...args], { cwd, env: options.env ?? cliEnvironment() }, options.input);
}
