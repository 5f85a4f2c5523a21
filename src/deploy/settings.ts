import { UserError } from "../common/errors";
import { checkValues, parseValue, settingsError } from "../settings/check";
import { settingKeys, type CheckedSettings } from "../settings/schema";
import type { CommandResult } from "../common/command";

/** A value in `pulumi config --json`; empty if it contains a secret. */
interface ConfigValue {
  readonly value?: string;
  readonly objectValue?: unknown;
}

/**
 * The settings of a stack without its secrets, which only Pulumi can decrypt.
 *
 * @param listed the output of `pulumi config --json`.
 * @throws UserError that lists all problems, or if Pulumi cannot list the settings.
 */
export function readSettings(listed: CommandResult): CheckedSettings {
  if (!listed.ok)
    throw new UserError(`Cannot read the configuration of the stack: ${listed.error}`, {
      fix: "Fix that error, then run this command again.",
      exitCode: 1,
    });
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
