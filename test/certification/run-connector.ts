import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { settingsOf, type Tap, type Target } from "../../src/model/connector";
import { ensureEnvironment } from "../../src/run/environments/environments";
import type { Environment } from "../../src/run/environments/environment";
import { callRunner, type RunnerResult } from "../../src/run/runner";

const ENVIRONMENTS = join(__dirname, "..", "..", ".tapctl", "environments");

/** Installs a connector from its lock file. */
export function install({ connector }: Tap | Target): Promise<Environment> {
  return ensureEnvironment(connector, { root: ENVIRONMENTS });
}

/** Pipes lines to a target, which writes files to `output`. */
export async function load(
  target: Target,
  lines: readonly string[],
  folder: string,
  output: string,
): Promise<RunnerResult> {
  const { python, descriptionFile } = await install(target);
  mkdirSync(folder, { recursive: true });
  const input = written(folder, "extract.jsonl", `${lines.join("\n")}\n`);
  const config = written(folder, "config.json", JSON.stringify(settingsOf(target)));
  return callRunner({
    python,
    request: {
      command: "load",
      targetConnector: descriptionFile,
      targetConfig: config,
      input,
      outputDirectory: output,
    },
    folder,
    cwd: folder,
    onEvent: () => undefined,
  });
}

/** Runs a tap with selection rules and a saved state; returns its lines and how it ended. */
export async function extract(
  tap: Tap,
  folder: string,
  files: { readonly select?: unknown; readonly state?: string } = {},
): Promise<{ readonly result: RunnerResult; readonly lines: readonly string[] }> {
  const { python, descriptionFile } = await install(tap);
  mkdirSync(folder, { recursive: true });
  const output = written(folder, "extract.jsonl", "");
  const config = written(folder, "config.json", JSON.stringify(settingsOf(tap)));
  const select =
    files.select === undefined
      ? {}
      : { select: written(folder, "select.json", JSON.stringify(files.select)) };
  const state =
    files.state === undefined ? {} : { state: written(folder, "state.json", files.state) };
  const request = {
    command: "extract" as const,
    tapConnector: descriptionFile,
    tapConfig: config,
    ...select,
    ...state,
    output,
  };
  const result = await callRunner({
    python,
    request,
    folder,
    cwd: folder,
    onEvent: () => undefined,
  });
  return {
    result,
    lines: readFileSync(output, "utf8")
      .split("\n")
      .filter((line) => line !== ""),
  };
}

function written(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
