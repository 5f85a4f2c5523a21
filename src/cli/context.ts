import { join } from "node:path";
import type { Command } from "commander";
import type { Connection } from "../cluster/connection";
import type { ClusterStore } from "../cluster/store";
import type { Commands } from "../common/commands";
import { UserError } from "../common/errors";
import { loadProject, type Project } from "../run/project";
import type { PrepareConnector } from "../run/run-options";
import { assertValid, separateValid } from "../model/validation/validate";
import type { ObjectStore } from "../store/object-store";
import { commandsOf } from "./commands-of";
import { whereOf, type Surroundings, type WhereFlags } from "./surroundings";

/** What a verb works with: the project, where the command runs, and its backends. */
export interface CliContext {
  readonly project: Project;
  /** Commands to print, for the same project, stack and cluster. */
  readonly commands: Commands;
  readonly surroundings: Surroundings;
  /**
   * Opens the object store: the cluster's, or the one from the options, the environment or the
   * default.
   */
  readonly openStore: () => Promise<ObjectStore>;
  /** Connects to the cluster. @throws UserError if the command runs locally. */
  readonly connect: () => Promise<Connection>;
  /** Installs connectors in the project's environments folder. */
  readonly prepare: PrepareConnector;
}

const open = new Set<ClusterStore>();

/**
 * The project of a command with its validated array, and where the command runs.
 *
 * @param about `all` rejects an array with any problem; `named` skips invalid entries, for a
 *   command that works on individual pipelines.
 */
export function contextOf(command: Command, about: "all" | "named" = "all"): CliContext {
  const {
    project: from,
    store: location,
    ...flags
  } = command.optsWithGlobals<
    WhereFlags & { readonly project?: string; readonly store?: string }
  >();
  const project = checked(loadProject(from ?? process.cwd()), about);
  const { surroundings } = whereOf(project.root, flags);
  if (surroundings.on === "cluster" && location !== undefined)
    throw new UserError("--store cannot be used with --on cluster.", {
      fix: "Omit --store: a cluster has its own object store.",
    });
  let connection: Promise<Connection> | undefined;
  const connect = () => (connection ??= connectTo(command, surroundings));
  let store: Promise<ObjectStore> | undefined;
  const clusterStore = () =>
    (store ??= connect()
      .then(openOn)
      .catch((error: unknown) => {
        store = undefined;
        throw error;
      }));
  return {
    project,
    commands: commandsOf(command),
    surroundings,
    connect,
    openStore: async () =>
      surroundings.on === "local"
        ? openLocal(storeLocation(project.root, location))
        : clusterStore(),
    prepare: connectorsBelow(project.root),
  };
}

function checked(project: Project, about: "all" | "named"): Project {
  if (about === "all") {
    assertValid(project.entries);
    return project;
  }
  const { valid, invalid } = separateValid(project.entries);
  return { ...project, entries: valid, invalid };
}

/** Closes the connections that the contexts of this process opened; they would keep it running. */
export function closeContexts(): void {
  for (const store of open) store.close();
  open.clear();
}

/** For verbs that only work locally. @throws UserError with `--on cluster`. */
export function localOnly(command: Command): void {
  const { on } = command.optsWithGlobals<WhereFlags>();
  if (on === "cluster")
    throw new UserError(`${command.name()} only works locally.`, { fix: "Omit --on cluster." });
}

/** Location of a project's object store: the given one, `$TAPCTL_STORE` or `.tapctl/store`. */
export function storeLocation(root: string, given?: string): string {
  return given ?? process.env.TAPCTL_STORE ?? join(root, ".tapctl", "store");
}

/** Installs connectors in `$TAPCTL_ENVIRONMENTS`, or in `.tapctl/environments` of the project. */
export function connectorsBelow(root: string): PrepareConnector {
  const environments = process.env.TAPCTL_ENVIRONMENTS ?? join(root, ".tapctl", "environments");
  return async (connector, onProgress, signal) => {
    const { ensureEnvironment } = await import("../run/environments/environments.js");
    return ensureEnvironment(connector, {
      root: environments,
      project: root,
      onProgress,
      ...(signal && { signal }),
    });
  };
}

async function connectTo(command: Command, surroundings: Surroundings): Promise<Connection> {
  if (surroundings.on === "local")
    throw new UserError(`${command.name()} needs a cluster.`, {
      fix: ({ tapctlOnCluster }) => `Run: ${tapctlOnCluster(command.name())}`,
    });
  const { connect } = await import("../cluster/connection.js");
  return connect(surroundings);
}

async function openLocal(location: string): Promise<ObjectStore> {
  const { openStore } = await import("../store/open.js");
  return openStore(location);
}

async function openOn(connection: Connection): Promise<ObjectStore> {
  const { openClusterStore } = await import("../cluster/store.js");
  const opened = await openClusterStore(connection);
  open.add(opened);
  return opened.store;
}
