import * as pulumi from "@pulumi/pulumi";
import { commandsFor, type Commands } from "../common/commands";
import { checkValues, parseValue, settingsError } from "./check";
import { settingsSchema, type CheckedSettings } from "./schema";
import { secretSettings, setSecretCommand, type Secrets } from "./secrets";

/** Settings of a stack, read from the Pulumi configuration. */
export interface Settings extends Readonly<CheckedSettings> {
  /** Values of secrets, such as `secrets["shop-password"]`. */
  readonly secrets: Secrets;
}

/**
 * Reads the configuration of the stack.
 *
 * @param commands the commands to print in problems.
 * @throws UserError with all problems.
 */
export function loadSettings(
  config = new pulumi.Config("tapctl"),
  commands = commandsFor(),
): Settings {
  const values = Object.fromEntries(keysIn(config).map((key) => [key, rawValue(config, key)]));
  const secrets = rawValue(config, "secrets");
  return {
    ...checkSettings(values, secrets, config.name, commands),
    secrets: wrapSecrets(secrets),
  };
}

/**
 * Validates a configuration and applies defaults.
 *
 * @param values JSON values by key; undefined for a key that is not set.
 * @param secrets value of the key `secrets`; checked only to be text.
 * @param project namespace of the keys, shown in problems.
 * @param commands the commands to print in problems.
 * @throws UserError with all problems.
 */
export function checkSettings(
  values: { readonly [key: string]: unknown },
  secrets: unknown,
  project = "tapctl",
  commands: Commands = commandsFor(),
): CheckedSettings {
  const { settings, problems: wrong } = checkValues(values);
  const problems = [
    ...wrong,
    ...(settings ? missingSecrets(settings, secrets, commands) : []),
    ...secretsProblems(secrets, commands),
  ];
  if (!settings || problems.length > 0) throw settingsError(problems, project);
  return settings;
}

/** Every key of the configuration, unknown ones included. */
function keysIn({ name }: pulumi.Config): readonly string[] {
  const given = Object.keys(pulumi.runtime.allConfig()).flatMap((key) =>
    key.startsWith(`${name}:`) ? [key.slice(name.length + 1)] : [],
  );
  return given.filter((key) => key !== "secrets");
}

function rawValue(config: pulumi.Config, key: string): unknown {
  const raw = pulumi.runtime.getConfig(`${config.name}:${key}`);
  return raw === undefined ? undefined : parseValue(key, raw);
}

function wrapSecrets(secrets: unknown): Secrets {
  return Object.fromEntries(
    Object.entries((secrets ?? {}) as { readonly [name: string]: string }).map(([name, value]) => [
      name,
      pulumi.secret(value),
    ]),
  );
}

function secretsProblems(secrets: unknown, commands: Commands): readonly string[] {
  if (secrets === undefined) return [];
  if (typeof secrets !== "object" || secrets === null || Array.isArray(secrets))
    return [
      `secrets: must be an object with text values. Set each with: ${setSecretCommand(commands, "NAME")}`,
    ];
  return Object.entries(secrets).flatMap(([name, value]) =>
    typeof value === "string"
      ? []
      : [`secrets["${name}"]: must be text. Quote a password that is a number`],
  );
}

/** A problem for each setting that names a secret that is not set. */
function missingSecrets(
  settings: CheckedSettings,
  secrets: unknown,
  commands: Commands,
): readonly string[] {
  const given = new Set(
    Object.keys(typeof secrets === "object" && secrets !== null ? secrets : {}),
  );
  return secretSettings(settingsSchema, settings).flatMap(({ path, secret }) =>
    given.has(secret)
      ? []
      : [
          `${path}: secret "${secret}" is not set. Set it with: ${setSecretCommand(commands, secret)}`,
        ],
  );
}
