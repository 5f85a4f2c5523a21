/** Stack that is used if none is named. */
export const DEFAULT_STACK = "dev";

/**
 * Text of one of this project's own commands for a stack, to print.
 *
 * @param more arguments of the command itself.
 * @example `ownCommand("up", "prod") === "npm run up -- --stack prod"`
 */
export function ownCommand(verb: "up" | "down" | "recover" | "pulumi", stack: string, ...more: readonly string[]): string {
  const args = [...(stack === DEFAULT_STACK ? [] : ["--stack", stack]), ...more];
  return ["npm run", verb, ...(args.length > 0 || verb === "pulumi" ? ["--"] : []), ...args].join(" ");
}
