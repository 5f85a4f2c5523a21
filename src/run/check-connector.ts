import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ConnectorDefinition } from "../model/connector";
import type { JsonObject } from "../model/connector-settings";
import type { Replication } from "../model/replication";
import { streamRulesOf } from "../model/stream-rules";
import type { RequestFor } from "../model/request/schema";
import type { ConnectorConfig } from "./connector-configs";
import { describeStreams, type DiscoveredStream } from "./discovered-streams";
import type { Environment } from "./environments/environment";
import { filesBelow } from "./files";
import { callRunner, runnerArguments, type RunnerResult, type RunRequest } from "./runner";
import { openWorkspace, type Workspace } from "./workspace";

/** A step of a check. */
export interface CheckStep {
  /** `starts`, then for a tap `discovers` or `extracts`, for a target `loads`. */
  readonly name: "starts" | "discovers" | "extracts" | "loads";
  /** Whether the step succeeded. True if it was skipped; `detail` says so. */
  readonly ok: boolean;
  /** Duration in seconds. */
  readonly seconds: number;
  /** Result, or why the step failed, on one line. */
  readonly detail: string;
}

/** Result of a check. */
export interface CheckResult {
  /** Whether every step succeeded. */
  readonly ok: boolean;
  /** Steps in order, up to the first that failed. */
  readonly steps: readonly CheckStep[];
}

/** Options of a check. */
export interface CheckOptions {
  /** Config with secrets and defaults applied. Default: none; only the start is checked. */
  readonly settings?: ConnectorConfig;
  /** Folder that relative paths in settings refer to. */
  readonly cwd: string;
  /** Streams that the pipeline selects. Default: those that the tap selects by itself. */
  readonly streams?: Replication["streams"];
  /** Whether a record may be written to the target's real destination. Default: false. */
  readonly write?: boolean;
  /** Timeout of each step in seconds. Default: 60. */
  readonly timeout?: number;
}

/** Input of a trial load: one stream with one record, and a state. */
const TRIAL = [
  {
    type: "SCHEMA",
    stream: "tapctl_check",
    schema: {
      type: "object",
      properties: { id: { type: "integer" }, note: { type: ["null", "string"] } },
    },
    key_properties: ["id"],
  },
  { type: "RECORD", stream: "tapctl_check", record: { id: 1, note: "written by tapctl check" } },
  { type: "STATE", value: { bookmarks: { tapctl_check: { id: 1 } } } },
];

/**
 * Checks an installed connector without running a pipeline. A tap discovers its catalog, or, if it
 * has none, is stopped after its first message. A target loads one record, into a temporary folder
 * if it writes files.
 */
export async function checkConnector(
  environment: Environment,
  connector: ConnectorDefinition,
  options: CheckOptions,
): Promise<CheckResult> {
  const workspace = openWorkspace();
  try {
    const { flags, python } = JSON.parse(
      readFileSync(environment.descriptionFile, "utf8"),
    ) as Description;
    const started: CheckStep = {
      name: "starts",
      ok: true,
      seconds: 0,
      detail: `answered --help when it was installed${python === null ? "" : `, on Python ${python}`}`,
    };
    const { settings } = options;
    if (!settings) return { ok: true, steps: [started] };
    const trial = { environment, connector, settings, options, workspace };
    const begun = performance.now();
    const result =
      connector.kind === "target"
        ? await load(trial)
        : flags.discover
          ? await discover(trial)
          : await extract(trial);
    const step = { ...result, seconds: (performance.now() - begun) / 1000 };
    return { ok: step.ok, steps: [started, step] };
  } finally {
    workspace.remove();
  }
}

interface Description {
  readonly flags: { readonly discover: boolean };
  readonly python: string | null;
}

interface Trial {
  readonly environment: Environment;
  readonly connector: ConnectorDefinition;
  readonly settings: ConnectorConfig;
  readonly options: CheckOptions;
  readonly workspace: Workspace;
}

type Tried = Omit<CheckStep, "seconds">;

