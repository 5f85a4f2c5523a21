import type { Json, JsonObject } from "../model/connector-settings";

/** Kinds of plugins that a pipeline is made of. */
export type PluginKind = "extractor" | "loader" | "mapper" | "utility";

/** A setting that a plugin's definition names. */
export interface PluginSetting {
  readonly name: string;
  /** Meltano's kind, such as `string` or `password`. */
  readonly kind?: string;
  /** Whether the definition says that its value is a secret. */
  readonly sensitive?: boolean;
  /** Value that is used where the config has none. */
  readonly value?: Json;
  /** Whether Meltano Hub says so, in a lock file, and not the project itself. */
  readonly fromHub?: boolean;
}

/** A command of a plugin. */
export interface PluginCommand {
  readonly args: string;
  /** Container that Meltano would run it in. */
  readonly container?: {
    readonly image: string;
    readonly command?: string;
    readonly env: { readonly [name: string]: string };
  };
}

/** A plugin as one place of a project defines it. */
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
  /** Patterns of streams and properties. */
  readonly select?: readonly string[];
  /** Metadata by stream. */
  readonly metadata: { readonly [stream: string]: JsonObject };
  /** Schema that loaders are told to load into. */
  readonly loadSchema?: string;
  /** Fields that nothing here reads, such as `schema` or `catalog`. */
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

/** A job: tasks, each one or more plugins behind each other. */
export interface Job {
  readonly name: string;
  readonly place: string;
  readonly tasks: readonly string[];
}

/** An environment: what it changes about plugins and variables. */
export interface Environment {
  readonly name: string;
  readonly plugins: readonly Plugin[];
  readonly env: { readonly [name: string]: string };
}

/** What the files of a Meltano project say, all of them together. */
export interface MeltanoProject {
  readonly plugins: readonly Plugin[];
  readonly schedules: readonly Schedule[];
  readonly jobs: readonly Job[];
  readonly environments: readonly Environment[];
  readonly defaultEnvironment?: string;
  readonly env: { readonly [name: string]: string };
  /** Parts of the files that have no equal here, such as `state_backend`. */
  readonly others: readonly { readonly place: string; readonly name: string }[];
}

/** What lies around the files: found by whoever reads them. */
export interface Surroundings {
  /** Names of the variables in `.env`. */
  readonly variables: readonly string[];
  /** Definitions from `plugins/…/NAME--VARIANT.lock`, by kind and name: `extractor tap-github`. */
  readonly locks: { readonly [plugin: string]: Partial<Plugin> };
  /** Version of the package that is installed for a plugin, where one is, by kind and name. */
  readonly installed: {
    readonly [plugin: string]: readonly { readonly package: string; readonly version: string }[];
  };
}
