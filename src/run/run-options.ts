import type { ConnectorDefinition } from "../model/connector";
import type { JsonObject } from "../model/connector-settings";
import type { JsonText } from "../common/json";
import type { Mode } from "../model/replication";
import type { ObjectStore } from "../store/object-store";
import type { RunSummary } from "../store/runs/runs";
import type { Environment, EnvironmentProgress } from "./environments/environment";
import type { RunEvent } from "./events";
import type { SecretLookup } from "./secrets";
import type { Stop } from "./stop";

/** Where a run happens. */
export interface RunContext {
  /** Folder of the project: relative settings of connectors count from here. */
  readonly root: string;
  readonly store: ObjectStore;
  /** Makes sure that a connector is installed: `ensureEnvironment` in a folder of the project's. */
  readonly prepare: PrepareConnector;
  readonly secrets: SecretLookup;
  readonly stop: Stop;
  readonly onEvent: (event: RunEvent) => void;
}

/** Installs a connector unless it is installed, and reports its progress. */
export type PrepareConnector = (
  connector: ConnectorDefinition,
  onProgress: (progress: EnvironmentProgress) => void,
  signal?: AbortSignal,
) => Promise<Environment>;

/** How a run is made. */
export interface RunOptions {
  /** Default: the pipeline's own. */
  readonly mode?: Mode;
  /** Start again without a state; the bookmarks of the streams that the run brings replace the saved ones. Default: false. */
  readonly fullRefresh?: boolean;
  /** Resume from the saved state although the tap, source, target or destination has changed. Default: false. */
  readonly keepState?: boolean;
  /** State to resume from instead of the saved one, with or without its envelope. */
  readonly state?: JsonText;
  /** Settings of the tap for this run alone, over its own. Default: none. */
  readonly tapSettings?: JsonObject;
  /** Start without a state, as a first run does: what `fullRefresh` does too. Default: false. */
  readonly ignoreState?: boolean;
  /** Whether the state that the run leaves is saved. Default: true. */
  readonly saveState?: boolean;
  /** Who started it. Default: `manual`. */
  readonly trigger?: RunSummary["trigger"];
  /** What is read instead of the pipeline's own source, such as made-up data: part of the state's identity, so that states are not mixed up. */
  readonly source?: string;
  /** How many runs are kept, and how long. Default: 30 runs, 30 days. */
  readonly keep?: { readonly runs: number; readonly days: number };
  /** Leave the pipeline's follow-ups out. Default: false. */
  readonly skipFollowUps?: boolean;
}
