import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InstalledSource } from "../../model/connector-source";
import {
  lockedPackages,
  lockText,
  type LockedPackages,
  type LockedSource,
} from "../../../connectors/dependency-lock";
import { PACKAGE_ROOT } from "../../common/package";
import { parseAddress } from "../../model/package-address";
import { installError } from "./install-error";
import { runUv, type InstallContext } from "./installer";
import { requestedPackages, versionBounds } from "./install-packages";
import { oldestPython } from "./python";
import { resolvePackage } from "./resolve-package";
import { removeFolder } from "../../common/remove-folder";

/** How the dependencies of a connector are locked. */
export interface LockOptions {
  /** Name of the connector. */
  readonly name: string;
  readonly source: InstalledSource;
  /** Path of uv in a fixed version, because the format of the output depends on it. */
  readonly uv: string;
  readonly context: InstallContext;
  /** Existing lock file, whose versions are kept if they still fit. Default: the newest versions. */
  readonly current?: string | undefined;
  /** Folder of the project, in which local packages are. Default: that of this package. */
  readonly project?: string;
  /** Called with what the user should know, such as the commit of a branch. Default: nothing. */
  readonly tell?: (text: string) => void;
}

/**
 * Writes the text of a connector's lock file: every package with its hashes, for each platform and each Python that the
 * connector supports, without addresses of package indexes.
 *
 * @throws UserError if the package index cannot be reached or has no suitable versions.
 */
export async function lockDependencies(options: LockOptions): Promise<string> {
  const { name, source, current, context, project = PACKAGE_ROOT } = options;
  const folder = mkdtempSync(join(tmpdir(), "tapctl-lock-"));
  try {
    const { tools = "", packages = "" } = current === undefined ? {} : lockedPackages(current);
    writeFileSync(join(folder, "all.txt"), `${tools}\n${packages}`);
    const { constraints, overrides } = versionBounds(source);
    writeFileSync(join(folder, "constraints.in"), constraints.join("\n"));
    writeFileSync(join(folder, "overrides.in"), overrides.join("\n"));
    const address = "bulk" in source ? undefined : parseAddress(source.package);
    const resolved =
      address && (await resolvePackage(address, project, folder, context.python.path));
    if (resolved?.note !== undefined) options.tell?.(resolved.note);
    const requested = requestedPackages(source, resolved?.requirement);
    const all = await compile(options, folder, "all", requested, [
      "--constraints",
      "constraints.in",
      "--overrides",
      "overrides.in",
    ]);
    const { own, others } = withoutOwn(all);
    writeFileSync(join(folder, "bounds.txt"), others);
    const builders = [
      "setuptools",
      ...("bulk" in source ? [] : (source.extraPackages ?? [])),
      ...(resolved?.buildRequires ?? []),
    ];
    const first = await compile(options, folder, "tools", builders, [
      "--constraints",
      "bounds.txt",
    ]);
    const locked = resolved && (resolved.locked ?? hashOf(own));
    return lockText(name, source, {
      ...parted(others, first),
      ...(locked && { source: locked }),
    });
  } finally {
    removeFolder(folder);
  }
}

/** Separates the entry of a package that is not on an index, which has an address and no version. */
function withoutOwn(all: string): { readonly own: string; readonly others: string } {
  const isOwn = (entry: string) => /^\S+( @ |:\/\/)|^[./]/.test(entry);
  const entries = requirementsIn(all);
  return {
    own: entries.filter(isOwn).join("\n"),
    others: entries.filter((entry) => !isOwn(entry)).join("\n"),
  };
}

/** The hash that the resolution found for a wheel at a URL. */
function hashOf(entry: string): LockedSource | undefined {
  const sha256 = /sha256[:=]([0-9a-f]{64})/.exec(entry)?.[1];
  return sha256 === undefined ? undefined : { sha256 };
}

async function compile(
  { source, uv, context }: LockOptions,
  folder: string,
  name: string,
  packages: readonly string[],
  bounds: readonly string[],
): Promise<string> {
  const [input, output] = [join(folder, `${name}.in`), join(folder, `${name}.txt`)];
  writeFileSync(input, packages.join("\n"));
  const flags = [
    "--universal",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
    "--python-version",
    oldestPython(source.python),
    "--python",
    context.python.path,
  ];
  const done = await runUv(uv, { ...context, root: folder }, [
    "pip",
    "compile",
    ...flags,
    ...bounds,
    "--output-file",
    output,
    input,
  ]);
  if (done.code !== 0 || !existsSync(output)) {
    throw installError({
      source,
      output: done.output,
      python: context.python.version,
      log: context.log,
    });
  }
  return readFileSync(output, "utf8");
}

/** All packages except those of the tools. */
function parted(all: string, tools: string): LockedPackages {
  const known = new Set(requirementsIn(tools));
  return {
    tools,
    packages: requirementsIn(all)
      .filter((requirement) => !known.has(requirement))
      .join("\n"),
  };
}

/** The entries of a requirements file, each with its hashes. */
function requirementsIn(text: string): readonly string[] {
  return text
    .split(/\n(?=[^\s#])/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}
