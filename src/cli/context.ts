import { join } from "node:path";
import type { Command } from "commander";
import type { Connection } from "../cluster/connection";
import type { ClusterStore } from "../cluster/store";
import {
  optionText,
  printCommandsFor,
  tapctlOnCluster,
  type CommandPlace,
} from "../common/command-text";
import { UserError } from "../common/errors";
import { loadProject, type Project } from "../run/project";
import type { PrepareConnector } from "../run/run-options";
import { assertValid, separateValid } from "../model/validation/validate";
import type { ObjectStore } from "../store/object-store";
import { load } from "./load";
import { whereOf, type Surroundings, type WhereFlags } from "./surroundings";

/** What a verb works on. */
export interface CliContext {
  readonly project: Project;
  readonly surroundings: Surroundings;
  /** Opens the object store: the cluster's, once, or the one that the options, the environment or the default name. */
  readonly openStore: () => Promise<ObjectStore>;
  /** The cluster. @throws UserError where the command works on this machine. */
  readonly connect: () => Promise<Connection>;
  /** Installs connectors below the project's folder for them. */
  readonly prepare: PrepareConnector;
}

const open = new Set<ClusterStore>();

/**
 * The project of a command, its array validated, and where the command works.
 *
 * @param about `all` refuses an array with any problem; `named` leaves the entries out that have one, for a command
 *   that is about some pipelines only.
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
  const { surroundings, options } = whereOf(project.root, flags);
  if (surroundings.on === "cluster" && location !== undefined)
    throw new UserError("--store is for --on local: a cluster has an object store of its own");
  printCommandsFor({
    options: [...optionText("project", from), ...optionText("store", location), ...options],
    project: from,
    ...clusterPlace(project.root, surroundings),
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
    surroundings,
    connect,
    openStore: async () =>
      surroundings.on === "local"
        ? openLocal(storeLocation(project.root, location))
        : clusterStore(),
    prepare: connectorsBelow(project.root),
  };
}

/** Context and stack of printed commands, read from files only when one is printed. */
function clusterPlace(root: string, surroundings: Surroundings): CommandPlace {
  if (surroundings.on === "local") return {};
  const chosen = () => {
    const { chooseContext } = load(
      "../cluster/kubeconfig",
    ) as typeof import("../cluster/kubeconfig");
    return chooseContext(surroundings.context);
  };
  return {
    context: () => orUndefined(() => chosen().context),
    stack: () => {
      const { findStack } = load(
        "../settings/find-stack",
      ) as typeof import("../settings/find-stack");
      return orUndefined(() => {
        const { context, namespace } = chosen();
        return findStack(root, { context, namespace: surroundings.namespace ?? namespace });
      });
    },
  };
}

/** What a command that is printed in an error lacks is no error of its own. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function checked(project: Project, about: "all" | "named"): Project {
  if (about === "all") {
    assertValid(project.entries);
    return project;
  }
  const { valid, invalid } = separateValid(project.entries);
  return { ...project, entries: valid, invalid };
}

/** Ends what the contexts of this process opened, without which it would not end itself. */
export function closeContexts(): void {
  for (const store of open) store.close();
  open.clear();
}

/** For verbs that are about this machine alone: refuses one that was told otherwise. */
export function localOnly(command: Command): void {
  const { on } = command.optsWithGlobals<WhereFlags>();
  if (on === "cluster")
    throw new UserError(`${command.name()} works on this machine alone: leave --on cluster out`);
}

/** Where a project's object store is: as given, else `$TAPCTL_STORE`, else `.tapctl/store`. */
export function storeLocation(root: string, given?: string): string {
  return given ?? process.env.TAPCTL_STORE ?? join(root, ".tapctl", "store");
}

/** Installs connectors below `$TAPCTL_ENVIRONMENTS`, else below `.tapctl/environments` of the project. */
export function connectorsBelow(root: string): PrepareConnector {
  const environments = process.env.TAPCTL_ENVIRONMENTS ?? join(root, ".tapctl", "environments");
  return (connector, onProgress, signal) => {
    const { ensureEnvironment } = load(
      "../run/environments/environments",
    ) as typeof import("../run/environments/environments");
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
    throw new UserError(`${command.name()} is for a cluster: ${tapctlOnCluster(command.name())}`);
  const { connect } = load("../cluster/connection") as typeof import("../cluster/connection");
  return connect(surroundings);
}

function openLocal(location: string): Promise<ObjectStore> {
  const { openStore } = load("../store/open") as typeof import("../store/open");
  return openStore(location);
}

async function openOn(connection: Connection): Promise<ObjectStore> {
  const { openClusterStore } = load("../cluster/store") as typeof import("../cluster/store");
  const opened = await openClusterStore(connection);
  open.add(opened);
  return opened.store;
}
