import type { JsonObject, SettingType } from "./connector-settings";
import { sourceVersion, type ImageSource, type InstalledSource } from "./connector-source";

/** A Singer tap (extracts) or target (loads). */
export type ConnectorKind = "tap" | "target";

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

  /** Settings that `LOG_BASED` streams of the tap require. Default: none. */
  readonly requiredByLog?: readonly string[];

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

/** Settings of a connector in one pipeline, merged over the connector's defaults. */
export function settingsOf(use: Tap | Target): JsonObject {
  return { ...use.connector.defaults, ...use.settings };
}

/** Installed version, or the image reference, as shown in summaries and descriptions. */
export function connectorVersion({ source }: ConnectorDefinition): string {
  return "image" in source ? source.image : sourceVersion(source);
}

/** Name that saved states know a connector by. */
export function stateNameOf({ name, stateName = name }: ConnectorDefinition): string {
  return stateName;
}
