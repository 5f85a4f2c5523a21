import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../common/errors";
import {
  isSecretReference,
  secretsFile,
  type Json,
  type JsonObject,
  type SecretReference,
} from "../model/connector-settings";
import { secretVariable } from "../model/validation/secrets";
import { parseEnvFile } from "./env-file";

/**
 * Returns the value of a secret; undefined if it is not set. @throws UserError if its line in
 * `.env` is ambiguous.
 */
export type SecretLookup = (name: string) => string | undefined;

/** A config with the values of secrets, and their paths for masking logs. */
export interface ResolvedSettings {
  /** The settings with every secret replaced by its value. */
  readonly config: JsonObject;
  /** Paths and names of the secrets in `config`, as returned by {@link secretsFile}. */
  readonly secretPaths: ReturnType<typeof secretsFile>;
}

/**
 * Secrets of this machine: environment variables, then the `.env` file of the project.
 *
 * @throws UserError if `.env` exists and cannot be read.
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
 * Replaces references to secrets with their values.
 *
 * @throws UserError with the names of all missing secrets and how to set them, never with values.
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
  if (missing.size > 0) throw notSet(where, [...missing]);
  return { config, secretPaths: secretsFile(settings) };
}

/** The value of a secret. @throws UserError if it is not set. */
export function resolveSecret(
  where: string,
  secret: SecretReference,
  lookup: SecretLookup,
): string {
  const found = lookup(secret.$secret);
  if (found !== undefined) return found;
  throw notSet(where, [secret.$secret]);
}

function notSet(where: string, names: readonly string[]): UserError {
  return new UserError(
    `${where}: secret ${names.map((name) => `"${name}"`).join(", ")} is not set.`,
    { fix: `Set ${names.map(secretVariable).join(", ")} in the environment or in .env.` },
  );
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
