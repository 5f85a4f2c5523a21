import { VERSION } from "../common/package";
import type { JsonObject, SettingsInput, SettingType } from "./connector-settings";
import { addressName, addressVersion, parseAddress, type PackageAddress } from "./package-address";

/** A Singer tap (extracts) or target (loads). */
export type ConnectorKind = "tap" | "target";

/** A connector that is installed from a Python package, in its own virtual environment or image. */
export type PackageSource = IndexSource | AddressSource;

/** A package on a package index. */
export interface IndexSource extends PackageOptions {
  /** Name on the package index, such as `tap-rest-api-msdk`. */
  readonly package: string;

  /** Exact version, such as `1.4.2`, so that every run uses the same code. */
  readonly version: string;
}

/** A package from git, a wheel, or a folder of the project. */
export interface AddressSource extends PackageOptions {
  /**
   * Where the package is, such as `git+https://github.com/acme/tap-erp@v1.9.0`. `tapctl lock`
   * resolves a tag or branch to its commit, so that every run uses the same code.
   */
  readonly package: PackageAddress;

  /** The address has the version. */
  readonly version?: undefined;
}

/** How a package is installed and started. */
export interface PackageOptions {
  /** Command that the package installs. Default: the connector's name. */
  readonly executable?: string;

  /**
   * Python versions that the connector supports, inclusive; 3.11 and 3.12 are preferred. Default:
   * 3.10 to 3.13.
   */
  readonly python?: { readonly min?: `3.${number}`; readonly max?: `3.${number}` };

  /**
   * Version bounds for dependencies, as pip constraints. Default: `["setuptools<81"]`, because many
   * published connectors still import `pkg_resources`, which setuptools 81 removed. `setuptools`
   * itself is always installed.
   */
  readonly constraints?: readonly string[];

  /**
   * Versions that replace the package's own pins, as uv overrides, for pins too old for current
   * Pythons. Default: none.
   */
  readonly overrides?: readonly string[];

  /** Additional packages to install, with versions. Default: none. */
  readonly extraPackages?: readonly string[];

  /**
   * File in `connectors/launchers/` that starts the connector, for connectors that do not work when
   * started directly. Default: none.
   */
  readonly launcher?: string;
}

/**
 * A bulk connector: its code is part of tapctl, in `connectors/bulk/`, and has tapctl's version. It
 * is installed like a package, in its own virtual environment or image.
 */
export interface BulkSource {
  /** Python module that is the program, below `tapctl_bulk`, such as `target_duckdb`. */
  readonly bulk: string;

  /** Packages that it needs, with exact versions. */
  readonly requirements: readonly string[];

  /** Python versions that the connector supports, inclusive. Default: 3.10 to 3.13. */
  readonly python?: PackageSource["python"];
}

/** A connector that is installed in a virtual environment. */
export type InstalledSource = PackageSource | BulkSource;

/** A connector from a prebuilt container image. It runs on a cluster only. */
export interface ImageSource {
  /**
   * Image with tag or digest, such as `ghcr.io/acme/tap-erp:1.9.0`. Its entry point must be the
   * runner. Each deployment resolves a tag to its digest, so a moved tag shows up in the preview.
   */
  readonly image: string;
}

/**
 * Certification cases in which the connector does not deliver the data unchanged; see
 * `docs/connectors.md`.
 */
export interface Limitation {
  /** Names of the cases, such as `date_bc`. */
  readonly cases: readonly string[];
  /**
   * `rejected`: the run fails with an error. `differs`: the run succeeds, but the destination holds
   * different data.
   */
  readonly outcome: "rejected" | "differs";
  /** What happens and what to do about it, in one or two sentences. */
  readonly text: string;
}

/**
 * A connector and how it is installed. {@link Tap} and {@link Target} hold the settings of one
 * pipeline.
 */
export interface ConnectorDefinition {
  /** Singer name, unique among connectors, such as `tap-postgres`. */
  readonly name: string;

  /** Whether the connector extracts or loads. */
  readonly kind: ConnectorKind;

  /** Where the connector is installed from. */
  readonly source: InstalledSource | ImageSource;

  /**
   * Name that saved states know the connector by. Connectors with the same one continue each
   * other's states. Default: `name`.
   */
  readonly stateName?: string;

  /**
   * Settings and their types. With this list, unknown settings are rejected and environment
   * variables can set known ones. Default: any settings.
   */
  readonly settings?: { readonly [name: string]: SettingType };

  /**
   * JSON Schema of the settings, against which their values are checked; a secret is valid for every
   * setting. Default: only names and types are checked.
   */
  readonly settingsSchema?: object;

