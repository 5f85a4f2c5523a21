import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { UserError } from "../common/errors";

/** A context of a kubeconfig with what it refers to. */
export interface ChosenContext {
  readonly context: string;
  /** Namespace of the context; undefined where it has none. */
  readonly namespace: string | undefined;
  readonly cluster: Fields;
  readonly user: Fields;
  /** Folder of the file that the cluster stands in, and that of the user's: paths in them count from there. */
  readonly folders: { readonly cluster: string; readonly user: string };
}

/** Settings of a cluster or a user, by the names of the kubeconfig. */
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

/** Files that kubectl would read. */
export function kubeconfigFiles(): readonly string[] {
  const files = (process.env.KUBECONFIG ?? "").split(delimiter).filter((file) => file !== "");
  return files.length > 0 ? files : [join(homedir(), ".kube", "config")];
}

/**
 * A context of the kubeconfig; of several files the first that names a thing counts, as with kubectl.
 *
 * @param wanted name; undefined for the current one
 * @throws UserError where there is no kubeconfig, where it cannot be read, or where it has no such context.
 */
export function chooseContext(wanted: string | undefined): ChosenContext {
  const files = kubeconfigFiles();
  const there = files.filter((file) => existsSync(file));
  if (there.length === 0)
    throw new UserError(
      `no kubeconfig: ${files.join(", ")} is not there; set KUBECONFIG, or work on this machine: --on local`,
    );
  const source = there.join(delimiter);
  const read = there.map(readKubeconfig);
  const all = (kind: "clusters" | "users" | "contexts") => read.flatMap((file) => file[kind] ?? []);
  const names = all("contexts").map(({ name }) => name ?? "");
  const name =
    wanted ??
    read.map((file) => file["current-context"]).find((one) => one !== undefined && one !== "");
  if (name === undefined)
    throw new UserError(
      `${source}: no context is chosen; choose one: --context NAME, of ${names.join(", ") || "none"}`,
    );
  const find = (kind: "clusters" | "users" | "contexts", named: unknown) =>
    all(kind).find((one) => one.name === named);
  const context = find("contexts", name)?.context;
  if (context === undefined)
    throw new UserError(
      `${source}: no context is called "${name}"; there are: ${names.join(", ") || "none"}`,
    );
  const cluster = find("clusters", context["cluster"]);
  if (typeof cluster?.cluster?.["server"] !== "string")
    throw new UserError(
      `${source}: the cluster of context "${name}" is not there, or has no server`,
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
    throw new UserError(`${file}: is no kubeconfig: ${(error as Error).message.split("\n")[0]}`);
  }
  if (typeof value !== "object" || value === null)
    throw new UserError(`${file}: is no kubeconfig: it has neither clusters nor contexts`);
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
