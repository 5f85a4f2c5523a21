import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringifyJson } from "../common/json";
import { isProcessAlive } from "../common/processes";
import { removeFolder } from "../common/remove-folder";

const PREFIX = "tapctl-";

/** A private, temporary folder for files of a run that must not be kept: configs with secrets. */
export interface Workspace {
  /** Path of the folder; only this user can read it. */
  readonly directory: string;

  /** Writes a JSON file that only this user can read, and returns its path. */
  writeJson(name: string, value: unknown): string;

  /** Writes a text file for this user alone and returns its path. */
  writeText(name: string, text: string): string;

  /** Removes the folder. */
  remove(): void;
}

/** Creates a workspace, and removes those of killed processes. */
export function openWorkspace(): Workspace {
  removeAbandoned();
  const directory = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const writeText = (name: string, text: string) => {
    const path = join(directory, name);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  return {
    directory,
    writeText,
    writeJson: (name, value) => writeText(name, stringifyJson(value)),
    remove() {
      removeFolder(directory);
    },
  };
}

function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX)
      ? Number(name.slice(PREFIX.length).split("-")[0])
      : Number.NaN;
    if (Number.isInteger(pid) && !isProcessAlive(pid)) removeFolder(join(tmpdir(), name));
  }
}
