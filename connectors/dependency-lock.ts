import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "../src/common/json";
import { UserError } from "../src/common/errors";
import { findConnectorFile } from "../src/common/connector-files";
import { hashBuildFiles, hashFile, hashSource } from "../src/common/source-files";
import { packageName, sourceVersion, type InstalledSource } from "../src/model/connector-source";
import { parseAddress } from "../src/model/package-address";

/** Line of a lock file after which the packages follow that are installed second. */
const SECOND = "\n# Then everything else:\n";

/** Start of the line of a lock file with what the address of a package was resolved to. */
const SOURCE = "# Source: ";

/** The packages of a connector, in two parts of a pip requirements file each. */
export interface LockedPackages {
  /** What builds the packages that come as source only; installed first. */
  readonly tools: string;
  /** Everything else. */
  readonly packages: string;
  /** What is installed last: a package that is not on an index. Default: none. */
  readonly source?: LockedSource;
}

/** What an address of a package was resolved to. */
export type LockedSource =
  | {
      /** Commit of a git reference. */
      readonly commit: string;
    }
  | {
      /** Hash of a wheel. */
      readonly sha256: string;
    }
  | {
      /** Hash of the files of a folder that say what it needs; its code may change. */
      readonly build: string;
    };

/** Hashes of a package below the project's folder. */
export interface LocalPackage {
  /** Of everything that goes into the package. */
  readonly content: string;
  /** Of the files that say what it needs; for a wheel, its SHA-256. */
  readonly build: string;
}

/**
 * The lock file of a connector, `connectors/locks/NAME.txt` of the project or of this package; undefined if it has none.
 *
 * @param root folder of the project.
 * @throws UserError if it was written for another version or other constraints.
 */
export function readLock(name: string, source: InstalledSource, root: string): string | undefined {
  const file = findConnectorFile(root, "locks", `${name}.txt`);
  return file === undefined
    ? undefined
    : checkedLock(name, source, readFileSync(file, "utf8"), localPackage(source, root));
}

/** Hashes of a connector's package below the project's folder; undefined for one that is elsewhere. */
export function localPackage(source: InstalledSource, root: string): LocalPackage | undefined {
  const address = "bulk" in source ? undefined : parseAddress(source.package);
  if (address?.kind === "folder")
    return {
      content: hashSource(root, address.place),
      build: hashBuildFiles(root, address.place),
    };
  if (address?.kind !== "wheel" || !address.local) return undefined;
  const content = hashSource(root, address.place);
  return { content, build: hashFile(join(root, address.place)) };
}

/** Whether a folder, of a project or of this package, has a lock file that belongs to a connector as it is defined now. */
export function hasLock(name: string, source: InstalledSource, root: string): boolean {
  const file = join(root, "connectors", "locks", `${name}.txt`);
  return existsSync(file) && belongs(readFileSync(file, "utf8"), source);
}

/** The text of a connector's lock file. @throws UserError if it was written for another version or other constraints. */
export function checkedLock(
  name: string,
  source: InstalledSource,
  text: string,
  local?: LocalPackage,
): string {
  if (belongs(text, source) && isOf(lockedSource(text), local)) return text;
  throw new UserError(
    `connector "${name}": connectors/locks/${name}.txt does not belong to ${packageName(source)} ${sourceVersion(source)} as it is defined now`,
    { fix: `Write it again with: npx tapctl lock ${name}` },
  );
}

function belongs(text: string, source: InstalledSource): boolean {
  return text.includes(`\n${inputsLine(source)}\n`);
}

/** Whether a local package is still the one that was locked. */
function isOf(locked: LockedSource | undefined, local: LocalPackage | undefined): boolean {
  if (local === undefined || locked === undefined || "commit" in locked) return true;
  return local.build === ("sha256" in locked ? locked.sha256 : locked.build);
}

/** A lock file's text. */
export function lockText(
  name: string,
  source: InstalledSource,
  { tools, packages, source: locked }: LockedPackages,
): string {
  const head = [
    `# Everything that ${name} installs, with hashes, for each supported Python and platform.`,
    `# Written by: npx tapctl lock ${name}`,
    inputsLine(source),
    ...(locked === undefined ? [] : [`${SOURCE}${JSON.stringify(locked)}`]),
  ];
  return `${head.join("\n")}\n\n# First what builds the packages that come as source only:\n${tools.trim()}\n${SECOND}${packages.trim()}\n`;
}

/** A lock file for other constraints of the same package that it also meets, such as fewer Pythons. */
export function relabelLock(text: string, source: InstalledSource): string {
  return text.replace(/^# For: .*$/m, () => inputsLine(source));
}

/** The parts of a lock file. */
export function lockedPackages(text: string): LockedPackages {
  const [tools = "", packages = ""] = text.split(SECOND);
  const source = lockedSource(text);
  return { tools, packages, ...(source && { source }) };
}

/** What a lock file resolved the address of a package to; undefined for one on an index. */
export function lockedSource(text: string): LockedSource | undefined {
  const line = text.split("\n").find((one) => one.startsWith(SOURCE));
  return line === undefined ? undefined : (parseJson(line.slice(SOURCE.length)) as LockedSource);
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
