import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { UserError } from "../common/errors";
import { didYouMean } from "../model/validation/nearest";
import { checkValues, parseValue, settingsError } from "./check";
import { encryptedPaths, isBelow } from "./encrypted";
import { settingKeys, type CheckedSettings } from "./schema";

/** A stack's settings by key. */
type Given = { readonly [key: string]: unknown };

/** What a stack's file says. */
export interface StackFile {
  /** The settings, with the defaults of `Pulumi.yaml` and of the schema put in. */
  readonly settings: CheckedSettings;
  /** What the file itself gives, by key. */
  readonly given: Given;
}

/**
 * The settings of a stack by its file alone, without an engine: its secrets are left out, and nothing is decrypted.
 *
 * @param folder of the project, where the file is, such as `Pulumi.dev.yaml`.
 * @throws UserError with every problem at once; where there is no such file, with the stacks that have one.
 */
export function readStackFile(folder: string, stack: string): StackFile {
  if (!/^[\w.-]+$/.test(stack))
    throw new UserError(
      `--stack ${JSON.stringify(stack)}: a stack's own name, of letters, digits, "-", "_" and ".", such as dev`,
    );
  const file = join(folder, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) throw new UserError(`there is no ${file}${othersThan(stack, folder)}`);
  const config = configIn(file);
  const given = valuesOf(keysIn(config), (key) => config[`tapctl:${key}`]);
  const encrypted = encryptedPaths(given);
  const { settings, problems: wrong } = checkValues({ ...defaultsIn(folder), ...given });
  const problems = [
    ...encrypted.map(
      (path) =>
        `${path}: is encrypted, and the file alone does not tell it; only what stands under secrets may be`,
    ),
    ...wrong.filter((problem) => !encrypted.some((path) => isBelow(path, problem))),
  ];
  if (!settings || problems.length > 0) throw settingsError(problems);
  return { settings, given };
}

/** What the project's file gives every stack. */
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

/** Keys of this program in the schema's order, then those that are not settings. */
function keysIn(config: Given): readonly string[] {
  const given = Object.keys(config).flatMap((key) =>
    key.startsWith("tapctl:") ? [key.slice("tapctl:".length)] : [],
  );
  return [
    ...settingKeys.filter((key) => given.includes(key)),
    ...given.filter((key) => !isSetting(key)),
  ];
}

/** What is set, as Pulumi gives it to the program. */
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

/** The configuration in a file of a stack. @throws UserError if it cannot be read. */
export function configIn(file: string): Given {
  let content: unknown;
  try {
    content = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message.split("\n")[0]}`);
  }
  const config = isObject(content) ? (content["config"] ?? {}) : (content ?? {});
  if (!isObject(config))
    throw new UserError(`${file}: is not the file of a stack, whose settings are below "config:"`);
  return config;
}

function othersThan(stack: string, folder: string): string {
  const stacks = readdirSync(folder)
    .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
    .sort();
  return (
    didYouMean(stack, stacks) || `; the stacks that have a file are: ${stacks.join(", ") || "none"}`
  );
}

function isSetting(key: string): boolean {
  return (settingKeys as readonly string[]).includes(key);
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
