import type { Command } from "commander";
import { assertValid } from "../model/validation/validate";
import { loadProject, type Project } from "../run/project";

/** The project of a command. @throws UserError if it has none, or its array is not valid. */
export function validProject(command: Command): Project {
  const { project } = command.optsWithGlobals<{ readonly project?: string }>();
  const loaded = loadProject(project ?? process.cwd());
  assertValid(loaded.entries);
  return loaded;
}
