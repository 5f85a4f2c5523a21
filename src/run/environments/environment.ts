/** A connector as it is installed on this machine. */
export interface Environment {
  /** Its folder, below the root of all environments. */
  readonly directory: string;
  /** What the runner must know of the connector: `connector.json`. */
  readonly descriptionFile: string;
  /** The environment's own Python, with the connector's packages. */
  readonly python: string;
}

/** A step of `ensureEnvironment`. */
export interface EnvironmentProgress {
  /** Name of the connector. */
  readonly connector: string;
  /** `waiting` for another command that builds the same; `ready` comes last, and alone where nothing was to do. */
  readonly phase: "waiting" | "creating" | "installing" | "describing" | "ready";
  /** More of it, such as `Building singer-python==5.8.0`. */
  readonly detail?: string;
  /** Seconds since the start. */
  readonly seconds: number;
}

/** Where and how environments are made. */
export interface EnvironmentOptions {
  /** Folder that all environments lie in, such as `.tapctl/environments` of the project. */
  readonly root: string;
  /** Told of the steps. Default: nobody. */
  readonly onProgress?: (progress: EnvironmentProgress) => void;
  /** What installs. Default: uv where it can be had, else pip. */
  readonly installer?: "uv" | "pip";
  /** Folder of the project, whose files in `connectors/locks` and `connectors/launchers` win. Default: this package's. */
  readonly project?: string;
  /** Ends the installation; the call fails with an `AbortError`. */
  readonly signal?: AbortSignal;
}

/** Tells of a step. */
export type Tell = (phase: EnvironmentProgress["phase"], detail?: string) => void;
