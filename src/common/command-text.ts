/** Stack that is used if none is named. */
export const DEFAULT_STACK = "dev";

/** Namespace of the pipelines if nothing names one. */
export const DEFAULT_NAMESPACE = "pipelines";

/** Where printed commands work: the same place as the command that prints them. What is left out is the default. */
export interface CommandPlace {
  /** Options of `tapctl` as they were given; empty if the project's defaults say the same. */
  readonly options?: readonly string[];
  /** Folder of the project if it is not the current one. */
  readonly project?: string | undefined;
  /** Name of the stack; undefined if it cannot be known. Only called when a command is printed that needs it. */
  readonly stack?: () => string | undefined;
  /** Context of the kubeconfig; undefined for its current one. Only called when a command is printed that needs it. */
  readonly context?: () => string | undefined;
}

let place: CommandPlace = {};

/** From now on printed commands work at this place. */
export function printCommandsFor(where: CommandPlace): void {
  place = where;
}

/**
 * Text of a command of `tapctl`, to print.
 *
 * @example `tapctl("runs orders") === "npx tapctl runs orders --on cluster"` if `--on cluster` was given
 */
export function tapctl(command: string): string {
  return ["npx tapctl", command, ...(place.options ?? [])].join(" ");
}

/**
 * Text of a command of `tapctl` that works on the cluster, printed where none is in use: by a command that works on this
 * machine, and in alerts, whose readers have contexts of their own.
 *
 * @param namespace namespace of the pipelines if it is not the default one.
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
 * Text of a command of `tapctl` that works on the stack, to print.
 *
 * @param more arguments of the command itself.
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
 * Text of a command of the engine for the stack, to print: `TAPCTL_PULUMI` is how the engine was started, as `tapctl up` says.
 *
 * @example `pulumiCommand("preview") === "pulumi preview --stack prod"`, by plain Pulumi, for the stack "prod"
 */
export function pulumiCommand(command: string): string {
  const byUp = process.env["TAPCTL_PULUMI"];
  return byUp === undefined
    ? ["pulumi", command, ...optionText("stack", place.stack?.())].join(" ")
    : `${byUp} ${command}`;
}

/**
 * Text of a command of `kubectl`, to print.
 *
 * @example `kubectl("get pods") === "kubectl --context kind-a get pods"` for the context "kind-a"
 */
export function kubectl(command: string): string {
  return ["kubectl", ...optionText("context", place.context?.()), command].join(" ");
}

/** An option as a shell takes it, quoted if it has to be; nothing if it was not given. */
export function optionText(name: string, value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  return [
    `--${name} ${/^[\w@:/.+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`}`,
  ];
}
