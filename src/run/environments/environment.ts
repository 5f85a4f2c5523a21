/** An installed connector. */
export interface Environment {
  /** Folder of the environment. */
  readonly directory: string;
  /** Path of `connector.json`, which describes the connector to the runner. */
  readonly descriptionFile: string;
  /** Python of the environment, with the packages of the connector. */
  readonly python: string;
}

/** Progress of `ensureEnvironment`. */
export interface EnvironmentProgress {
  /** Name of the connector. */
  readonly connector: string;
  /**
   * `waiting` for another process that builds the same environment; `ready` is the last phase, and
   * the only one if nothing needs to be done.
   */
  readonly phase: "waiting" | "creating" | "installing" | "describing" | "ready";
  /** Details, such as `Building singer-python==5.8.0`. */
  readonly detail?: string;
  /** Seconds since the start. */
  readonly seconds: number;
}

/** Options of `ensureEnvironment`. */
export interface EnvironmentOptions {
  /** Folder of all environments, such as `.tapctl/environments` in the project. */
  readonly root: string;
  /** Called for each step. Default: no progress. */
  readonly onProgress?: (progress: EnvironmentProgress) => void;
  /** Installer. Default: uv if available, otherwise pip. */
  readonly installer?: "uv" | "pip";
  /**
   * Folder of the project, whose files in `connectors/locks` and `connectors/launchers` take
   * precedence over those of this package. Default: none.
   */
  readonly project?: string;
  /** Aborts the installation; the call then fails with an `AbortError`. */
  readonly signal?: AbortSignal;
}

/** Reports a step. */
export type ReportProgress = (phase: EnvironmentProgress["phase"], detail?: string) => void;
