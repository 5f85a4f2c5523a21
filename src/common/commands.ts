/** Stack that commands use by default. */
export const DEFAULT_STACK = "dev";

/** Namespace that pipelines are deployed to by default. */
export const DEFAULT_NAMESPACE = "pipelines";

/**
 * Project, stack and cluster that a command works on: printed commands name them where they are not
 * the defaults.
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

/** Commands to print, with the options that address a {@link CommandPlace}. */
export interface Commands {
  /** @example `tapctl("runs orders") === "npx tapctl runs orders --on cluster"` */
  readonly tapctl: (command: string) => string;
  /** A `tapctl` command that works on the cluster, printed by one that runs locally. */
  readonly tapctlOnCluster: (command: string) => string;
  /** @example `onStack("up") === "npx tapctl up --stack prod"` */
  readonly onStack: (
    verb: "up" | "down" | "recover" | "pin" | "pulumi",
    ...more: readonly string[]
  ) => string;
  /**
   * A Pulumi command. `TAPCTL_PULUMI`, set by `tapctl up`, is how Pulumi was started.
   *
   * @example `pulumi("preview") === "pulumi preview --stack prod"`
   */
  readonly pulumi: (command: string) => string;
  /** @example `kubectl("get pods") === "kubectl --context kind-a get pods"` */
  readonly kubectl: (command: string) => string;
}

/** Text that may contain commands, which are known only when it is printed. */
export type TextWithCommands = string | ((commands: Commands) => string);

/** The commands of a place. */
export function commandsFor(place: CommandPlace = {}): Commands {
  const project = optionText("project", place.project);
  return {
    tapctl: (command) => ["npx tapctl", command, ...(place.options ?? [])].join(" "),
    tapctlOnCluster: (command) => ["npx tapctl", command, ...project, "--on cluster"].join(" "),
    onStack: (verb, ...more) => {
      const stack = place.stack === undefined ? DEFAULT_STACK : place.stack();
      const option = stack === DEFAULT_STACK ? [] : optionText("stack", stack ?? "NAME");
      return ["npx tapctl", verb, ...project, ...option, ...more].join(" ");
    },
    pulumi: (command) => {
      const byUp = process.env["TAPCTL_PULUMI"];
      return byUp === undefined
        ? ["pulumi", command, ...optionText("stack", place.stack?.())].join(" ")
        : `${byUp} ${command}`;
    },
    kubectl: (command) =>
      ["kubectl", ...optionText("context", place.context?.()), command].join(" "),
  };
}

/** The text with the commands of a place; default: without options. */
export function textWith(text: TextWithCommands, commands: Commands = commandsFor()): string {
  return typeof text === "string" ? text : text(commands);
}

/** An option quoted for the shell if necessary; empty if it was not given. */
export function optionText(name: string, value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  return [
    `--${name} ${/^[\w@:/.+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`}`,
  ];
}
