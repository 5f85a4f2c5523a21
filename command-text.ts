/** Options that say where commands work, as they were given to this one; empty where the project's defaults say the same. */
let where: readonly string[] = [];

/** From now on the commands that are printed carry these options, so that they ask the same place as this one. */
export function printCommandsWith(options: readonly string[]): void {
  where = options;
}

/**
 * Text of a command to print.
 *
 * @example `tapctl("runs orders") === "npx tapctl runs orders --on cluster"`, where `--on cluster` was given
 */
export function tapctl(command: string): string {
  return ["npx tapctl", command, ...where].join(" ");
}

/** An option as a shell takes it, quoted if it has to be; nothing if it was not given. */
export function optionText(name: string, value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  return [`--${name} ${/^[\w@:/.+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`}`];
}
