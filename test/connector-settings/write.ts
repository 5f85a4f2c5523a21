/**
 * Writes the typed settings of the connectors of this package from what their `--about` reports in the locked version
 * and from the notes in `connectors/notes/`, or from the notes alone if there is no `--about`: `npm run connectors:settings [NAME...]`. It installs the connectors.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as connectors from "../../connectors";
import type { Tap, Target } from "../../connectors";
import { readAbout } from "../../src/add/about";
import { install } from "../connectors/support";
import { schemaFromNotes, withNotes } from "./notes";
import { settingsFile } from "./settings-file";

const FOLDER = join(__dirname, "..", "..", "connectors", "settings");

/** A connector of this package with the name of its function. */
export interface Shipped {
  readonly identifier: string;
  readonly use: Tap | Target;
}

/** The connectors of this package. */
export const SHIPPED: readonly Shipped[] = Object.entries(connectors)
  .filter(([identifier]) => /^(tap|target)[A-Z]/.test(identifier))
  .map(([identifier, of]) => ({ identifier, use: (of as (settings: object) => Tap | Target)({}) }));

/** Path of the file with a connector's settings. */
export const settingsPath = (name: string): string => join(FOLDER, `${name}.ts`);

/** What the file with a connector's settings holds. */
export async function settingsText({ identifier, use }: Shipped): Promise<string> {
  const { descriptionFile } = await install(use);
  const { command } = JSON.parse(readFileSync(descriptionFile, "utf8")) as {
    readonly command: readonly [string, ...string[]];
  };
  const [program, ...args] = command;
  const { name } = use.connector;
  const { settings, hasAbout, problems } = await readAbout(program, args);
  if (!hasAbout) return settingsFile(name, identifier, schemaFromNotes(name));
  if (settings === undefined) throw new Error(`${name}: ${problems.join("; ")}`);
  return settingsFile(name, identifier, withNotes(name, settings));
}

async function main(names: readonly string[]): Promise<void> {
  for (const shipped of SHIPPED) {
    const { name } = shipped.use.connector;
    if (names.length > 0 && !names.includes(name)) continue;
    writeFileSync(settingsPath(name), await settingsText(shipped));
    process.stdout.write(`${name}: ${settingsPath(name)}\n`);
  }
}

if (require.main === module) void main(process.argv.slice(2));
