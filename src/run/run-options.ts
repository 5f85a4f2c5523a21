import type { ConnectorDefinition } from "../model/connector";
import type { JsonObject } from "../model/connector-settings";
import type { JsonText } from "../common/json";
import type { Mode } from "../model/replication";
import type { ObjectStore } from "../store/object-store";
import type { RunSummary } from "../store/runs/run-summary";
import type { Environment, EnvironmentProgress } from "./environments/environment";
import type { RunEvent } from "./events";
import type { SecretLookup } from "./secrets";
import type { Stop } from "./stop";

/** Environment of a run. */
export interface RunContext {
  /** Folder of the project; relative paths in connector settings refer to it. */
  readonly root: string;
  readonly store: ObjectStore;
  /** Installs connectors in the project's environments folder. */
  readonly prepare: PrepareConnector;
  readonly secrets: SecretLookup;
  readonly stop: Stop;
  readonly onEvent: (event: RunEvent) => void;
}

/** Installs a connector if necessary, and reports progress. */
export type PrepareConnector = (
  connector: ConnectorDefinition,
  onProgress: (progress: EnvironmentProgress) => void,
  signal?: AbortSignal,
) => Promise<Environment>;

/** Options of a run. */
export interface RunOptions {
  /** Default: the mode of the pipeline. */
  readonly mode?: Mode;
  /**
   * Start without a state. Bookmarks of replicated streams replace the saved ones. Default: false.
   */
  readonly fullRefresh?: boolean;
  /** Resume from the saved state although the tap, source, target or destination has changed. Default: false. */
  readonly keepState?: boolean;
  /** State to resume from instead of the saved one, with or without its envelope. */
  readonly state?: JsonText;
  /** Settings that override the tap's config in this run. Default: none. */
  readonly tapSettings?: JsonObject;
  /** Days that the run reads, of a backfill. Default: not known. */
  readonly window?: RunSummary["window"];
  /** Start without a state, like a first run; implied by `fullRefresh`. Default: false. */
  readonly ignoreState?: boolean;
  /**
   * Whether to load streams whose schema has changed although a rule says `fail`. Default: false.
   */
  readonly acceptSchema?: boolean;
  /** Whether to save the new state. Default: true. */
  readonly saveState?: boolean;
  /** What started the run. Default: `manual`. */
  readonly trigger?: RunSummary["trigger"];
  /**
   * Source that is read instead of the pipeline's own, such as sample data. It is part of the
   * state's identity, so that states are not mixed up.
   */
  readonly source?: string;
  /** Number and age of runs to keep. Default: 30 runs, 30 days. */
  readonly keep?: { readonly runs: number; readonly days: number };
  /** Skip the follow-ups of the pipeline. Default: false. */
  readonly skipFollowUps?: boolean;
}