async function load(trial: Trial): Promise<Tried> {
  const { connector, workspace, options } = trial;
  const output = join(workspace.directory, "output");
  mkdirSync(output);
  const harmless = harmlessSettings(connector, output);
  if (!harmless && !options.write) {
    return {
      name: "loads",
      ok: true,
      detail: "not tried, because it would write to its real destination",
    };
  }
  const input = join(workspace.directory, "trial.jsonl");
  writeFileSync(input, TRIAL.map((message) => `${JSON.stringify(message)}\n`).join(""));
  const result = await run(
    trial,
    { command: "load", ...targetFields(trial, harmless ?? {}), input },
    () => false,
  );
  if (result.code !== 0)
    return { name: "loads", ok: false, detail: result.error ?? `failed with code ${result.code}` };
  if (connector.outputSetting !== undefined && filesBelow(output).length === 0)
    return { name: "loads", ok: false, detail: "took a record and wrote no file" };
  return {
    name: "loads",
    ok: true,
    detail: harmless
      ? "took a record"
      : "took a record into the stream tapctl_check of its real destination",
  };
}

/**
 * Settings with which a load writes to a folder instead of the pipeline's destination; undefined if
 * there are none.
 */
function harmlessSettings(
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

async function discover(trial: Trial): Promise<Tried> {
  const { environment, options, workspace } = trial;
  const catalog = join(workspace.directory, "catalog.json");
  const args = runnerArguments({
    command: "discover",
    ...tapFields(trial),
    output: catalog,
    parentProcess: process.pid,
  });
  const problem = await new Promise<string | undefined>((resolve) => {
    execFile(
      environment.python,
      args,
      { cwd: options.cwd, timeout: seconds(options) * 1000 },
      (error, _stdout, stderr) => {
        if (!error) return resolve(undefined);
        resolve(
          error.killed
            ? `no catalog within ${seconds(options)} s`
            : (stderr.trim().split("\n").at(-1) ?? error.message),
        );
      },
    );
  });
  if (problem !== undefined) return { name: "discovers", ok: false, detail: problem };
  const { streams } = JSON.parse(readFileSync(catalog, "utf8")) as {
    readonly streams: readonly DiscoveredStream[];
  };
  return { name: "discovers", ...describeStreams(streams, streamRulesOf(options)) };
}

async function extract(trial: Trial): Promise<Tried> {
  const extracted = join(trial.workspace.directory, "extract.jsonl");
  const seen = () =>
    existsSync(extracted) && /"type"\s*:\s*"(SCHEMA|RECORD)"/.test(readFileSync(extracted, "utf8"));
  const result = await run(
    trial,
    { command: "extract", ...tapFields(trial), output: extracted, graceSeconds: 5 },
    seen,
  );
  if (seen()) return { name: "extracts", ok: true, detail: "sent its first message" };
  return { name: "extracts", ok: false, detail: result.error ?? "sent no message" };
}

/** Calls the runner, and stops it when the result is known or the timeout has passed. */
async function run(
  { environment, options, workspace }: Trial,
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
        cwd: options.cwd,
        onEvent: () => undefined,
      },
      onStart(child) {
        timers.push(setTimeout(() => child.kill("SIGTERM"), seconds(options) * 1000));
        timers.push(setInterval(() => enough() && child.kill("SIGTERM"), 50));
      },
    });
  } finally {
    timers.forEach(clearTimeout);
  }
}

function tapFields(
  trial: Trial,
): Pick<RequestFor<"extract">, "tapConnector" | "tapConfig" | "tapSecrets"> {
  const secrets = secretsFile(trial);
  return {
    tapConnector: trial.environment.descriptionFile,
    tapConfig: configFile(trial, {}),
    ...(secrets !== undefined && { tapSecrets: secrets }),
  };
}

function targetFields(
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

function configFile({ settings, workspace }: Trial, more: JsonObject): string {
  return workspace.writeJson("config.json", { ...settings.config, ...more });
}

function secretsFile({ settings, workspace }: Trial): string | undefined {
  return settings.secretPaths === undefined
    ? undefined
    : workspace.writeJson("secrets.json", settings.secretPaths);
}

function seconds({ timeout }: CheckOptions): number {
  return timeout ?? 60;
}
