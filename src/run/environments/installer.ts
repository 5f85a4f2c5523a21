import { execFile } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { DEFAULTS } from "../../model/defaults";
import type { InstalledSource } from "../../model/connector";
import { lockedPackages } from "../../../connectors/dependency-lock";
import { UserError } from "../../common/errors";
import { withLock } from "../lock";
import { runLogged, type LoggedResult } from "../logged-process";
import { readPipSettings, uvNamesIndex, uvVariables } from "./pip-settings";
import type { Python } from "./python";

/** The installer: uv, which is 2 to 7 times faster, or pip. */
export type Installer = { readonly kind: "uv"; readonly path: string } | { readonly kind: "pip" };

/** Version of uv that is downloaded if the machine has none. */
const UV_VERSION = "0.13.9";

/** Context of an installation. */
export interface InstallContext {
  /** Python to create environments with. */
  readonly python: Python;
  /** Folder of all environments. */
  readonly root: string;
  /** File that all output is appended to. */
  readonly log: string;
  /** Called with each line of output. */
  readonly onLine: (line: string) => void;
  /** Aborts the installation. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Returns uv from `PATH`, or downloads it once from the package index into `<root>/tools`, or falls
 * back to pip.
 *
 * @throws UserError if Python has neither venv nor pip, and there is no uv.
 */
export async function findInstaller(context: InstallContext): Promise<Installer> {
  const { python, root } = context;
  if (await isUsableUv("uv")) return { kind: "uv", path: "uv" };
  const fetched = uvPlace(root);
  if (existsSync(fetched.path)) return { kind: "uv", path: fetched.path };
  if (!python.hasPip && !python.hasVenv) {
    throw new UserError(
      `Python ${python.version} at ${python.path} has neither venv nor pip, and uv is not installed.`,
      {
        fix: "Install one (Debian: apt-get install python3-venv; elsewhere: https://docs.astral.sh/uv), or set TAPCTL_PYTHON to another Python.",
      },
    );
  }
  const path = await fixedUv(context);
  if (path !== undefined) return { kind: "uv", path };
  if (python.hasVenv) return { kind: "pip" };
  throw new UserError(
    `Python ${python.version} at ${python.path} has no venv, and uv cannot be downloaded.`,
    {
      fix: `Install venv (Debian: apt-get install python3-venv) or uv (https://docs.astral.sh/uv). The error of the download is in ${context.log}`,
    },
  );
}

/**
 * Returns uv in the version that lock files are written with, downloaded once from the package
 * index; undefined if it is not available.
 */
export async function fixedUv(context: InstallContext): Promise<string | undefined> {
  const { folder, path } = uvPlace(context.root);
  if (existsSync(path)) return path;
  // Next to the tools, which several folders of environments may share by a link.
  await withLock(join(dirname(folder), ".lock"), { signal: context.signal }, () =>
    fetchUv(context, folder),
  );
  return existsSync(path) ? path : undefined;
}

function uvPlace(root: string): { readonly folder: string; readonly path: string } {
  const folder = join(root, "tools", `uv-${UV_VERSION}`);
  return { folder, path: join(folder, "bin", "uv") };
}

/** Runs uv with the package index of pip's configuration. */
export function runUv(
  uv: string,
  context: InstallContext,
  args: readonly string[],
): Promise<LoggedResult> {
  return run(context, { kind: "uv", path: uv }, [uv, ...args]);
}

/** Creates an empty virtual environment. */
export function createVenv(
  installer: Installer,
  context: InstallContext,
  directory: string,
): Promise<LoggedResult> {
  return installer.kind === "uv"
    ? run(context, installer, [
        installer.path,
        "venv",
        "--no-project",
        "--python",
        context.python.path,
        directory,
      ])
    : run(context, installer, [context.python.path, "-m", "venv", directory]);
}

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
  return run(context, installer, [...installCommand(installer, directory), ...flags, place]);
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
  return run(context, installer, [...installCommand(installer, directory), ...flags]);
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
    return run(context, installer, [
      ...install,
      "--override",
      overrides,
      ...requestedPackages(source, place),
    ]);
  const installed = await run(context, installer, [
    ...install,
    ...requestedPackages(source, place),
  ]);
  // pip has no overrides: versions that the package pins are replaced afterwards, with only a
  // warning from pip.
  return installed.code === 0 && bounds.overrides.length > 0
    ? run(context, installer, [...install, "--upgrade", "--requirement", overrides])
    : installed;
}

