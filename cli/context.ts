import { join } from "node:path";
import type { Command } from "commander";
import { ensureEnvironment } from "../local/environments";
import { loadProject, type Project } from "../local/project";
import type { PrepareConnector } from "../local/run";
import { assertValid } from "../pipelines/validation/validate";
import type { ObjectStore } from "../store/object-store";
import { openStore } from "../store/open";

/** What a verb works on. */
export interface CliContext {
  readonly project: Project;
  /** Opens the object store that the options, the environment or the default name. */
  openStore(): Promise<ObjectStore>;
  /** Installs connectors below the project's folder for them. */
  readonly prepare: PrepareConnector;
}

/** The project of a command, its array validated. */
export function contextOf(command: Command): CliContext {
  const { project: from, store } = command.optsWithGlobals<{ readonly project?: string; readonly store?: string }>();
  const project = loadProject(from ?? process.cwd());
  assertValid(project.entries);
  return {
    project,
    openStore: () => openStore(storeLocation(project.root, store)),
    prepare: connectorsBelow(project.root),
  };
}

/** Where a project's object store is: as given, else `$TAPCTL_STORE`, else `.tapctl/store`. */
export function storeLocation(root: string, given?: string): string {
  return given ?? process.env.TAPCTL_STORE ?? join(root, ".tapctl", "store");
}

/** Installs connectors below `$TAPCTL_ENVIRONMENTS`, else below `.tapctl/environments` of the project. */
export function connectorsBelow(root: string): PrepareConnector {
  const environments = process.env.TAPCTL_ENVIRONMENTS ?? join(root, ".tapctl", "environments");
  return (connector, onProgress, signal) => ensureEnvironment(connector, { root: environments, onProgress, ...(signal && { signal }) });
}
