import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { outputPrefix, overlayKey, runFileKey, type RunFile } from "../store/keys";
import type { ObjectStore } from "../store/object-store";
import type { RequestFor } from "../model/request/schema";
import type { ConnectorConfig } from "./connector-configs";
import type { Workspace } from "./workspace";

/** Where a run's files lie on this machine. */
export interface RunFiles {
  /** The tap's raw output; of a parallel run a folder with a file per slice. */
  readonly extract: string;
  /** Folder that a file-writing target fills. */
  readonly outputs: string;
  /** The state that is committed if the run comes to that. */
  readonly candidate: string;
  /** Who the state belongs to. */
  readonly identity: string;
  /** Folder for the results of the runner's calls. */
  readonly results: string;
  /** Fields of requests to the runner: the states that the run starts from, and the files of its tap and target. */
  readonly request: RequestFiles;
  /** Stores settings that the tap changed since the last call, where the store is not a folder. */
  keepOverlay(): Promise<void>;
  /** Stores what the extract left, where the store is not a folder: extract, catalog, log and config overlay. */
  keepExtract(): Promise<void>;
  /** Stores outputs and logs, where the store is not a folder. */
  keepOutputs(): Promise<void>;
}

/** The files of a run in requests to the runner. */
export interface RequestFiles {
  readonly states: Pick<RequestFor<"stream">, "state" | "givenState">;
  /** What the attempts of a stream keep for one another. */
  readonly resume: string;
  readonly tap: Pick<
    RequestFor<"stream">,
    | "directory"
    | "tapConnector"
    | "tapConfig"
    | "tapSecrets"
    | "tapLog"
    | "catalog"
    | "select"
    | "overlay"
  >;
  readonly target: Pick<
    RequestFor<"stream">,
    | "directory"
    | "targetConnector"
    | "targetConfig"
    | "targetSecrets"
    | "targetLog"
    | "outputDirectory"
  >;
}

/** What the files are made from. */
export interface RunFilesArgs {
  readonly store: ObjectStore;
  readonly workspace: Workspace;
  readonly pipeline: string;
  readonly run: string;
  readonly tap: ConnectorFiles;
  readonly target: ConnectorFiles;
  /** The catalog for the tap, if the pipeline has one. */
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
  const given = <Field extends string>(field: Field, name: string, value: unknown) =>
    (value === undefined ? {} : { [field]: workspace.writeJson(name, value) }) as {
      readonly [key in Field]?: string;
    };
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
    request: {
      states: {
        ...given("state", "state.json", args.state),
        ...given("givenState", "given-state.json", args.givenState),
      },
      resume: join(workspace.directory, "resume.json"),
      tap: {
        directory: workspace.directory,
        tapConnector: args.tap.descriptionFile,
        tapConfig: config.tap,
        ...given("tapSecrets", "tap-secrets.json", args.tap.secretPaths),
        ...given("catalog", "given-catalog.json", args.catalog),
        ...given("select", "select.json", args.select),
        overlay,
        tapLog: logs.tap,
      },
      target: {
        directory: workspace.directory,
        targetConnector: args.target.descriptionFile,
        targetConfig: config.target,
        ...given("targetSecrets", "target-secrets.json", args.target.secretPaths),
        outputDirectory: outputs,
        targetLog: logs.target,
      },
    },
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

/** Stores a file, or each file of a folder: the extract of a parallel run. */
async function upload(args: RunFilesArgs, key: string): Promise<void> {
  const path = placeOf(args, key);
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) return args.store.uploadFile(key, path, args.signal);
  for (const { path: name } of filesBelow(path))
    await args.store.uploadFile(`${key}/${name}`, join(path, name), args.signal);
}
