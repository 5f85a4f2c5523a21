import type { ConnectorDefinition, ConnectorKind, Tap, Target, Window } from "./connector";
import type { JsonObject, SettingsInput, SettingType } from "./connector-settings";
import type {
  AddressSource,
  BulkSource,
  ImageSource,
  IndexSource,
  InstalledSource,
} from "./connector-source";

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
export type ConnectorArgs<Settings> = Omit<
  ConnectorDefinition,
  "kind" | "source" | "settings" | "required" | "window"
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

/** The arguments that say where a connector comes from. */
const SOURCE_FIELDS: { readonly [Field in SourceField]: true } = {
  package: true,
  version: true,
  executable: true,
  python: true,
  constraints: true,
  overrides: true,
  extraPackages: true,
  launcher: true,
  bulk: true,
  requirements: true,
  image: true,
};

type SourceField = keyof IndexSource | keyof AddressSource | keyof BulkSource | keyof ImageSource;

function define<Settings>(kind: ConnectorKind, args: ConnectorArgs<Settings>): ConnectorDefinition {
  const given = Object.entries(args).filter(([, value]) => value !== undefined);
  const isOfSource = ([field]: readonly [string, unknown]) => field in SOURCE_FIELDS;
  return {
    ...Object.fromEntries(given.filter((field) => !isOfSource(field))),
    kind,
    source: Object.fromEntries(given.filter(isOfSource)),
  } as unknown as ConnectorDefinition;
}
