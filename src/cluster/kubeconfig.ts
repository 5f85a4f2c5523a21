import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { UserError } from "../common/errors";

/** A context of a kubeconfig with its cluster and user. */
export interface ChosenContext {
  readonly context: string;
  /** Namespace of the context; undefined if it has none. */
  readonly namespace: string | undefined;
  readonly cluster: Fields;
  readonly user: Fields;
  /**
   * Folders of the files that define the cluster and the user: their paths are relative to these.
   */
  readonly folders: { readonly cluster: string; readonly user: string };
}

/** Fields of a cluster or user, named as in the kubeconfig. */
export interface Fields {
  readonly [name: string]: unknown;
}

interface Named {
  readonly name?: string;
  readonly folder: string;
  readonly cluster?: Fields;
  readonly user?: Fields;
  readonly context?: Fields;
}

interface KubeconfigFile {
  readonly clusters?: readonly Named[];
  readonly users?: readonly Named[];
  readonly contexts?: readonly Named[];
  readonly "current-context"?: string;
}

/** The kubeconfig files that kubectl would read. */
export function kubeconfigFiles(): readonly string[] {
  const files = (process.env.KUBECONFIG ?? "").split(delimiter).filter((file) => file !== "");
  return files.length > 0 ? files : [join(homedir(), ".kube", "config")];
}

/**
 * A context of the kubeconfig. If several files define the same name, the first one wins, as with
 * kubectl.
 *
 * @param wanted name; undefined for the current context
 * @throws UserError if there is no kubeconfig, it cannot be read, or the context does not exist.
 */
export function chooseContext(wanted: string | undefined): ChosenContext {
  const files = kubeconfigFiles();
  const there = files.filter((file) => existsSync(file));
  if (there.length === 0)
    throw new UserError(`No kubeconfig: ${files.join(", ")} does not exist.`, {
      fix: "Set KUBECONFIG, or run locally with --on local.",
    });
  const source = there.join(delimiter);
  const read = there.map(readKubeconfig);
  const all = (kind: "clusters" | "users" | "contexts") => read.flatMap((file) => file[kind] ?? []);
  const names = all("contexts").map(({ name }) => name ?? "");
  const name =
    wanted ??
    read.map((file) => file["current-context"]).find((one) => one !== undefined && one !== "");
  if (name === undefined)
    throw new UserError(`${source}: no current context is set.`, {
      fix: `Choose one with --context NAME: ${names.join(", ") || "none is defined"}`,
    });
  const find = (kind: "clusters" | "users" | "contexts", named: unknown) =>
    all(kind).find((one) => one.name === named);
  const context = find("contexts", name)?.context;
  if (context === undefined)
    throw new UserError(`${source}: context "${name}" does not exist.`, {
      fix: `Available contexts: ${names.join(", ") || "none"}`,
    });
  const cluster = find("clusters", context["cluster"]);
  if (typeof cluster?.cluster?.["server"] !== "string")
    throw new UserError(
      `${source}: the cluster of context "${name}" is not defined or has no server.`,
      { fix: "Fix the kubeconfig, or choose another context with --context NAME." },
    );
  const user = find("users", context["user"]);
  const namespace = context["namespace"];
  return {
    context: name,
    namespace: typeof namespace === "string" && namespace !== "" ? namespace : undefined,
    cluster: cluster.cluster,
    user: user?.user ?? {},
    folders: { cluster: cluster.folder, user: user?.folder ?? cluster.folder },
  };
}

function readKubeconfig(file: string): KubeconfigFile {
  let value: unknown;
  try {
    value = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(
      `${file}: is not a valid kubeconfig: ${(error as Error).message.split("\n")[0]}`,
      { fix: "Fix the file, or set KUBECONFIG to another one." },
    );
  }
  if (typeof value !== "object" || value === null)
    throw new UserError(
      `${file}: is not a valid kubeconfig: it has neither clusters nor contexts.`,
      { fix: "Fix the file, or set KUBECONFIG to another one." },
    );
  const found = value as KubeconfigFile;
  const folder = dirname(resolve(file));
  const placed = (list: readonly Named[] | undefined) =>
    (list ?? []).map((one) => ({ ...one, folder }));
  const current = found["current-context"];
  return {
    clusters: placed(found.clusters),
    users: placed(found.users),
    contexts: placed(found.contexts),
    ...(current !== undefined && { "current-context": current }),
  };
}
