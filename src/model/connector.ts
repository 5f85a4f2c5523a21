import type { JsonObject, SettingsInput, SettingType } from "./connector-settings";

/** A Singer tap (extracts) or target (loads). */
export type ConnectorKind = "tap" | "target";

/** A connector that is installed from a Python package index, into an environment or image of its own. */
export interface PackageSource {
  /** Name on the package index, such as `tap-rest-api-msdk`. */
  readonly package: string;

  /** Exact version, such as `1.4.2`: a run today and a run next year use the same code. */
  readonly version: string;

  /** The command that the package installs. Default: the connector's name. */
  readonly executable?: string;

  /** Python versions that it really runs on, both included; of those there, 3.11 or 3.12 is taken. Default: 3.10 to 3.13. */
  readonly python?: { readonly min?: `3.${number}`; readonly max?: `3.${number}` };

  /**
   * Upper or lower bounds on packages that it pulls in, as pip constraints. Default: `["setuptools<81"]`, because
   * many published connectors still import `pkg_resources`, which newer ones no longer carry. `setuptools` itself is
   * always installed.
   */
  readonly constraints?: readonly string[];

  /** Replacements for versions that the package pins too low for newer Pythons, as uv overrides. Default: none. */
  readonly overrides?: readonly string[];

  /** Packages to install beside it, with versions. Default: none. */
  readonly extraPackages?: readonly string[];

  /** File in `connectors/launchers/` that starts the connector where the published command alone cannot. */
  readonly launcher?: string;
}

/** A connector that is ready in a container image; it runs on the cluster only. */
export interface ImageSource {
  /**
   * Image with digest or tag, such as `ghcr.io/acme/tap-erp:1.9.0`; it has the runner as its entry point. A deployment
   * asks the registry for a tag's digest, so that a tag that has moved shows in the preview.
   */
  readonly image: string;
}

/** Cases of the certification in which a connector does not deliver what was sent; see `docs/connectors.md`. */
export interface Limitation {
  /** Cases by their names, such as `date_bc`. */
  readonly cases: readonly string[];
  /** `rejected`: the run fails and says why. `differs`: it succeeds, and the destination holds something else. */
  readonly outcome: "rejected" | "differs";
  /** What happens and what to do, in a sentence or two. */
  readonly text: string;
}

/** What a connector is and how it is made; the settings of one use of it are in {@link Tap} and {@link Target}. */
export interface ConnectorDefinition {
  /** Singer name, such as `tap-postgres`: unique among connectors. */
  readonly name: string;

  /** Whether it extracts or loads. */
  readonly kind: ConnectorKind;

  /** Where it comes from. */
  readonly source: PackageSource | ImageSource;

  /** Its settings by name, so that an unknown one is refused and the environment can give them. Default: any. */
  readonly settings?: { readonly [name: string]: SettingType };

  /** Settings without which it cannot start. Default: none. */
  readonly required?: readonly string[];

  /** Settings that are used where the pipeline gives none. Default: none. */
  readonly defaults?: JsonObject;

  /**
   * Setting of a target that names the folder its files go to. Where the pipeline does not set it, the run's own
   * output folder is given, and the files are kept in the object store. Default: the target writes no files.
   */
  readonly outputSetting?: string;

  /** Other names of `outputSetting`: where a pipeline sets one of them, the target's files go there. Default: none. */
  readonly outputAliases?: readonly string[];

  /**
   * Settings that say where a target's data lands. A change of one of them stops the next run, so that a new
   * warehouse does not inherit old bookmarks. Default: every setting with a name like host, port, db_name, schema,
   * dataset, project, account, bucket, filepath, directory or url.
   */
  readonly destination?: readonly string[];

  /**
   * Settings that say where a tap reads from. A change of one of them stops the next run, so that another source does
   * not inherit the bookmarks of this one. Default: as for `destination`, such as host, database, account_id, api_url,
   * endpoint, container, spreadsheet_id, environment or sandbox.
   */
  readonly location?: readonly string[];