function installCommand(installer: Installer, directory: string): readonly [string, ...string[]] {
  const python = join(directory, "bin", "python");
  return installer.kind === "uv"
    ? [installer.path, "pip", "install", "--python", python]
    : [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"];
}

/** Puts uv in place atomically. A download that does not start is discarded. */
async function fetchUv(context: InstallContext, folder: string): Promise<void> {
  if (existsSync(folder)) return;
  const { python } = context;
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  const fetched = python.hasPip
    ? await pipInstallUv(context, python.path, ["--target", partial])
    : await uvByVenv(context, partial);
  if (fetched.code === 0 && (await isUsableUv(join(partial, "bin", "uv"))))
    renameSync(partial, folder);
  else rmSync(partial, { recursive: true, force: true });
}

async function uvByVenv(context: InstallContext, folder: string): Promise<LoggedResult> {
  const made = await createVenv({ kind: "pip" }, context, folder);
  return made.code === 0 ? pipInstallUv(context, join(folder, "bin", "python"), []) : made;
}

function pipInstallUv(
  context: InstallContext,
  python: string,
  place: readonly string[],
): Promise<LoggedResult> {
  const pip = [
    python,
    "-m",
    "pip",
    "install",
    "--no-input",
    "--disable-pip-version-check",
    "--only-binary",
    ":all:",
  ] as const;
  return run(context, { kind: "pip" }, [...pip, ...place, `uv==${UV_VERSION}`]);
}

function run(
  { root, log, onLine, signal }: InstallContext,
  installer: Installer,
  command: readonly [string, ...string[]],
): Promise<LoggedResult> {
  const env =
    installer.kind === "uv"
      ? uvEnvironment(process.env, root)
      : {
          ...process.env,
          GIT_TERMINAL_PROMPT: "0",
          NO_COLOR: "1",
          PIP_NO_WARN_CONFLICTS: "1",
          PIP_ROOT_USER_ACTION: "ignore",
        };
  return runLogged({ command, cwd: root, env, log, onLine, signal });
}

function uvEnvironment(env: NodeJS.ProcessEnv, root: string): NodeJS.ProcessEnv {
  return {
    ...env,
    ...uvVariables(
      readPipSettings(env),
      env,
      uvNamesIndex(env),
      (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true,
    ),
    ...(hasWritableCache(env) ? {} : { UV_CACHE_DIR: join(root, "tools", "cache") }),
    UV_PYTHON_DOWNLOADS: "never",
    GIT_TERMINAL_PROMPT: "0",
    UV_NO_PROGRESS: "1",
    NO_COLOR: "1",
  };
}

/** Whether uv can write its default cache; containers often run as a user without a home. */
function hasWritableCache(env: NodeJS.ProcessEnv): boolean {
  let folder =
    env["UV_CACHE_DIR"] ||
    join(env["XDG_CACHE_HOME"] || join(env["HOME"] || homedir(), ".cache"), "uv");
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether a program is a uv with the flags used here (0.5 or later). */
function isUsableUv(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(path, ["--version"], { timeout: 10_000, encoding: "utf8" }, (error, stdout) => {
      const [, major, minor] = /^uv (\d+)\.(\d+)/.exec(stdout) ?? [];
      resolve(!error && (Number(major) > 0 || Number(minor) >= 5));
    });
  });
}
