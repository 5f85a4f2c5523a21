import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandsFor } from "../../src/common/commands";
import type { Engine } from "../../src/deploy/pulumi";
import type { PipelineEntry } from "../../src/model/define";
import { stringify } from "yaml";

/** Number of resources that an update created, updated, deleted or left unchanged, in the engine's words. */
export type Changes = { readonly [operation: string]: number };

/** A stack of the real engine, with its state in a temporary folder. */
export interface Stack {
  /** Sets the pipelines of the next operation. */
  setPipelines(entries: readonly PipelineEntry[]): void;
  /** `pulumi up`; returns what it changed. */
  up(): Promise<Changes>;
  /** `pulumi preview`; returns what would change. */
  preview(): Promise<Changes>;
  /** `pulumi refresh`; returns what had drifted. */
  refresh(): Promise<Changes>;
  /** `pulumi destroy`. */
  destroy(): Promise<void>;
  /** Runs the command with other arguments: what it printed and its exit code. */
  run(args: readonly string[]): Promise<{ readonly code: number; readonly text: string }>;
  /** Kills the engine of an update at a moment, as `kill -9` does; whether the update had not ended before. */
  killedUp(moment: () => Promise<void>): Promise<boolean>;
  /** The engine with this stack, as the project's own commands call it. */
  readonly engine: Engine;
  /** Removes the folder. */
  close(): void;
}

const PACKAGE = join(__dirname, "..", "..");

/** The program of a project with its pipelines as data, so that a test can change them between two `up`s. */
const PROGRAM = `const { readFileSync } = require("node:fs");
module.exports = require("tapctl/stack").stack(JSON.parse(readFileSync(process.env.E2E_PIPELINES ?? "pipelines.json", "utf8")));
`;

/**
 * Creates a stack.
 *
 * @param config of the stack, by key without the project's name.
 */
export async function makeStack(
  config: { readonly [key: string]: unknown },
  secrets: { readonly [name: string]: string },
): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-e2e-"));
  const pipelines = join(folder, "pipelines.json");
  const backend = join(folder, "state");
  mkdirSync(backend);
  await installProject(folder);
  const merged = {
    ...config,
    secrets: { ...secrets, ...(config["secrets"] as object | undefined) },
  };
  writeFileSync(
    join(folder, "Pulumi.e2e.yaml"),
    stringify({
      config: Object.fromEntries(
        Object.entries(merged).map(([key, value]) => [`tapctl:${key}`, value]),
      ),
    }),
  );
  const env = {
    ...process.env,
    E2E_PIPELINES: pipelines,
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: "e2e",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const run = (args: readonly string[]) =>
    execute("pulumi", ["--non-interactive", "--color=never", ...args], folder, env);
  const succeed = async (args: readonly string[]) => {
    const { code, text } = await run(args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${text}`);
    return text;
  };
  const withStack = (args: readonly string[]) => [...args, "--stack", "e2e"];
  await succeed(["stack", "init", "e2e"]);
  return {
    setPipelines: (entries) => writeFileSync(pipelines, JSON.stringify(entries)),
    up: async () => changesIn(await succeed(withStack(["up", "--yes", "--skip-preview"]))),
    preview: async () => changesIn(await succeed(withStack(["preview"]))),
    refresh: async () =>
      changesIn(await succeed(withStack(["refresh", "--yes", "--skip-preview"]))),
    destroy: async () => void (await succeed(withStack(["destroy", "--yes", "--skip-preview"]))),
    run: (args) => run(withStack(args)),
    killedUp: async (moment) => {
      const child = spawn(
        "pulumi",
        ["--non-interactive", ...withStack(["up", "--yes", "--skip-preview"])],
        { cwd: folder, env, stdio: "ignore" },
      );
      const ended = once(child, "close");
      await Promise.race([moment(), ended]);
      const isRunning = child.exitCode === null && child.signalCode === null;
      child.kill("SIGKILL");
      await ended;
      return isRunning;
    },
    engine: {
      command: ["pulumi", "-C", folder],
      env,
      stack: ["--stack", "e2e"],
      places: [],
      commands: commandsFor(),
      name: "e2e",
      project: "tapctl",
      root: folder,
      backend: `file://${backend}`,
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Creates a project with this package installed from its tarball, as users have it. */
async function installProject(folder: string): Promise<void> {
  const { devDependencies } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as {
    readonly devDependencies: { readonly [name: string]: string };
  };
  const engine = ["@pulumi/docker-build", "@pulumi/kubernetes", "@pulumi/pulumi", "@pulumi/random"];
  await runOrThrow("npm", ["pack", "--pack-destination", folder], PACKAGE);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({
      private: true,
      dependencies: {
        tapctl: `file:${tarball}`,
        ...Object.fromEntries(engine.map((name) => [name, devDependencies[name]])),
      },
    }),
  );
  await runOrThrow("npm", ["install", "--no-audit", "--no-fund"], folder);
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    stringify({ name: "tapctl", runtime: { name: "nodejs", options: { typescript: false } } }),
  );
  writeFileSync(join(folder, "index.js"), PROGRAM);
}

async function runOrThrow(program: string, args: readonly string[], cwd: string): Promise<void> {
  const { code, text } = await execute(program, args, cwd, process.env);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${text}`);
}

/** The table under `Resources:`, such as `+ 3 created` or `12 unchanged`. */
function changesIn(text: string): Changes {
  const lines = (/^Resources:[^\n]*\n((?:[ \t]+.*\n?)*)/m.exec(text)?.[1] ?? "").split("\n");
  return Object.fromEntries(
    lines.flatMap((line) => {
      const match = /^\s+(?:[-+~]+ )?(\d+) (?:to )?(\w+)/.exec(line);
      return match ? [[match[2] ?? "", Number(match[1])]] : [];
    }),
  );
}

function execute(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly code: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const parts: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => parts.push(chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, text: parts.join("") }));
  });
}
