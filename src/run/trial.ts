import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "../common/json";
import type { ConnectorDefinition } from "../model/connector";
import type { JsonObject } from "../model/connector-settings";
import type { Request, RequestFor } from "../model/request/schema";
import type { ConnectorConfig } from "./connector-configs";
import type { DiscoveredStream } from "./discovered-streams";
import type { Environment } from "./environments/environment";
import { callRunner, runnerArguments, type RunnerResult, type RunRequest } from "./runner";
import type { Workspace } from "./workspace";

/** An installed connector that is tried with the settings of a pipeline. */
export interface Trial {
  readonly environment: Environment;
  readonly connector: ConnectorDefinition;
  readonly settings: ConnectorConfig;
  /** Folder that relative paths in settings refer to. */
  readonly cwd: string;
  /** Timeout of each call in seconds. */
  readonly timeout: number;
  readonly workspace: Workspace;
}

/** What an installation found out about a connector. */
interface Description {
  readonly flags: { readonly discover: boolean };
  readonly python: string | null;
}

/** The description of an installed connector. */
export function descriptionOf({ descriptionFile }: Environment): Description {
  return parseJson(readFileSync(descriptionFile)) as Description;
}

/** Streams that a tap discovers, or why it does not. */
export async function discoverStreams(
  trial: Trial,
): Promise<{ readonly streams: readonly DiscoveredStream[] } | { readonly problem: string }> {
  const { environment, workspace, cwd, timeout } = trial;
  const catalog = join(workspace.directory, "catalog.json");
  const { problem } = await callForText(
    environment,
    { command: "discover", ...tapFields(trial), output: catalog, parentProcess: process.pid },
    { cwd, timeout },
  );
  if (problem !== undefined) return { problem };
  return parseJson(readFileSync(catalog)) as {
    readonly streams: readonly DiscoveredStream[];
  };
}

/** What a call of the runner prints, or why it failed. */
export function callForText(
  { python }: Environment,
  request: Request,
  { cwd, timeout }: { readonly cwd: string; readonly timeout: number },
): Promise<{ readonly output: string; readonly problem?: string }> {
  return new Promise((resolve) => {
    execFile(
      python,
      runnerArguments(python, request),
      { cwd, timeout: timeout * 1000 },
      (error, output, stderr) => {
        if (!error) return resolve({ output });
        const problem = error.killed
          ? `no result within ${timeout} s`
          : (stderr.trim().split("\n").at(-1) ?? error.message);
        resolve({ output, problem });
      },
    );
  });
}

/** Calls the runner, and stops it when there is enough or the timeout has passed. */
export async function callTrial(
  { environment, workspace, cwd, timeout }: Omit<Trial, "connector" | "settings">,
  request: RunRequest,
  enough: () => boolean,
): Promise<RunnerResult> {
  const timers: NodeJS.Timeout[] = [];
  try {
    return await callRunner({
      ...{
        python: environment.python,
        request,
        folder: workspace.directory,
        cwd,
        onEvent: () => undefined,
      },
      onStart(child) {
        timers.push(setTimeout(() => child.kill("SIGTERM"), timeout * 1000));
        timers.push(setInterval(() => enough() && child.kill("SIGTERM"), 50));
      },
    });
  } finally {
    timers.forEach(clearTimeout);
  }
}

/** Fields of a request for the tap. */
export function tapFields(
  trial: Trial,
): Pick<RequestFor<"extract">, "tapConnector" | "tapConfig" | "tapSecrets"> {
  const secrets = secretsFile(trial);
  return {
    tapConnector: trial.environment.descriptionFile,
    tapConfig: configFile(trial, {}),
    ...(secrets !== undefined && { tapSecrets: secrets }),
  };
}

/** Fields of a request for the target, with settings that replace the pipeline's. */
export function targetFields(
  trial: Trial,
  more: JsonObject,
): Pick<RequestFor<"load">, "targetConnector" | "targetConfig" | "targetSecrets"> {
  const secrets = secretsFile(trial);
  return {
    targetConnector: trial.environment.descriptionFile,
    targetConfig: configFile(trial, more),
    ...(secrets !== undefined && { targetSecrets: secrets }),
  };
}

/**
 * Settings with which a load writes to a folder instead of the pipeline's destination; undefined if
 * there are none.
 */
export function harmlessSettings(
  { outputSetting, trial }: ConnectorDefinition,
  directory: string,
): JsonObject | undefined {
  if (!trial && outputSetting === undefined) return undefined;
  const replaced = Object.entries(trial ?? {}).map(([name, value]) => [
    name,
    typeof value === "string" ? value.replaceAll("{directory}", directory) : value,
  ]);
  return {
    ...(outputSetting !== undefined && { [outputSetting]: directory }),
    ...(Object.fromEntries(replaced) as JsonObject),
  };
}

function configFile({ connector, settings, workspace }: Trial, more: JsonObject): string {
  return workspace.writeJson(`${connector.kind}-config.json`, { ...settings.config, ...more });
}

function secretsFile({ connector, settings, workspace }: Trial): string | undefined {
  return settings.secretPaths === undefined
    ? undefined
    : workspace.writeJson(`${connector.kind}-secrets.json`, settings.secretPaths);
}
