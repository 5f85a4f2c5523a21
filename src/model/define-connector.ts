import type { ConnectorDefinition, ConnectorKind, Tap, Target, Window } from "./connector";
import type { JsonObject, SettingsInput, SettingType } from "./connector-settings";
import type { ImageSource, InstalledSource } from "./connector-source";

type SettingNames<Settings> = string extends keyof Settings
  ? {
      readonly settings?: { readonly [name: string]: SettingType };
      readonly required?: readonly string[];
      readonly window?: Window;
    }
  : {
      readonly settings: { readonly [Key in keyof Settings]-?: SettingType };
      readonly required: readonly RequiredKeys<Settings>[];
      readonly window?: Window<keyof Settings & string>;
    };

type RequiredKeys<T> = { [Key in keyof T]-?: object extends Pick<T, Key> ? never : Key }[keyof T] &
  string;

/**
 * Arguments of {@link tap} and {@link target}. Most connectors need three: name, package and
 * version.
 */
export type ConnectorArgs<Settings> = Pick<
  ConnectorDefinition,
  | "name"
  | "settingsElsewhere"
  | "settingsSchema"
  | "methodsElsewhere"
  | "stateName"
  | "defaults"
  | "outputSetting"
  | "outputAliases"
  | "destination"
  | "location"
  | "trial"
  | "singleWriter"
  | "concurrentSetup"
  | "limitations"
> &
  (InstalledSource | ImageSource) &
  SettingNames<Settings>;

/**
 * Defines a tap. Returns a function that takes the settings of one pipeline.
 *
 * @typeParam Settings settings of the tap. Default: any JSON object.
 * @example
 *   `export const tapGithub = tap({ name: "tap-github", package: "meltanolabs-tap-github", version: "1.23.0" });`
 */
export function tap<Settings extends object = JsonObject>(
  args: ConnectorArgs<Settings>,
): (settings: SettingsInput<Settings>) => Tap {
  const connector = define("tap", args);
  return (settings) => ({ kind: "tap", connector, settings: settings as JsonObject });
}

/**
 * Defines a target. Returns a function that takes the settings of one pipeline.
 *
 * @typeParam Settings settings of the target. Default: any JSON object.
 * @example
 *   `export const targetSnowflake = target({ name: "target-snowflake", package: "meltanolabs-target-snowflake", version: "0.17.0" });`
 */
export function target<Settings extends object = JsonObject>(
  args: ConnectorArgs<Settings>,
): (settings: SettingsInput<Settings>) => Target {
  const connector = define("target", args);
  return (settings) => ({ kind: "target", connector, settings: settings as JsonObject });
}

function define<Settings>(kind: ConnectorKind, args: ConnectorArgs<Settings>): ConnectorDefinition {
  const {
    name,
    stateName,
    settings,
    settingsElsewhere,
    settingsSchema,
    methodsElsewhere,
    required,
    defaults,
    outputSetting,
    outputAliases,
    destination,
    location,
    trial,
    singleWriter,
    concurrentSetup,
    window,
    limitations,
    ...source
  } = args;
  return {
    name,
    kind,
    source: source as ConnectorDefinition["source"],
    ...(stateName !== undefined && { stateName }),
    ...(settings && { settings }),
    ...(settingsElsewhere && { settingsElsewhere }),
    ...(settingsSchema && { settingsSchema }),
    ...(methodsElsewhere && { methodsElsewhere }),
    ...(required && { required }),
    ...(defaults && { defaults }),
    ...(outputSetting !== undefined && { outputSetting }),
    ...(outputAliases && { outputAliases }),
    ...(destination && { destination }),
    ...(location && { location }),
    ...(trial && { trial }),
    ...(singleWriter && { singleWriter }),
    ...(concurrentSetup && { concurrentSetup }),
    ...(window && { window }),
    ...(limitations && { limitations }),
  };
}
