import type { Command } from "commander";
import { commandsFor, optionText, type CommandPlace, type Commands } from "../common/commands";
import { UserError } from "../common/errors";
import { findRoot } from "../run/project";
import { load } from "./load";
import { whereOf, type Surroundings, type WhereFlags } from "./surroundings";

interface PlaceFlags extends WhereFlags {
  readonly project?: string;
  readonly store?: string;
  readonly stack?: string;
}

/** The commands to print in a verb, with the project, stack and cluster of its options. */
export function commandsOf(verb: Command): Commands {
  const { project, store, stack, ...flags } = verb.optsWithGlobals<PlaceFlags>();
  if (stack !== undefined) return commandsFor({ project, stack: () => stack });
  const given = [...optionText("project", project), ...optionText("store", store)];
  const found = orUndefined(() => {
    const root = findRoot(project ?? process.cwd());
    return { root, ...whereOf(root, flags) };
  });
  return commandsFor({
    options: [...given, ...(found?.options ?? [])],
    project,
    ...(found && clusterPlace(found.root, found.surroundings)),
  });
}

/** Context and stack for printed commands; read from files only when a command is printed. */
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

/**
 * Printing a command inside an error must not raise another error: parts that cannot be read are
 * left out.
 */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
