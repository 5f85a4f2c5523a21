import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { optionText } from "../common/commands";
import { UserError } from "../common/errors";
import { didYouMean } from "../model/validation/nearest";
import { load } from "./load";

/** Where a command runs: locally, or on the cluster of a kubeconfig context. */
export type Surroundings =
  | { readonly on: "local" }
  | { readonly on: "cluster"; readonly context?: string; readonly namespace?: string };

/** Options of every verb that select where it runs. */
export interface WhereFlags {
  readonly on?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** File in the root of a project with the defaults of these options. */
export const DEFAULTS_FILE = ".tapctl.yaml";

const KEYS = ["on", "context", "namespace"] as const;

/** Where a command runs, and the options that select it. */
export interface Where {
  readonly surroundings: Surroundings;
  /** Options to add to printed commands: those that differ from the project's `.tapctl.yaml`. */
  readonly options: readonly string[];
}

type Defaults = WhereFlags & { readonly on?: "local" | "cluster" };

/**
 * Where a command runs, from its options, else the project's `.tapctl.yaml`, else locally.
 *
 * @throws UserError if the file or an option has an invalid value.
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
    if (stray !== undefined)
      throw new UserError(`--${stray} needs --on cluster.`, {
        fix: `Add --on cluster, or omit --${stray}.`,
      });
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
    throw new UserError(`${file}: cannot be read: ${(error as Error).message.split("\n")[0]}`, {
      fix: "Fix or delete the file.",
    });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UserError(`${file}: is not a mapping of settings.`, {
      fix: `Allowed settings are ${KEYS.join(", ")}, e.g. on: cluster`,
    });
  const unknown = Object.keys(value).find((key) => !KEYS.some((known) => known === key));
  if (unknown !== undefined)
    throw new UserError(`${file}: unknown setting "${unknown}"${didYouMean(unknown, KEYS)}`, {
      fix: `Allowed settings are ${KEYS.join(", ")}.`,
    });
  const settings = value as { readonly [key in (typeof KEYS)[number]]?: unknown };
  const text = (key: (typeof KEYS)[number]): string | undefined => {
    const found = settings[key];
    if (found !== undefined && (typeof found !== "string" || found === ""))
      throw new UserError(`${file}: ${key} is ${JSON.stringify(found)}, not a string.`, {
        fix: "Set it to a non-empty string.",
      });
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
  throw new UserError(`Invalid value for ${where}: ${JSON.stringify(on)}.`, {
    fix: "Use local or cluster.",
  });
}
