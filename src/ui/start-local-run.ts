import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "../common/errors";
import { packageFile } from "../common/package";
import type { ObjectStore } from "../store/object-store";
import { currentHolder } from "../store/lease/lease";

/** A run to start. */
export interface LocalRunArgs {
  /** Folder of the project. */
  readonly root: string;
  readonly store: ObjectStore;
  readonly pipeline: string;
  /** Options of `tapctl run`. */
  readonly flags: readonly string[];
}

const POLL_MS = 100;
/** A run that has not begun by then installs its connectors, which may take minutes. */
const WAIT_MS = 8000;

/**
 * Starts `tapctl run` as a process of its own: it has its own memory, continues when the console
 * ends, and `tapctl cancel` can stop it.
 *
 * @returns what happened, once the run has begun.
 * @throws UserError with the command's own message if it ends before.
 */
export async function startLocalRun({
  root,
  store,
  pipeline,
  flags,
}: LocalRunArgs): Promise<string> {
  const before = (await currentHolder(store, pipeline))?.run;
  const folder = mkdtempSync(join(tmpdir(), "tapctl-run-"));
  const file = join(folder, "stderr");
  const stderr = openSync(file, "w", 0o600);
  const place = ["--project", root, "--store", store.url, "--on", "local"];
  const child = spawn(
    process.execPath,
    [packageFile("dist", "src", "bin", "tapctl.js"), ...place, "run", pipeline, ...flags],
    { cwd: root, detached: true, stdio: ["ignore", "ignore", stderr] },
  );
  closeSync(stderr);
  child.unref();
  let failure: string | undefined;
  child.on("error", (error) => (failure = error.message));
  child.on("exit", (code) => {
    if (code !== 0 && failure === undefined) failure = messageIn(file, pipeline);
    rmSync(folder, { recursive: true, force: true });
  });
  for (let waited = 0; waited < WAIT_MS; waited += POLL_MS) {
    const now = await currentHolder(store, pipeline);
    if (now !== undefined && now.run !== before) return `${pipeline}: run ${now.run} has started.`;
    if (failure !== undefined) throw new UserError(failure);
    if (child.exitCode === 0) return `${pipeline}: the run has ended.`;
    await pause(POLL_MS);
  }
  return `${pipeline}: the run is being prepared; its connectors may have to be installed.`;
}

/** The command's error, without the progress before it. */
function messageIn(file: string, pipeline: string): string {
  const lines = readFileSync(file, "utf8").trim().split("\n");
  const at = lines.findLastIndex((line) => line.startsWith(`${pipeline}: `));
  return lines.slice(Math.max(at, 0)).join("\n") || "The run ended before it began.";
}
