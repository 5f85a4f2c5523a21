import * as pulumi from "@pulumi/pulumi";
import { checkValues, parseValue, settingsError } from "./check";
import { settingsSchema, type CheckedSettings } from "./schema";
import { secretSettings, setSecrets, type Secrets, type SecretSetting } from "./secrets";

/** Settings of a stack, read from the Pulumi configuration. */
export interface Settings extends Readonly<CheckedSettings> {
  /** Values of secrets, such as `secrets["shop-password"]`. */
  readonly secrets: Secrets;
}

/**
 * Reads the configuration of the stack.
 *
 * @throws UserError with all problems.
 */
export function loadSettings(config = new pulumi.Config("tapctl")): Settings {
  const values = Object.fromEntries(keysIn(config).map((key) => [key, rawValue(config, key)]));
  const secrets = rawValue(config, "secrets");
  return {
    ...checkSettings(values, secrets, config.name),
    secrets: wrapSecrets(secrets),
  };
}

/**
 * Validates a configuration and applies defaults.
 *
 * @param values JSON values by key; undefined for a key that is not set.
 * @param secrets value of the key `secrets`; checked only to be text.
 * @param project namespace of the keys, shown in problems.
 * @throws UserError with all problems.
 */
export function checkSettings(
  values: { readonly [key: string]: unknown },
  secrets: unknown,
  project = "tapctl",
): CheckedSettings {
  const { settings, problems: wrong } = checkValues(values);
  const missing = settings ? missingSecrets(settings, secrets) : [];
  const problems = [
    ...wrong,
    ...missing.map(({ path, secret }) => `${path}: secret "${secret}" is not set`),
    ...secretsProblems(secrets),
  ];
  if (!settings || problems.length > 0)
    throw settingsError(problems, {
      project,
      ...((missing.length > 0 || !isObject(secrets)) && {
        fix: setSecrets(missing.map(({ secret }) => secret)),
      }),
    });
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

function secretsProblems(secrets: unknown): readonly string[] {
  if (!isObject(secrets)) return ["secrets: must be an object with text values"];
  return Object.entries(secrets ?? {}).flatMap(([name, value]) =>
    typeof value === "string"
      ? []
      : [`secrets["${name}"]: must be text. Quote a password that is a number`],
  );
}

/** Whether the value of the key `secrets` is an object, as it has to be if it is set. */
function isObject(secrets: unknown): secrets is object | undefined {
  return typeof secrets === "object"
    ? secrets !== null && !Array.isArray(secrets)
    : secrets === undefined;
}

/** The settings that name a secret that is not set. */
function missingSecrets(settings: CheckedSettings, secrets: unknown): readonly SecretSetting[] {
  const given = new Set(Object.keys(isObject(secrets) ? (secrets ?? {}) : {}));
  return secretSettings(settingsSchema, settings).filter(({ secret }) => !given.has(secret));
}
