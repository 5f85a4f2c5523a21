import { accessSync, constants, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { VERSION } from "../common/package";

/**
 * Flags of Python for a program in a folder that only another user may change, such as the package
 * of a global installation: its bytecode is kept in the connector's environment. Without it, each
 * start of the runner compiles its sources, which takes 0.1 s.
 *
 * @param python Python of the environment.
 * @param folder folder of the program.
 */
export function bytecodeFlags(python: string, folder: string): readonly string[] {
  if (isWritable(folder)) return [];
  const environment = dirname(dirname(python));
  const isEnvironment = existsSync(join(environment, "pyvenv.cfg"));
  if (!isEnvironment || !isWritable(environment)) return [];
  // npm gives the files of all versions the same time, by which Python tells outdated bytecode.
  return ["-X", `pycache_prefix=${join(environment, "bytecode", VERSION)}`];
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