  /**
   * Settings of a target that make a trial load harmless, by which `tapctl check` tries it; `{directory}` stands for a
   * temporary folder. Default: for a target that writes files that folder, else a trial needs the user's word.
   */
  readonly trial?: JsonObject;

  /** Settings of a tap that say which part of its source's history it reads, by days. Default: it has none. */
  readonly window?: Window;

  /** What `npm run certify` found that it does not deliver. Default: nothing, or it was never certified. */
  readonly limitations?: readonly Limitation[];
}

/** Settings that take a day such as `2026-11-16`, and bound what a tap reads. */
export interface Window<Setting extends string = string> {
  /** Where it begins where no state is saved: `tapctl run --from` sets it. */
  readonly from: Setting;

  /** Where it ends: `tapctl backfill` needs it. Default: the tap always reads to the end. */
  readonly to?: Setting;

  /** Whether the day of `to` is read too. Default: `excluded`. */
  readonly end?: "included" | "excluded";
}

/** A tap with the settings of one pipeline. */
export interface Tap {
  readonly kind: "tap";
  /** What runs. */
  readonly connector: ConnectorDefinition;
  /** Its config, secrets by name. */
  readonly settings: JsonObject;
}

/** A target with the settings of one pipeline. */
export interface Target {
  readonly kind: "target";
  /** What runs. */
  readonly connector: ConnectorDefinition;
  /** Its config, secrets by name. */
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

/** A definition as {@link tap} and {@link target} take it: one line for most connectors. */
export type ConnectorArgs<Settings> = Pick<
  ConnectorDefinition,
  | "name"
  | "defaults"
  | "outputSetting"
  | "outputAliases"
  | "destination"
  | "location"
  | "trial"
  | "limitations"
> &
  (PackageSource | ImageSource) &
  SettingNames<Settings>;

/**
 * Defines a tap: the function it returns takes the settings of one pipeline.
 *
 * @typeParam Settings the tap's settings; without it any JSON is taken.
 * @example `export const tapGithub = tap({ name: "tap-github", package: "meltanolabs-tap-github", version: "1.23.0" });`
 */
export function tap<Settings extends object = JsonObject>(
  args: ConnectorArgs<Settings>,
): (settings: SettingsInput<Settings>) => Tap {
  const connector = define("tap", args);
  return (settings) => ({ kind: "tap", connector, settings: settings as JsonObject });
}

/**
 * Defines a target: the function it returns takes the settings of one pipeline.
 *
 * @typeParam Settings the target's settings; without it any JSON is taken.
 * @example `export const targetSnowflake = target({ name: "target-snowflake", package: "meltanolabs-target-snowflake", version: "0.17.0" });`
 */
export function target<Settings extends object = JsonObject>(
  args: ConnectorArgs<Settings>,
): (settings: SettingsInput<Settings>) => Target {
  const connector = define("target", args);
  return (settings) => ({ kind: "target", connector, settings: settings as JsonObject });
}

/** A connector's settings in one pipeline, with its defaults under them. */
export function settingsOf(use: Tap | Target): JsonObject {
  return { ...use.connector.defaults, ...use.settings };
}

/** The version that is installed, or the image's reference: what a summary and a description show. */
export function connectorVersion(connector: ConnectorDefinition): string {
  return "image" in connector.source ? connector.source.image : connector.source.version;
}

function define<Settings>(kind: ConnectorKind, args: ConnectorArgs<Settings>): ConnectorDefinition {
  const {
    name,
    settings,
    required,
    defaults,
    outputSetting,
    outputAliases,
    destination,
    location,
    trial,
    window,
    limitations,
    ...source
  } = args;
  return {
    name,
    kind,
    source: source as PackageSource | ImageSource,
    ...(settings && { settings }),
    ...(required && { required }),
    ...(defaults && { defaults }),
    ...(outputSetting !== undefined && { outputSetting }),
    ...(outputAliases && { outputAliases }),
    ...(destination && { destination }),
    ...(location && { location }),
    ...(trial && { trial }),
    ...(window && { window }),
    ...(limitations && { limitations }),
  };
}
