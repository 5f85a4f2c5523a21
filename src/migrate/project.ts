import type { Json, JsonObject } from "../model/connector-settings";

/** Kinds of plugins in a pipeline. */
export type PluginKind = "extractor" | "loader" | "mapper" | "utility";

/** A setting in a plugin's definition. */
export interface PluginSetting {
  readonly name: string;
  /** Meltano's kind, e.g. `string` or `password`. */
  readonly kind?: string;
  /** Whether the definition marks its value as a secret. */
  readonly sensitive?: boolean;
  /** Default value. */
  readonly value?: Json;
  /**
   * Whether the definition comes from Meltano Hub, through a lock file, and not from the project.
   */
  readonly fromHub?: boolean;
}

/** A command of a plugin. */
export interface PluginCommand {
  readonly args: string;
  /** Container in which Meltano would run it. */
  readonly container?: {
    readonly image: string;
    readonly command?: string;
    readonly env: { readonly [name: string]: string };
  };
}

/** A plugin as defined in one place of a project. */
export interface Plugin {
  readonly kind: PluginKind;
  readonly name: string;
  /** File and line. */
  readonly place: string;
  readonly inheritFrom?: string;
  readonly variant?: string;
  readonly pipUrl?: string;
  readonly executable?: string;
  readonly namespace?: string;
  readonly config: JsonObject;
  readonly settings: readonly PluginSetting[];
  readonly capabilities: readonly string[];
  readonly commands: { readonly [name: string]: PluginCommand };
  readonly env: { readonly [name: string]: string };
  /** Patterns for streams and properties. */
  readonly select?: readonly string[];
  /** Metadata by stream. */
  readonly metadata: { readonly [stream: string]: JsonObject };
  /** Schema that loaders write to. */
  readonly loadSchema?: string;
  /** Fields that are not converted, e.g. `schema` or `catalog`. */
  readonly others: readonly string[];
}

/** A schedule: of a job, or of an extractor and a loader. */
export interface Schedule {
  readonly name: string;
  readonly place: string;
  readonly interval?: string;
  readonly job?: string;
  readonly extractor?: string;
  readonly loader?: string;
  readonly transform?: string;
  readonly env: { readonly [name: string]: string };
}

/** A job with tasks, each a sequence of one or more plugins. */
export interface Job {
  readonly name: string;
  readonly place: string;
  readonly tasks: readonly string[];
}

/** An environment: its changes to plugins and variables. */
export interface Environment {
  readonly name: string;
  readonly plugins: readonly Plugin[];
  readonly env: { readonly [name: string]: string };
}

/** The merged content of a Meltano project's files. */
export interface MeltanoProject {
  readonly plugins: readonly Plugin[];
  readonly schedules: readonly Schedule[];
  readonly jobs: readonly Job[];
  readonly environments: readonly Environment[];
  readonly defaultEnvironment?: string;
  readonly env: { readonly [name: string]: string };
  /** Parts without an equivalent, e.g. `state_backend`. */
  readonly others: readonly { readonly place: string; readonly name: string }[];
}

/** Facts about the project from other files. */
export interface Surroundings {
  /** Names of the variables in `.env`. */
  readonly variables: readonly string[];
  /** Definitions from `plugins/…/NAME--VARIANT.lock`, by kind and name: `extractor tap-github`. */
  readonly locks: { readonly [plugin: string]: Partial<Plugin> };
  /** The packages installed for a plugin, by kind and name. */
  readonly installed: { readonly [plugin: string]: readonly InstalledPackage[] };
}

/** A package in the environment of a plugin. */
export interface InstalledPackage {
  readonly package: string;
  readonly version: string;
  /** The commit that it was installed from, if it came from git. */
  readonly commit?: string;
}
