import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { parse } from "yaml";
import { UserError } from "../errors";
import { checkValues, parseValue, settingsError } from "../settings/check";
import { settingKeys, type CheckedSettings } from "../settings/schema";
import type { CommandResult } from "./command";

/** What `pulumi config --json` says of a key; nothing of one that has a secret in it. */
interface ConfigValue {
  readonly value?: string;
  readonly objectValue?: unknown;
}

/**
 * The settings of a stack, its secrets left out, which only the engine may read.
 *
 * @param listed what `pulumi config --json` answered.
 * @throws UserError with every problem at once, and where the engine does not tell them.
 */
export function readSettings(listed: CommandResult): CheckedSettings {
  if (!listed.ok) throw new UserError(`the configuration of the stack cannot be read: ${listed.error}`, 1);
  const given = JSON.parse(listed.output) as { readonly [key: string]: ConfigValue };
  return settingsOf(Object.fromEntries(settingKeys.map((key) => [key, valueOf(key, given[`tapctl:${key}`])])));
}

/**
 * The settings of a stack by its file, without an engine.
 *
 * @param file such as `Pulumi.dev.yaml`.
 * @returns them, and what the file gives by key.
 * @throws UserError with every problem at once, and where there is no such file.
 */
export function readSettingsFile(file: string): { readonly settings: CheckedSettings; readonly given: { readonly [key: string]: unknown } } {
  if (!existsSync(file)) throw new UserError(`there is no ${basename(file)}, which has the settings of the stack`);
  const { config = {} } = (parse(readFileSync(file, "utf8")) as { readonly config?: { readonly [key: string]: unknown } } | null) ?? {};
  const values = settingKeys.map((key) => [key, config[`tapctl:${key}`]] as const).filter(([, value]) => value !== undefined && value !== null);
  const given = Object.fromEntries(values.map(([key, value]) => [key, typeof value === "string" ? parseValue(key, value) : value]));
  return { settings: settingsOf(given), given };
}

function settingsOf(values: { readonly [key: string]: unknown }): CheckedSettings {
  const { settings, problems } = checkValues(values);
  if (!settings || problems.length > 0) throw settingsError(problems);
  return settings;
}

function valueOf(key: string, given: ConfigValue | undefined): unknown {
  return given?.objectValue ?? (given?.value === undefined ? undefined : parseValue(key, given.value));
}
