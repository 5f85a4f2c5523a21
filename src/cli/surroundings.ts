import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { optionText } from "../common/command-text";
import { UserError } from "../common/errors";
import { didYouMean } from "../model/validation/nearest";
import { load } from "./load";

/** Where a command works: on this machine, or on the cluster that a context of the kubeconfig names. */
export type Surroundings =
  | { readonly on: "local" }
  | { readonly on: "cluster"; readonly context?: string; readonly namespace?: string };

/** Options of every verb that say where. */
export interface WhereFlags {
  readonly on?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** File in the root of a project that says where its commands work unless they are told. */
export const DEFAULTS_FILE = ".tapctl.yaml";

const KEYS = ["on", "context", "namespace"] as const;

/** Where a command works, and how that is told to others. */
export interface Where {
  readonly surroundings: Surroundings;
  /** Options of the command that say where, as far as the project's `.tapctl.yaml` does not say the same: to print commands with. */
  readonly options: readonly string[];
}

type Defaults = WhereFlags & { readonly on?: "local" | "cluster" };

/**
 * Where a command works: as its options say, else as the project's `.tapctl.yaml` does, else on this machine.
 *
 * @throws UserError for a file or an option that says something else than it may.
 */
export function whereOf(root: string, flags: WhereFlags): Where {
  const defaults = readDefaults(join(root, DEFAULTS_FILE));
  return {
    surroundings: surroundingsOf(flags, defaults),
    options: optionsOf(flags, { on: "local", ...defaults }),
  };
}

function surroundingsOf(flags: WhereFlags, defaults: Defaults): Surroundings {
  const on = checkOn("--on", flags.on) ?? defaults.on ?? "local";
  const stray = (["context", "namespace"] as const).find((name) => flags[name] !== undefined);
  if (on === "local") {
    if (stray !== undefined) throw new UserError(`--${stray} is for --on cluster`);
    return { on };
  }
  const context = flags.context ?? defaults.context;
  const namespace = flags.namespace ?? defaults.namespace;
  return {
    on,
    ...(context !== undefined && { context }),
    ...(namespace !== undefined && { namespace }),
  };
}

function optionsOf(flags: WhereFlags, defaults: Defaults): readonly string[] {
  return KEYS.flatMap((key) => {
    const given = flags[key];
    return given === defaults[key] ? [] : optionText(key, given);
  });
}

function readDefaults(file: string): Defaults {
  if (!existsSync(file)) return {};
  const { parse } = load("yaml") as typeof import("yaml");
  let value: unknown;
  try {
    value = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file}: cannot be read: ${(error as Error).message.split("\n")[0]}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UserError(
      `${file}: is not a list of settings; allowed are ${KEYS.join(", ")}, such as: on: cluster`,
    );
  const unknown = Object.keys(value).find((key) => !KEYS.some((known) => known === key));
  if (unknown !== undefined)
    throw new UserError(
      `${file}: "${unknown}" is not a setting${didYouMean(unknown, KEYS)}; allowed are ${KEYS.join(", ")}`,
    );
  const settings = value as { readonly [key in (typeof KEYS)[number]]?: unknown };
  const text = (key: (typeof KEYS)[number]): string | undefined => {
    const found = settings[key];
    if (found !== undefined && (typeof found !== "string" || found === ""))
      throw new UserError(`${file}: ${key} ${JSON.stringify(found)}: has to be text`);
    return found;
  };
  const on = checkOn(`${file}: on`, text("on"));
  const [context, namespace] = [text("context"), text("namespace")];
  return {
    ...(on && { on }),
    ...(context !== undefined && { context }),
    ...(namespace !== undefined && { namespace }),
  };
}

function checkOn(where: string, on: string | undefined): "local" | "cluster" | undefined {
  if (on === undefined || on === "local" || on === "cluster") return on;
  throw new UserError(`${where} ${JSON.stringify(on)}: allowed are local and cluster`);
}
