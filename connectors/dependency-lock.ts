import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../src/common/errors";
import { findConnectorFile } from "../src/common/connector-files";
import { packageName, sourceVersion, type InstalledSource } from "../src/model/connector";

/** Line of a lock file after which the packages follow that are installed second. */
const SECOND = "\n# Then everything else:\n";

/** The packages of a connector, in two parts of a pip requirements file each. */
export interface LockedPackages {
  /** What builds the packages that come as source only; installed first. */
  readonly tools: string;
  /** Everything else. */
  readonly packages: string;
}

/**
 * The lock file of a connector, `connectors/locks/NAME.txt` of the project or of this package; undefined if it has none.
 *
 * @param root folder of the project.
 * @throws UserError if it was written for another version or other constraints.
 */
export function readLock(name: string, source: InstalledSource, root: string): string | undefined {
  const file = findConnectorFile(root, "locks", `${name}.txt`);
  return file === undefined ? undefined : checkedLock(name, source, readFileSync(file, "utf8"));
}

/** Whether a folder, of a project or of this package, has a lock file that belongs to a connector as it is defined now. */
export function hasLock(name: string, source: InstalledSource, root: string): boolean {
  const file = join(root, "connectors", "locks", `${name}.txt`);
  return existsSync(file) && belongs(readFileSync(file, "utf8"), source);
}

/** The text of a connector's lock file. @throws UserError if it was written for another version or other constraints. */
export function checkedLock(name: string, source: InstalledSource, text: string): string {
  if (belongs(text, source)) return text;
  throw new UserError(
    `connector "${name}": connectors/locks/${name}.txt does not belong to ${packageName(source)} ${sourceVersion(source)} as it is defined now`,
    { fix: `Write it again with: npx tapctl lock ${name}` },
  );
}

function belongs(text: string, source: InstalledSource): boolean {
  return text.includes(`\n${inputsLine(source)}\n`);
}

/** A lock file's text. */
export function lockText(
  name: string,
  source: InstalledSource,
  { tools, packages }: LockedPackages,
): string {
  const head = [
    `# Everything that ${name} installs, with hashes, for each supported Python and platform.`,
    `# Written by: npx tapctl lock ${name}`,
    inputsLine(source),
  ];
  return `${head.join("\n")}\n\n# First what builds the packages that come as source only:\n${tools.trim()}\n${SECOND}${packages.trim()}\n`;
}

/** The two parts of a lock file. */
export function lockedPackages(text: string): LockedPackages {
  const [tools = "", packages = ""] = text.split(SECOND);
  return { tools, packages };
}

/**
 * What a lock file was written for: a change of it makes the file stale. The version of a bulk
 * connector is not part of it, because the file lists its dependencies only.
 */
function inputsLine(source: InstalledSource): string {
  if ("bulk" in source)
    return `# For: ${JSON.stringify({ python: source.python, requirements: source.requirements })}`;
  const { package: name, version, python, constraints, overrides, extraPackages } = source;
  return `# For: ${JSON.stringify({ package: name, version, python, constraints, overrides, extraPackages })}`;
}
