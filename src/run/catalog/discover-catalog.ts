import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { UserError } from "../../common/errors";
import { idleSeconds } from "../../model/idle-timeout";
import { identityOf } from "../../model/identity";
import type { Replication } from "../../model/replication";
import type { ConnectorConfig } from "../connector-configs";
import type { Environment } from "../environments/environment";
import { ExitCode, runnerArguments } from "../runner";
import { openWorkspace, type Workspace } from "../workspace";
import { parseCatalog, type Catalog } from "./catalog";

/** What a discovery needs. */
export interface DiscoverArgs {
  readonly entry: Replication;
  /** Environment of the tap. */
  readonly environment: Environment;
  /** Config of the tap with secrets. */
  readonly config: ConnectorConfig;
  /** Folder that relative settings refer to. */
  readonly cwd: string;
  /** Called with each log line. */
  readonly onLog: (line: string) => void;
}

/** A discovered catalog. */
export interface Discovered {
  readonly catalog: Catalog;
  /** What runs get from the object store: the catalog with what it belongs to, as JSON. */
  readonly stored: Buffer;
}

/**
 * Runs a tap's discovery with the environment and settings of a local run.
 *
 * @throws UserError with the tap's last error if it fails.
 */
export async function discoverCatalog(args: DiscoverArgs): Promise<Discovered> {
  const workspace = openWorkspace();
  try {
    const stored = join(workspace.directory, "stored.json");
    const output = join(workspace.directory, "catalog.json");
    const { code, error } = await callDiscover(args, workspace, { stored, output });
    if (code !== 0)
      throw new UserError(`"${args.entry.name}": ${error ?? `discovery exited with ${code}`}`, {
        exitCode: code ?? ExitCode.internal,
      });
    return {
      catalog: parseCatalog(
        `what ${args.entry.tap.connector.name} discovered`,
        readFileSync(output),
      ),
      stored: readFileSync(stored),
    };
  } finally {
    workspace.remove();
  }
}

/** Runs the runner; the error is the last line of its own. */
function callDiscover(
  { entry, environment, config, cwd, onLog }: DiscoverArgs,
  workspace: Workspace,
  files: { readonly stored: string; readonly output: string },
): Promise<{ readonly code: number | null; readonly error?: string }> {
  const { secretPaths } = config;
  const request = runnerArguments(environment.python, {
    command: "discover",
    tapConnector: environment.descriptionFile,
    tapConfig: workspace.writeJson("tap-config.json", config.config),
    ...(secretPaths !== undefined && {
      tapSecrets: workspace.writeJson("tap-secrets.json", secretPaths),
    }),
    identity: workspace.writeJson("identity.json", { pipeline: entry.name, ...identityOf(entry) }),
    idleTimeoutSeconds: idleSeconds(entry.idleTimeout),
    parentProcess: process.pid,
    ...files,
  });
  return new Promise((resolve, reject) => {
    const child = spawn(environment.python, request, { cwd, stdio: ["ignore", "ignore", "pipe"] });
    let error: string | undefined;
    createInterface({ input: child.stderr }).on("line", (line) => {
      onLog(line);
      if (line.startsWith(RUNNER)) error = line.slice(RUNNER.length);
    });
    child.on("error", (problem) =>
      reject(
        new UserError(`${environment.python} does not start: ${problem.message}`, {
          fix: "Check that the file exists and that you may execute it.",
          exitCode: 1,
        }),
      ),
    );
    child.on("close", (code) => resolve({ code, ...(error !== undefined && { error }) }));
  });
}

const RUNNER = "runner | ";
