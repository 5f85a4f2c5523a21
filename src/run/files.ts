import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import {
  catalogKey,
  outputPrefix,
  overlayKey,
  runFileKey,
  schemasKey,
  type RunFile,
} from "../store/keys";
import type { ObjectStore } from "../store/object-store";
import type { RequestFor } from "../model/request/schema";
import type { ConnectorConfig } from "./connector-configs";
import type { Workspace } from "./workspace";

/** Paths of a run's files on this machine. */
export interface RunFiles {
  /** Raw output of the tap; in a parallel run, a folder with one file per slice. */
  readonly extract: string;
  /** Folder for the files of a target that writes files. */
  readonly outputs: string;
  /** New state, saved by the commit. */
  readonly candidate: string;
  /** Schemas of the streams after the run, saved by the commit. */
  readonly schemas: string;
  /** File with the identity of the state: tap, source, target and destination. */
  readonly identity: string;
  /** Folder for the results of runner calls. */
  readonly results: string;
  /**
   * Fields of requests to the runner: the states to start from, and the files of tap and target.
   */
  readonly request: RequestFiles;
  /** Stores settings that the tap changed since the last call, if the store is not a folder. */
  keepOverlay(): Promise<void>;
  /**
   * Stores the files of the extract (extract, catalog, log and config overlay), if the store is not
   * a folder.
   */
  keepExtract(): Promise<void>;
  /** Stores outputs and logs, if the store is not a folder. */
  keepOutputs(): Promise<void>;
}

/** The files of a run in requests to the runner. */
export interface RequestFiles {
  readonly states: Pick<RequestFor<"stream">, "state" | "givenState">;
  /** Options of streams, for the commands of tap and target. */
  readonly rules: Pick<RequestFor<"stream">, "rules">;
  /** File that the attempts of stream mode share. */
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
    | "maskSalt"
    | "storedCatalog"
    | "catalogMaxAge"
    | "discovered"
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
    | "schemas"
    | "newSchemas"
  >;
}

/** Input of {@link layOutRun}. */
export interface RunFilesArgs {
  readonly store: ObjectStore;
  readonly workspace: Workspace;
  readonly pipeline: string;
  readonly run: string;
  readonly tap: ConnectorFiles;
  readonly target: ConnectorFiles;
  /** Catalog for the tap, if there is one. */
  readonly catalog: unknown;
  /** Stream rules, if the pipeline selects streams. */
  readonly select: unknown;
  /** Options of streams, where the pipeline has some. */
  readonly rules: unknown;
  /** Salt of masked values, where the pipeline has one. */
  readonly maskSalt: string | undefined;
  /** Age in seconds from which the run discovers again; undefined for no limit. */
  readonly catalogMaxAge: number | undefined;
  /** Whether other runs may use a catalog that this run discovers: it has their settings. */
  readonly keepDiscovered: boolean;
  readonly identity: unknown;
  /** Saved state: an envelope or a bare Singer state; undefined in a first run. */
  readonly state: unknown;
  /** Aborts uploads. */
  readonly signal: AbortSignal;
  /** State to start from instead of the saved one; undefined without one. */
  readonly givenState: unknown;
}

/** Description and config of a connector. */
export interface ConnectorFiles extends ConnectorConfig {
  readonly descriptionFile: string;
}

/**
 * Chooses the paths of a run's files: in the store if it is a folder, otherwise in the workspace,
 * from which they are uploaded after each step. Configs contain secrets and always go to the
 * workspace.
 */
export async function layOutRun(args: RunFilesArgs): Promise<RunFiles> {
  const { workspace } = args;
  const place = (key: string) => placeOf(args, key);
  const key = (name: RunFile) => runFileKey(args.pipeline, args.run, name);
  const overlay = place(overlayKey(args.pipeline));
  if (args.store.localPath(overlayKey(args.pipeline)) === undefined)
    await args.store.downloadFile(overlayKey(args.pipeline), overlay);
  const schemas = join(workspace.directory, "schemas.json");
  await args.store.downloadFile(schemasKey(args.pipeline), schemas);
  const logs = { tap: place(key("tap.log")), target: place(key("target.log")) };
  // The runner writes the catalog of the tap next to its results and reads it there for the load.
  const catalog = join(workspace.directory, "catalog.json");
  const storedCatalog = join(workspace.directory, "stored-catalog.json");
  if (args.select !== undefined)
    await args.store.downloadFile(catalogKey(args.pipeline), storedCatalog);
  const discovered = join(workspace.directory, "discovered.json");
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
    schemas: place(key("schema.json")),
    identity: workspace.writeJson("identity.json", args.identity),
    results: workspace.directory,
    request: {
      states: {
        ...given("state", "state.json", args.state),
        ...given("givenState", "given-state.json", args.givenState),
      },
      rules: given("rules", "rules.json", args.rules),
      resume: join(workspace.directory, "resume.json"),
      tap: {
        directory: workspace.directory,
        tapConnector: args.tap.descriptionFile,
        tapConfig: config.tap,
        ...given("tapSecrets", "tap-secrets.json", args.tap.secretPaths),
        ...given("catalog", "given-catalog.json", args.catalog),
        ...given("select", "select.json", args.select),
        ...(args.maskSalt !== undefined && {
          maskSalt: workspace.writeText("mask-salt", args.maskSalt),
        }),
        storedCatalog,
        ...(args.catalogMaxAge !== undefined && { catalogMaxAge: args.catalogMaxAge }),
        ...(args.keepDiscovered && { discovered }),
        overlay,
        tapLog: logs.tap,
      },
      target: {
        directory: workspace.directory,
        targetConnector: args.target.descriptionFile,
        targetConfig: config.target,
        ...given("targetSecrets", "target-secrets.json", args.target.secretPaths),
        outputDirectory: outputs,
        schemas,
        newSchemas: place(key("schema.json")),
        targetLog: logs.target,
      },
    },
    keepOverlay,
    async keepExtract() {
      await keepOverlay();
      await keep(["extract.jsonl", "tap.log"]);
      if (existsSync(discovered))
        await args.store.uploadFile(catalogKey(args.pipeline), discovered, args.signal);
      if (existsSync(catalog))
        await args.store.uploadFile(key("catalog.json"), catalog, args.signal);
    },
    async keepOutputs() {
      await keep(["tap.log", "target.log", "schema.json"]);
      for (const { path } of filesBelow(outputs))
        await upload(args, `${outputPrefix(args.pipeline, args.run)}${path}`);
    },
  };
}

/** All files below a folder, sorted by relative path; empty if the folder does not exist. */
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

/** Stores a file, or every file of a folder: the extract of a parallel run. */
async function upload(args: RunFilesArgs, key: string): Promise<void> {
  const path = placeOf(args, key);
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) return args.store.uploadFile(key, path, args.signal);
  for (const { path: name } of filesBelow(path))
    await args.store.uploadFile(`${key}/${name}`, join(path, name), args.signal);
}