  /** Settings of a similar connector that this one does not have, with what to do instead. */
  readonly settingsElsewhere?: { readonly [name: string]: string };

  /**
   * Values of `replicationMethod` that the tap does not have, with what to do instead. Default:
   * none.
   */
  readonly methodsElsewhere?: { readonly [method: string]: string };

  /** Settings that the connector requires. Default: none. */
  readonly required?: readonly string[];

  /** Default values of settings. Default: none. */
  readonly defaults?: JsonObject;

  /**
   * Setting of a target that holds its output folder. If the pipeline does not set it, the target
   * writes to the run's output folder, and the files are saved to the object store. Default: the
   * target writes no files.
   */
  readonly outputSetting?: string;

  /**
   * Aliases of `outputSetting`. If a pipeline sets one of them, the target writes there. Default:
   * none.
   */
  readonly outputAliases?: readonly string[];

  /**
   * Settings that identify where a target loads data. If one of them changes, the next run fails,
   * so that a new warehouse does not inherit old bookmarks. Default: every setting with a name like
   * host, port, db_name, schema, dataset, project, account, bucket, filepath, directory or url.
   */
  readonly destination?: readonly string[];

  /**
   * Settings that identify the source a tap reads from. If one of them changes, the next run fails,
   * so that a new source does not inherit old bookmarks. Default: every setting with a name like
   * those of `destination`, and account_id, api_url, endpoint, container, spreadsheet_id,
   * environment or sandbox.
   */
  readonly location?: readonly string[];

  /**
   * Settings that make a test load harmless, used by `tapctl check`; `{directory}` is replaced with
   * a temporary folder. Default: the output folder for a target that writes files; other targets
   * are tested only if the user agrees.
   */
  readonly trial?: JsonObject;

  /**
   * Whether only one process at a time can write to a target's destination, such as a database file.
   * `parallel` then has no effect. Default: false.
   */
  readonly singleWriter?: boolean;

  /**
   * Whether several processes of a target can create schemas and tables in one destination at the
   * same time. If not, `parallel` keeps streams that were never loaded together, so that one process
   * creates their tables. Default: false.
   */
  readonly concurrentSetup?: boolean;

  /** Settings of a tap that limit the date range it reads. Default: the tap has none. */
  readonly window?: Window;

  /**
   * What `npm run certify` found that the connector does not deliver. Default: no known
   * limitations, or not certified.
   */
  readonly limitations?: readonly Limitation[];
}

/** Settings of a tap that take a day such as `2026-11-16` and limit what it reads. */
export interface Window<Setting extends string = string> {
  /** Start of the range if there is no saved state. `tapctl run --from` sets it. */
  readonly from: Setting;

  /** End of the range, required by `tapctl backfill`. Default: the tap always reads to the end. */
  readonly to?: Setting;

  /** Whether the day in `to` is read as well. Default: `excluded`. */
  readonly end?: "included" | "excluded";
}

/** A tap and its settings in one pipeline. */
export interface Tap {
  readonly kind: "tap";
  /** The connector. */
  readonly connector: ConnectorDefinition;
  /** Its config, with references to secrets. */
  readonly settings: JsonObject;
}

/** A target and its settings in one pipeline. */
export interface Target {
  readonly kind: "target";
  /** The connector. */
  readonly connector: ConnectorDefinition;
  /** Its config, with references to secrets. */
  readonly settings: JsonObject;
}

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

/** Settings of a connector in one pipeline, merged over the connector's defaults. */
export function settingsOf(use: Tap | Target): JsonObject {
  return { ...use.connector.defaults, ...use.settings };
}

/** Installed version, or the image reference, as shown in summaries and descriptions. */
export function connectorVersion({ source }: ConnectorDefinition): string {
  return "image" in source ? source.image : sourceVersion(source);
}

/**
 * Version of an installed connector: that of its package, or of tapctl. A package from git has its
 * reference, a folder `local`.
 */
export function sourceVersion(source: InstalledSource): string {
  if ("bulk" in source) return VERSION;
  const address = parseAddress(source.package);
  return address === undefined ? (source.version ?? "") : addressVersion(address);
}

/** Name that saved states know a connector by. */
export function stateNameOf({ name, stateName = name }: ConnectorDefinition): string {
  return stateName;
}

/** Name of the package of an installed connector, for messages. */
export function packageName(source: InstalledSource): string {
  if ("bulk" in source) return "tapctl-bulk";
  const address = parseAddress(source.package);
  return address === undefined ? source.package : addressName(address);
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
