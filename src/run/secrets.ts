import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../common/errors";
import {
  isSecretReference,
  secretsFile,
  type Json,
  type JsonObject,
} from "../model/connector-settings";
import { secretVariable } from "../model/validation/secrets";
import { parseEnvFile } from "./env-file";

/** Looks up a secret's value by its name; undefined if it is not set. @throws UserError if its line in `.env` is ambiguous. */
export type SecretLookup = (name: string) => string | undefined;

/** A config with its secrets in place, and where in it they are, so that logs can be masked. */
export interface ResolvedSettings {
  /** The settings with every secret replaced by its value. */
  readonly config: JsonObject;
  /** Where in `config` secrets stand, and their names, as {@link secretsFile} gives them. */
  readonly secretPaths: ReturnType<typeof secretsFile>;
}

/**
 * Secrets of this machine: the environment first, then the file `.env` of the project.
 *
 * @throws UserError where `.env` is there and cannot be read.
 */
export function localSecrets(
  root: string,
  environment: NodeJS.ProcessEnv = process.env,
): SecretLookup {
  const file = join(root, ".env");
  const fromFile = parseEnvFile(existsSync(file) ? readEnvFile(file) : "");
  return (name) => {
    const variable = secretVariable(name);
    const found = fromFile.get(variable);
    if (environment[variable] !== undefined || found === undefined) return environment[variable];
    if ("problem" in found)
      throw new UserError(`${file}: ${variable}, ${found.problem}`, { fix: "Correct the line." });
    return found.value;
  };
}

/**
 * Puts the values of secrets in the place of their names.
 *
 * @throws UserError that names every missing secret at once and how to give it; never a value.
 */
export function resolveSettings(
  where: string,
  settings: JsonObject,
  lookup: SecretLookup,
): ResolvedSettings {
  const missing = new Set<string>();
  const resolve = (value: Json): Json => {
    if (isSecretReference(value)) {
      const found = lookup(value.$secret);
      if (found === undefined) missing.add(value.$secret);
      return found ?? null;
    }
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item)]));
    }
    return value;
  };
  const config = resolve(settings) as JsonObject;
  if (missing.size > 0) {
    const names = [...missing];
    throw new UserError(
      `${where}: secret ${names.map((name) => `"${name}"`).join(", ")} is not set.`,
      { fix: `Set ${names.map(secretVariable).join(", ")} in the environment or in .env.` },
    );
  }
  return { config, secretPaths: secretsFile(settings) };
}

function readEnvFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code}).`, {
      fix: "Check its permissions.",
    });
  }
}
