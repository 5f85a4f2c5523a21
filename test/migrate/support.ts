import { readdirSync } from "node:fs";
import { join } from "node:path";
import { importProject, type Import } from "../../src/migrate/import";
import { readMeltano } from "../../src/migrate/read";

const FIXTURES = join(__dirname, "fixtures");

/** Meltano projects of different shapes. */
export const PROJECTS: readonly string[] = readdirSync(FIXTURES).sort();

/** The main file of a project. */
export function fileOf(project: string): string {
  return join(FIXTURES, project, "meltano.yml");
}

/** A project, imported. */
export function imported(project: string, environment?: string): Import {
  const { project: parsed, surroundings } = readMeltano(fileOf(project));
  return importProject(parsed, surroundings, environment);
}
