import { writeFileSync } from "node:fs";
import { join } from "path/posix";
import { lockedPackages } from "../../../connectors/dependency-lock";
import type { InstalledSource } from "../../model/connector-source";
import { DEFAULTS } from "../../model/defaults";
import type { LoggedResult } from "../logged-process";
import { type InstallContext, type Installer, runInstaller } from "./installer";

/**
 * Packages that a connector requests; everything else is a dependency of these.
 *
 * @param place where a package is that is not on an index.
 */
export function requestedPackages(source: InstalledSource, place?: string): readonly string[] {
  if ("bulk" in source) return [...source.requirements, "setuptools"];
  const requested = place ?? `${source.package}==${source.version}`;
  return [requested, ...(source.extraPackages ?? []), "setuptools"];
}

/** Constraints and overrides of a connector's dependencies. */
export function versionBounds(source: InstalledSource): {
  readonly constraints: readonly string[];
  readonly overrides: readonly string[];
} {
  const { constraints = DEFAULTS.constraints } = "bulk" in source ? DEFAULTS : source;
  return { constraints, overrides: "bulk" in source ? [] : (source.overrides ?? []) };
}

/**
 * Installs exactly what a connector's lock file lists, build requirements included.
 *
 * @param place where a package is that is not on an index.
 */
export async function installLocked(
  installer: Installer,
  context: InstallContext,
  directory: string,
  lock: string,
  place?: string,
): Promise<LoggedResult> {
  const { tools, packages } = lockedPackages(lock);
  const first = await installFile(installer, context, directory, "tools.txt", tools);
  if (first.code !== 0) return first;
  const second = await installFile(installer, context, directory, "packages.txt", packages);
  return second.code !== 0 || place === undefined
    ? second
    : installPlace(installer, context, directory, place);
}

/** Installs a package that is not on an index, without its dependencies. */
function installPlace(
  installer: Installer,
  context: InstallContext,
  directory: string,
  place: string,
): Promise<LoggedResult> {
  const flags = ["--no-deps", "--no-build-isolation"];
  return runInstaller(context, installer, [
    ...installCommand(installer, directory),
    ...flags,
    place,
  ]);
}

function installFile(
  installer: Installer,
  context: InstallContext,
  directory: string,
  name: string,
  text: string,
): Promise<LoggedResult> {
  const file = join(directory, name);
  writeFileSync(file, text);
  const flags = [
    "--no-deps",
    "--require-hashes",
    "--no-build-isolation",
    ...(installer.kind === "pip" ? ["--use-pep517"] : []),
    "--requirement",
    file,
  ];
  return runInstaller(context, installer, [...installCommand(installer, directory), ...flags]);
}

/** Installs a connector without a lock file, with the newest compatible versions. */
export async function installUnlocked(
  installer: Installer,
  context: InstallContext,
  directory: string,
  source: InstalledSource,
  place?: string,
): Promise<LoggedResult> {
  const bounds = versionBounds(source);
  const constraints = join(directory, "constraints.txt");
  const overrides = join(directory, "overrides.txt");
  writeFileSync(constraints, bounds.constraints.join("\n"));
  writeFileSync(overrides, bounds.overrides.join("\n"));
  const install = [...installCommand(installer, directory), "--constraint", constraints] as const;
  if (installer.kind === "uv")
    return runInstaller(context, installer, [
      ...install,
      "--override",
      overrides,
      ...requestedPackages(source, place),
    ]);
  const installed = await runInstaller(context, installer, [
    ...install,
    ...requestedPackages(source, place),
  ]);
  // pip has no overrides: versions that the package pins are replaced afterwards, with only a
  // warning from pip.
  return installed.code === 0 && bounds.overrides.length > 0
    ? runInstaller(context, installer, [...install, "--upgrade", "--requirement", overrides])
    : installed;
}

function installCommand(installer: Installer, directory: string): readonly [string, ...string[]] {
  const python = join(directory, "bin", "python");
  return installer.kind === "uv"
    ? [installer.path, "pip", "install", "--python", python]
    : [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"];
}
