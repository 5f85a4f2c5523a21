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
import { requestFiles, type RequestContent, type RequestFiles } from "./request-files";

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

/** Input of {@link layOutRun}. */
export interface RunFilesArgs extends RequestContent {
  readonly store: ObjectStore;
  readonly pipeline: string;
  readonly run: string;
  readonly identity: unknown;
  /** Aborts uploads. */
  readonly signal: AbortSignal;
}

/**
 * Chooses the paths of a run's files: in the store if it is a folder, otherwise in the workspace,
 * from which they are uploaded after each step. Configs contain secrets and always go to the
 * workspace.
 */
export async function layOutRun(args: RunFilesArgs): Promise<RunFiles> {
  const { store, pipeline, workspace, signal } = args;
  const inWorkspace = (name: string) => join(workspace.directory, name);
  const place = (key: string) => placeOf(args, key);
  const key = (name: RunFile) => runFileKey(pipeline, args.run, name);
  // The runner writes the catalog of the tap next to its results and reads it there for the load.
  const catalog = inWorkspace("catalog.json");
  const stored = {
    tapLog: place(key("tap.log")),
    targetLog: place(key("target.log")),
    overlay: place(overlayKey(pipeline)),
    storedCatalog: inWorkspace("stored-catalog.json"),
    discovered: inWorkspace("discovered.json"),
    outputs: dirname(place(`${outputPrefix(pipeline, args.run)}file`)),
    schemas: inWorkspace("schemas.json"),
    newSchemas: place(key("schema.json")),
  };
  if (store.localPath(overlayKey(pipeline)) === undefined)
    await store.downloadFile(overlayKey(pipeline), stored.overlay);
  await store.downloadFile(schemasKey(pipeline), stored.schemas);
  if (args.select !== undefined)
    await store.downloadFile(catalogKey(pipeline), stored.storedCatalog);
  const keep = async (names: readonly RunFile[]) => {
    for (const name of names) await upload(args, key(name));
  };
  let kept = modified(stored.overlay);
  const keepOverlay = async () => {
    const now = modified(stored.overlay);
    if (now === kept) return;
    await upload(args, overlayKey(pipeline));
    kept = now;
  };
  return {
    extract: place(key("extract.jsonl")),
    outputs: stored.outputs,
    candidate: inWorkspace("candidate.json"),
    schemas: stored.newSchemas,
    identity: workspace.writeJson("identity.json", args.identity),
    results: workspace.directory,
    request: requestFiles(args, stored),
    keepOverlay,
    async keepExtract() {
      await keepOverlay();
      await keep(["extract.jsonl", "tap.log"]);
      if (existsSync(stored.discovered))
        await store.uploadFile(catalogKey(pipeline), stored.discovered, signal);
      if (existsSync(catalog)) await store.uploadFile(key("catalog.json"), catalog, signal);
    },
    async keepOutputs() {
      await keep(["tap.log", "target.log", "schema.json"]);
      for (const { path } of filesBelow(stored.outputs))
        await upload(args, `${outputPrefix(pipeline, args.run)}${path}`);
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
