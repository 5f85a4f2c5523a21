import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { UserError } from "../common/errors";
import { didYouMean } from "../model/validation/nearest";
import { checkValues, parseValue, settingsError } from "./check";
import { encryptedPaths, isBelow } from "./encrypted";
import { settingKeys, type CheckedSettings } from "./schema";

/** Settings of a stack by key. */
type Given = { readonly [key: string]: unknown };

/** Content of a stack's file. */
export interface StackFile {
  /** Settings with the defaults of `Pulumi.yaml` and of the schema applied. */
  readonly settings: CheckedSettings;
  /** Settings in the file itself, by key. */
  readonly given: Given;
}

/**
 * Reads the settings of a stack from its file, without an engine: secrets are left out and nothing
 * is decrypted.
 *
 * @param folder folder of the project, which contains the file, such as `Pulumi.dev.yaml`.
 * @throws UserError with all problems. If the file does not exist, it lists the stacks that have
 *   one.
 */
export function readStackFile(folder: string, stack: string): StackFile {
  if (!/^[\w.-]+$/.test(stack))
    throw new UserError(`Invalid value for --stack: ${JSON.stringify(stack)}.`, {
      fix: 'Use letters, digits, "-", "_" and ".", such as dev.',
    });
  const file = join(folder, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) throw noStack(file, stack, folder);
  const config = configIn(file);
  const given = valuesOf(keysIn(config), (key) => config[`tapctl:${key}`]);
  const encrypted = encryptedPaths(given);
  const { settings, problems: wrong } = checkValues({ ...defaultsIn(folder), ...given });
  const problems = [
    ...encrypted.map(
      (path) =>
        `${path}: is encrypted and cannot be read from the file. Only values under secrets may be encrypted`,
    ),
    ...wrong.filter((problem) => !encrypted.some((path) => isBelow(path, problem))),
  ];
  if (!settings || problems.length > 0) throw settingsError(problems);
  return { settings, given };
}

/** Defaults of all stacks, from the project file. */
function defaultsIn(folder: string): Given {
  const file = join(folder, "Pulumi.yaml");
  const config = existsSync(file) ? configIn(file) : {};
  const own = Object.entries(config).map(
    ([key, value]) => [key.includes(":") ? key : `${projectIn(file)}:${key}`, value] as const,
  );
  return valuesOf(keysIn(Object.fromEntries(own)), (key) => {
    const declared = config[key] ?? config[`tapctl:${key}`];
    return isObject(declared) ? (declared["value"] ?? declared["default"]) : declared;
  });
}

/** Name of the Pulumi project. */
function projectIn(file: string): string {
  const { name } = parse(readFileSync(file, "utf8")) as { readonly name?: string };
  return name ?? "tapctl";
}

/** Keys of the schema, in its order, then unknown keys. */
function keysIn(config: Given): readonly string[] {
  const given = Object.keys(config).flatMap((key) =>
    key.startsWith("tapctl:") ? [key.slice("tapctl:".length)] : [],
  );
  return [
    ...settingKeys.filter((key) => given.includes(key)),
    ...given.filter((key) => !isSetting(key)),
  ];
}

/** Values as the Pulumi program would receive them. */
function valuesOf(keys: readonly string[], rawValue: (key: string) => unknown): Given {
  const raw = keys
    .filter((key) => key !== "secrets")
    .map((key) => [key, rawValue(key)] as const)
    .filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(
    raw.map(([key, value]) => [
      key,
      typeof value === "object"
        ? value
        : parseValue(key, String(value as string | number | boolean)),
    ]),
  );
}

/** Reads the configuration in a stack's file. @throws UserError if it cannot be read. */
export function configIn(file: string): Given {
  let content: unknown;
  try {
    content = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file}: cannot be read: ${(error as Error).message.split("\n")[0]}`, {
      fix: "Correct the file.",
    });
  }
  const config = isObject(content) ? (content["config"] ?? {}) : (content ?? {});
  if (!isObject(config))
    throw new UserError(`${file}: is not a stack file: it has no settings under "config:".`, {
      fix: "Write its settings under config:, as Pulumi does.",
    });
  return config;
}

function noStack(file: string, stack: string, folder: string): UserError {
  const stacks = readdirSync(folder)
    .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
    .sort();
  return new UserError(`${file} does not exist${didYouMean(stack, stacks) || "."}`, {
    fix: `Choose a stack with a file: ${stacks.join(", ") || "none"}`,
  });
}

function isSetting(key: string): boolean {
  return (settingKeys as readonly string[]).includes(key);
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
