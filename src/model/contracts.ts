import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseJson } from "../common/json";
import type { Json, JsonObject } from "./connector-settings";
import type { PipelineEntry } from "./define";

/** Stands for a contract whose file cannot be used, until validation reports it. */
export class UnreadContract {
  readonly [key: string]: Json;

  /**
   * @param file path as the array has it.
   * @param problem what is wrong with the file.
   */
  constructor(
    readonly file: string,
    readonly problem: string,
  ) {}
}

/**
 * The entries with the content of each `contract` file in place of its path. A file that cannot be
 * used becomes an {@link UnreadContract}, which validation reports with all other problems.
 *
 * @param entries the array, not yet validated.
 * @param root folder that the paths refer to.
 */
export function readContracts(
  entries: readonly PipelineEntry[],
  root: string,
): readonly PipelineEntry[] {
  // The array is not validated yet.
  if (!isList(entries)) return entries;
  return entries.map((entry) => {
    const { streams } = fields(entry);
    return hasContract(streams)
      ? ({ ...entry, streams: withContracts(streams, root) } as PipelineEntry)
      : entry;
  });
}

function withContracts(streams: unknown, root: string): unknown {
  if (Array.isArray(streams)) return streams.map((rule: unknown) => withContract(rule, root));
  return Object.fromEntries(
    Object.entries(fields(streams)).map(([name, options]) => [name, withContract(options, root)]),
  );
}

function hasContract(streams: unknown): boolean {
  return Object.values(fields(streams)).some(
    (options) => typeof fields(options)["contract"] === "string",
  );
}

function withContract(rule: unknown, root: string): unknown {
  const { contract } = fields(rule);
  return typeof contract === "string"
    ? { ...fields(rule), contract: readContract(contract, root) }
    : rule;
}

function readContract(file: string, root: string): JsonObject | UnreadContract {
  let text: Buffer;
  try {
    text = readFileSync(resolve(root, file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return new UnreadContract(
      file,
      code === "ENOENT" ? "the file does not exist" : `the file cannot be read (${code})`,
    );
  }
  try {
    const value = parseJson(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : new UnreadContract(file, "the file must contain a JSON object");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return new UnreadContract(file, "the file is not JSON");
  }
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function fields(value: unknown): { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null
    ? (value as { readonly [name: string]: unknown })
    : {};
}
