import { UserError } from "../common/errors";
import { checkValues, parseValue, settingsError } from "../settings/check";
import { settingKeys, type CheckedSettings } from "../settings/schema";
import type { CommandResult } from "../common/command";

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
  if (!listed.ok)
    throw new UserError(`the configuration of the stack cannot be read: ${listed.error}`, 1);
  const given = JSON.parse(listed.output) as { readonly [key: string]: ConfigValue };
  const { settings, problems } = checkValues(
    Object.fromEntries(settingKeys.map((key) => [key, valueOf(key, given[`tapctl:${key}`])])),
  );
  if (!settings || problems.length > 0) throw settingsError(problems);
  return settings;
}

function valueOf(key: string, given: ConfigValue | undefined): unknown {
  return (
    given?.objectValue ?? (given?.value === undefined ? undefined : parseValue(key, given.value))
  );
}
