import { join } from "node:path";
import type { RequestFor } from "../model/request/schema";
import type { ConnectorConfig } from "./connector-configs";
import type { Workspace } from "./workspace";

/** The files of a run in requests to the runner. */
export interface RequestFiles {
  readonly states: Pick<RequestFor<"stream">, "state" | "givenState">;
  /** Options of streams, for the commands of tap and target. */
  readonly rules: Pick<RequestFor<"stream">, "rules">;
  /** File that the attempts of stream mode share. */
  readonly resume: string;
  readonly tap: Pick<
    RequestFor<"stream">,
    | "directory"
    | "tapConnector"
    | "tapConfig"
    | "tapSecrets"
    | "tapLog"
    | "catalog"
    | "select"
    | "maskSalt"
    | "storedCatalog"
    | "catalogMaxAge"
    | "discovered"
    | "overlay"
  >;
  readonly target: Pick<
    RequestFor<"stream">,
    | "directory"
    | "targetConnector"
    | "targetConfig"
    | "targetSecrets"
    | "targetLog"
    | "outputDirectory"
    | "schemas"
    | "newSchemas"
  >;
}

/** What requests of a run contain; it is written to files of the workspace. */
export interface RequestContent {
  readonly workspace: Workspace;
  readonly tap: ConnectorFiles;
  readonly target: ConnectorFiles;
  /** Catalog for the tap, if there is one. */
  readonly catalog: unknown;
  /** Stream rules, if the pipeline selects streams. */
  readonly select: unknown;
  /** Options of streams, if the pipeline has any. */
  readonly rules: unknown;
  /** Salt of masked values, if the pipeline has one. */
  readonly maskSalt: string | undefined;
  /** Age in seconds from which the run discovers again; undefined for no limit. */
  readonly catalogMaxAge: number | undefined;
  /** Whether other runs may use a catalog that this run discovers: it has their settings. */
  readonly keepDiscovered: boolean;
  /** Saved state: an envelope or a bare Singer state; undefined in a first run. */
  readonly state: unknown;
  /** State to start from instead of the saved one; undefined without one. */
  readonly givenState: unknown;
}

/** Description and config of a connector. */
export interface ConnectorFiles extends ConnectorConfig {
  readonly descriptionFile: string;
}

/** Files that are in the store, or in the workspace if the store is not a folder. */
export interface StoredFiles {
  readonly tapLog: string;
  readonly targetLog: string;
  readonly overlay: string;
  readonly storedCatalog: string;
  readonly discovered: string;
  /** Folder for the files of a target that writes files. */
  readonly outputs: string;
  /** Schemas of the streams before the run, and after it. */
  readonly schemas: string;
  readonly newSchemas: string;
}

/** Writes the content of a run's requests, including secrets, to the workspace. */
export function requestFiles(content: RequestContent, stored: StoredFiles): RequestFiles {
  const { workspace, tap, target, maskSalt, catalogMaxAge } = content;
  const { directory } = workspace;
  const given = <Field extends string>(field: Field, name: string, value: unknown) =>
    (value === undefined ? {} : { [field]: workspace.writeJson(name, value) }) as {
      readonly [key in Field]?: string;
    };
  return {
    states: {
      ...given("state", "state.json", content.state),
      ...given("givenState", "given-state.json", content.givenState),
    },
    rules: given("rules", "rules.json", content.rules),
    resume: join(directory, "resume.json"),
    tap: {
      directory,
      tapConnector: tap.descriptionFile,
      tapConfig: workspace.writeJson("tap-config.json", tap.config),
      ...given("tapSecrets", "tap-secrets.json", tap.secretPaths),
      ...given("catalog", "given-catalog.json", content.catalog),
      ...given("select", "select.json", content.select),
      ...(maskSalt !== undefined && { maskSalt: workspace.writeText("mask-salt", maskSalt) }),
      storedCatalog: stored.storedCatalog,
      ...(catalogMaxAge !== undefined && { catalogMaxAge }),
      ...(content.keepDiscovered && { discovered: stored.discovered }),
      overlay: stored.overlay,
      tapLog: stored.tapLog,
    },
    target: {
      directory,
      targetConnector: target.descriptionFile,
      targetConfig: workspace.writeJson("target-config.json", target.config),
      ...given("targetSecrets", "target-secrets.json", target.secretPaths),
      outputDirectory: stored.outputs,
      schemas: stored.schemas,
      newSchemas: stored.newSchemas,
      targetLog: stored.targetLog,
    },
  };
}
