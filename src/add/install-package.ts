import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../common/errors";
import type { PackageSource } from "../model/connector-source";
import { parseAddress } from "../model/package-address";
import { installError } from "../run/environments/install-error";
import { createVenv, runUv, type InstallContext } from "../run/environments/installer";
import { installLocked } from "../run/environments/install-packages";
import { fixedUv } from "../run/environments/find-installer";
import { lockDependencies } from "../run/environments/lock-dependencies";
import { packagePlace } from "../run/environments/package-place";
import { findPython } from "../run/environments/find-python";
import { removeFolder } from "../common/remove-folder";

/** A locked and installed package. */
export interface InstalledPackage {
  /** The source with its exact version, and with build tools that it turned out to need. */
  readonly source: PackageSource;
  /** Text of its lock file. */
  readonly lock: string;
  /** Python of the environment. */
  readonly python: string;
  /** Finds the address of the package index, which a source archive is read from. */
  readonly findIndex: () => Promise<string | undefined>;
}

/** Options of {@link installPackage}. */
export interface InstallOptions {
  /** Name of the connector. */
  readonly name: string;
  /** The package; the version is `latest` for the newest one. */
  readonly source: PackageSource;
  /** Folder of the project. */
  readonly project: string;
  /** Folder of all environments, where uv is kept. */
  readonly environments: string;
  /** Folder for the environment. */
  readonly folder: string;
  /** Called with each step. */
  readonly report: (step: string) => void;
}

/** Build tools, by the module whose absence shows that a package without wheels needs them. */
const BUILD_TOOLS: { readonly [module: string]: string } = {
  poetry: "poetry-core",
  "poetry.core": "poetry-core",
  "poetry.masonry": "poetry-core",
  hatchling: "hatchling",
  hatch_vcs: "hatch-vcs",
  flit_core: "flit-core",
  pdm: "pdm-backend",
  "pdm.backend": "pdm-backend",
  setuptools_scm: "setuptools-scm",
  maturin: "maturin",
  Cython: "cython",
  numpy: "numpy",
  pbr: "pbr",
  uv_build: "uv-build",
  wheel: "wheel",
};

/**
 * Locks a package and installs it from the lock file into an environment of its own.
 *
 * @throws UserError if it does not exist, or cannot be built.
 */
export async function installPackage(options: InstallOptions): Promise<InstalledPackage> {
  const { name, project, environments, folder, report } = options;
  mkdirSync(environments, { recursive: true });
  const log = join(environments, `add-${name.replace(/[^\w.-]/g, "_")}.log`);
  writeFileSync(log, "");
  const contextFor = async ({ python }: PackageSource): Promise<InstallContext> => ({
    python: await findPython(python, { memory: environments }),
    root: environments,
    log,
    onLine: () => undefined,
  });
  let context = await contextFor(options.source);
  const uv = await fixedUv(context);
  if (uv === undefined)
    throw new UserError(
      "uv, which writes lock files, cannot be installed from the package index.",
      {
        fix: `Read the full output in ${log}`,
        exitCode: 1,
      },
    );
  let source = await withVersion(options.source, uv, context, folder);
  for (;;) {
    report(`locking ${describe(source)}`);
    const lock = await lockDependencies({ name, source, uv, context, project, tell: report }).catch(
      (error: unknown) => olderPython(error, source),
    );
    if (typeof lock !== "string") {
      report(`it requires Python ${lock.min}`);
      source = { ...source, python: lock };
      context = await contextFor(source);
      continue;
    }
    const { python } = context;
    report(`installing it on Python ${python.version}`);
    const venv = join(folder, "venv");
    removeFolder(venv);
    const made = await createVenv({ kind: "uv", path: uv }, context, venv);
    const place = packagePlace({ source, lock }, project, folder);
    const installed =
      made.code === 0
        ? await installLocked({ kind: "uv", path: uv }, context, venv, lock, place)
        : made;
    if (installed.code === 0)
      return {
        source,
        lock,
        python: join(venv, "bin", "python"),
        findIndex: () => findIndex(uv, context, folder),
      };
    const tool = missingBuildTool(installed.output, source.extraPackages ?? []);
    if (tool === undefined)
      throw installError({ source, output: installed.output, python: python.version, log });
    report(`it is built with ${tool}, which becomes part of the lock file`);
    source = { ...source, extraPackages: [...(source.extraPackages ?? []), tool] };
  }
}

/**
 * The range of Pythons for a package that does not support the oldest one of its range, which
 * locking fails with.
 *
 * @throws the error if it has another reason, or if the user gave the range.
 */
function olderPython(
  error: unknown,
  { python }: PackageSource,
): NonNullable<PackageSource["python"]> {
  const minor = /requires Python >=3\.(\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
  if (minor === undefined || python !== undefined) throw error;
  return { min: `3.${Number(minor)}` };
}

/** The newest version of a package on the index, if none is given. */
async function withVersion(
  source: PackageSource,
  uv: string,
  context: InstallContext,
  folder: string,
): Promise<PackageSource> {
  if (source.version !== "latest") return source;
  const [input, output] = [join(folder, "package.in"), join(folder, "package.txt")];
  writeFileSync(input, source.package);
  const flags = ["--no-deps", "--no-header", "--no-annotate", "--python", context.python.path];
  const done = await runUv(uv, context, [
    "pip",
    "compile",
    ...flags,
    "--output-file",
    output,
    input,
  ]);
  const version = existsSync(output)
    ? /==([^\s;]+)/.exec(readFileSync(output, "utf8"))?.[1]
    : undefined;
  if (done.code !== 0 || version === undefined)
    throw installError({
      source,
      output: done.output,
      python: context.python.version,
      log: context.log,
    });
  return { ...source, version };
}

/** The package index that uv reports to use. */
async function findIndex(
  uv: string,
  context: InstallContext,
  folder: string,
): Promise<string | undefined> {
  const [input, output] = [join(folder, "index.in"), join(folder, "index.txt")];
  writeFileSync(input, "");
  const flags = ["--no-header", "--emit-index-url", "--python", context.python.path];
  await runUv(uv, context, ["pip", "compile", ...flags, "--output-file", output, input]);
  return existsSync(output)
    ? /^--index-url (\S+)/m.exec(readFileSync(output, "utf8"))?.[1]
    : undefined;
}

/** The build tool that a failed build misses; undefined if it failed for another reason. */
function missingBuildTool(output: string, given: readonly string[]): string | undefined {
  const missing =
    /No module named ['"]?([\w.]+)['"]?/.exec(output)?.[1] ??
    /Cannot import '([\w.]+)'/.exec(output)?.[1] ??
    /BackendUnavailable: (?:Cannot import )?'?([\w.]+)'?/.exec(output)?.[1];
  if (missing === undefined) return undefined;
  const [first = "", second = ""] = missing.split(".");
  const tool = BUILD_TOOLS[`${first}.${second}`] ?? BUILD_TOOLS[first];
  return tool === undefined || given.includes(tool) ? undefined : tool;
}

function describe(source: PackageSource): string {
  return parseAddress(source.package) === undefined
    ? `${source.package} ${source.version}`
    : source.package;
}
