/** Stack that commands use by default. */
export const DEFAULT_STACK = "dev";

/** Namespace that pipelines are deployed to by default. */
export const DEFAULT_NAMESPACE = "pipelines";

/**
 * Options with which printed commands address the same project, stack and cluster as the command
 * that prints them. Options with default values are omitted.
 */
export interface CommandPlace {
  /** Options of `tapctl` as given; empty if they equal the project's defaults. */
  readonly options?: readonly string[];
  /** Folder of the project if it is not the current one. */
  readonly project?: string | undefined;
  /** Name of the stack; undefined if it is unknown. Called only if a printed command needs it. */
  readonly stack?: () => string | undefined;
  /**
   * Kubeconfig context; undefined for the current one. Called only if a printed command needs it.
   */
  readonly context?: () => string | undefined;
}

let place: CommandPlace = {};

/** Sets the options of commands that are printed from now on. */
export function printCommandsFor(where: CommandPlace): void {
  place = where;
}

/**
 * Returns a `tapctl` command to print.
 *
 * @example `tapctl("runs orders") === "npx tapctl runs orders --on cluster"` if `--on cluster` was
 *   given
 */
export function tapctl(command: string): string {
  return ["npx tapctl", command, ...(place.options ?? [])].join(" ");
}

/**
 * Returns a `tapctl` command to print that works on the cluster: for commands that run locally, and
 * for alerts, whose readers have kubeconfig contexts of their own.
 *
 * @param namespace namespace of the pipelines if it is not the default.
 */
export function tapctlOnCluster(command: string, namespace?: string): string {
  return [
    "npx tapctl",
    command,
    ...optionText("project", place.project),
    "--on cluster",
    ...(namespace === DEFAULT_NAMESPACE ? [] : optionText("namespace", namespace)),
  ].join(" ");
}

/**
 * Returns a `tapctl` command to print that works on the stack.
 *
 * @param more arguments of the command.
 * @example `stackCommand("up") === "npx tapctl up --stack prod"` for the stack "prod"
 */
export function stackCommand(
  verb: "up" | "down" | "recover" | "pin" | "pulumi",
  ...more: readonly string[]
): string {
  const stack = place.stack === undefined ? DEFAULT_STACK : place.stack();
  return [
    "npx tapctl",
    verb,
    ...optionText("project", place.project),
    ...(stack === DEFAULT_STACK ? [] : optionText("stack", stack ?? "NAME")),
    ...more,
  ].join(" ");
}

/**
 * Returns a Pulumi command to print. `TAPCTL_PULUMI`, set by `tapctl up`, is how Pulumi was
 * started.
 *
 * @example `pulumiCommand("preview") === "pulumi preview --stack prod"` for the stack "prod" and
 *   plain Pulumi
 */
export function pulumiCommand(command: string): string {
  const byUp = process.env["TAPCTL_PULUMI"];
  return byUp === undefined
    ? ["pulumi", command, ...optionText("stack", place.stack?.())].join(" ")
    : `${byUp} ${command}`;
}

/**
 * Returns a `kubectl` command to print.
 *
 * @example `kubectl("get pods") === "kubectl --context kind-a get pods"` for the context "kind-a"
 */
export function kubectl(command: string): string {
  return ["kubectl", ...optionText("context", place.context?.()), command].join(" ");
}

/** An option quoted for the shell if necessary; empty if it was not given. */
export function optionText(name: string, value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  return [
    `--${name} ${/^[\w@:/.+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`}`,
  ];
}
