import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { outputPrefix, overlayKey, runFileKey, type RunFile } from "../store/keys";
import type { ObjectStore } from "../store/object-store";
import type { ConnectorConfig } from "./connector-configs";
import type { Workspace } from "./workspace";

/** Where a run's files lie on this machine, and the runner's flags that say so. */
export interface RunFiles {
  /** The tap's raw output. */
  readonly extract: string;
  /** Folder that a file-writing target fills. */
  readonly outputs: string;
  /** The state that is committed if the run comes to that. */
  readonly candidate: string;
  /** Who the state belongs to. */
  readonly identity: string;
  /** Folder for the results of the runner's calls. */
  readonly results: string;
  /** Runner flags for the states that the run starts from, and for what its attempts keep for one another. */
  readonly stateFlags: readonly string[];
  readonly resumeFlags: readonly string[];
  readonly tapFlags: readonly string[];
  readonly targetFlags: readonly string[];
  readonly streamFlags: readonly string[];
  /** Stores settings that the tap changed since the last call, where the store is not a folder. */
  keepOverlay(): Promise<void>;
  /** Stores what the extract left, where the store is not a folder: extract, catalog, log and config overlay. */
  keepExtract(): Promise<void>;
  /** Stores outputs and logs, where the store is not a folder. */
  keepOutputs(): Promise<void>;
}

/** What the files are made from. */
export interface RunFilesArgs {
  readonly store: ObjectStore;
  readonly workspace: Workspace;
  readonly pipeline: string;
  readonly run: string;
  readonly tap: ConnectorFiles;
  readonly target: ConnectorFiles;
  /** The catalog that the tap gets, where somebody made one. */
  readonly catalog: unknown;
  /** Stream rules, where the pipeline selects streams. */
  readonly select: unknown;
  readonly identity: unknown;
  /** The state in force: an envelope, or a bare Singer state; undefined on a first run. */
  readonly state: unknown;
  /** Ends uploads half-way. */
  readonly signal: AbortSignal;
  /** The same of a state that this run starts from instead; undefined for none. */
  readonly givenState: unknown;
}

/** A connector's description and its config. */
export interface ConnectorFiles extends ConnectorConfig {
  readonly descriptionFile: string;
}

/**
 * Lays a run out on disk: in the store itself where it is a folder, else in the workspace and uploaded at the end of
 * each step. Configs, which hold secrets, always go to the workspace.
 */
export async function layOutRun(args: RunFilesArgs): Promise<RunFiles> {
  const { workspace } = args;
  const place = (key: string) => placeOf(args, key);
  const key = (name: RunFile) => runFileKey(args.pipeline, args.run, name);
  const overlay = place(overlayKey(args.pipeline));
  if (args.store.localPath(overlayKey(args.pipeline)) === undefined)
    await args.store.downloadFile(overlayKey(args.pipeline), overlay);
  const logs = { tap: place(key("tap.log")), target: place(key("target.log")) };
  // The runner leaves the catalog that the tap got beside its results, and looks for it there when it loads.
  const catalog = join(workspace.directory, "catalog.json");
  const outputs = dirname(place(`${outputPrefix(args.pipeline, args.run)}file`));
  const config = {
    tap: workspace.writeJson("tap-config.json", args.tap.config),
    target: workspace.writeJson("target-config.json", args.target.config),
  };
  const given = (flag: string, name: string, value: unknown) =>
    value === undefined ? [] : [flag, workspace.writeJson(name, value)];
  const secrets = (kind: "tap" | "target", flag = "--secrets") =>
    given(flag, `${kind}-secrets.json`, args[kind].secretPaths);
  const directory = ["--dir", workspace.directory];
  const streams = [
    ...given("--catalog", "given-catalog.json", args.catalog),
    ...given("--select", "select.json", args.select),
  ];
  const keep = async (names: readonly RunFile[]) => {
    for (const name of names) await upload(args, key(name));
  };
  let kept = modified(overlay);
  const keepOverlay = async () => {
    const now = modified(overlay);
    if (now === kept) return;
    await upload(args, overlayKey(args.pipeline));
    kept = now;
  };
  return {
    extract: place(key("extract.jsonl")),
    outputs,
    candidate: join(workspace.directory, "candidate.json"),
    identity: workspace.writeJson("identity.json", args.identity),
    results: workspace.directory,
    stateFlags: [
      ...given("--state", "state.json", args.state),
      ...given("--given-state", "given-state.json", args.givenState),
    ],
    resumeFlags: ["--resume", join(workspace.directory, "resume.json")],
    tapFlags: [
      ...directory,
      "--connector",
      args.tap.descriptionFile,
      "--config",
      config.tap,
      ...secrets("tap"),
      ...streams,
      "--overlay",
      overlay,
      "--log",
      logs.tap,
    ],
    targetFlags: [
      ...directory,
      "--connector",
      args.target.descriptionFile,
      "--config",
      config.target,
      ...secrets("target"),
      "--output-dir",
      outputs,
      "--log",
      logs.target,
    ],
    streamFlags: [
      ...directory,
      ...[
        "--tap-connector",
        args.tap.descriptionFile,
        "--tap-config",
        config.tap,
        ...secrets("tap", "--tap-secrets"),
        ...streams,
        "--overlay",
        overlay,
        "--tap-log",
        logs.tap,
      ],
      ...[
        "--target-connector",
        args.target.descriptionFile,
        "--target-config",
        config.target,
        ...secrets("target", "--target-secrets"),
      ],
      ...["--output-dir", outputs, "--target-log", logs.target],
    ],
    keepOverlay,
    async keepExtract() {
      await keepOverlay();
      await keep(["extract.jsonl", "tap.log"]);
      if (existsSync(catalog))
        await args.store.uploadFile(key("catalog.json"), catalog, args.signal);
    },
    async keepOutputs() {
      await keep(["tap.log", "target.log"]);
      for (const { path } of filesBelow(outputs))
        await upload(args, `${outputPrefix(args.pipeline, args.run)}${path}`);
    },
  };
}

/** All files below a folder, by path relative to it, in order; none where there is no such folder. */
export function filesBelow(
  folder: string,
): readonly { readonly path: string; readonly bytes: number }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(folder, path), bytes: statSync(path).size }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function modified(path: string): number | undefined {
  return existsSync(path) ? statSync(path).mtimeMs : undefined;
}

function placeOf({ store, workspace }: RunFilesArgs, key: string): string {
  const path = store.localPath(key) ?? join(workspace.directory, key);
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

async function upload(args: RunFilesArgs, key: string): Promise<void> {
  const path = placeOf(args, key);
  if (existsSync(path)) await args.store.uploadFile(key, path, args.signal);
}
