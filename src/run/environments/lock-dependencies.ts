import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InstalledSource } from "../../model/connector";
import { lockedPackages, lockText, type LockedPackages } from "../../../connectors/dependency-lock";
import { UserError } from "../../common/errors";
import { explainInstallFailure } from "./install-failure";
import { requestedPackages, runUv, versionBounds, type InstallContext } from "./installer";
import { oldestPython } from "./python";

/** What is locked, and how. */
export interface LockOptions {
  /** Name of the connector. */
  readonly name: string;
  readonly source: InstalledSource;
  /** The uv of a fixed version: another one may write the same lock in another form. */
  readonly uv: string;
  readonly context: InstallContext;
  /** Lock file that is there already; its versions are kept where they still fit. Default: the newest versions. */
  readonly current?: string | undefined;
}

/**
 * The text of a connector's lock file: all packages that it installs with hashes, for every Python from the oldest
 * that it supports and for every platform. No address of a package index is in it.
 *
 * @throws UserError if the package index cannot be reached, or if there are no versions that fit.
 */
export async function lockDependencies(options: LockOptions): Promise<string> {
  const { name, source, current } = options;
  const folder = mkdtempSync(join(tmpdir(), "tapctl-lock-"));
  try {
    const { tools = "", packages = "" } = current === undefined ? {} : lockedPackages(current);
    writeFileSync(join(folder, "all.txt"), `${tools}\n${packages}`);
    const { constraints, overrides } = versionBounds(source);
    writeFileSync(join(folder, "constraints.in"), constraints.join("\n"));
    writeFileSync(join(folder, "overrides.in"), overrides.join("\n"));
    const all = await compile(options, folder, "all", requestedPackages(source), [
      "--constraints",
      "constraints.in",
      "--overrides",
      "overrides.in",
    ]);
    const first = await compile(
      options,
      folder,
      "tools",
      ["setuptools", ...("bulk" in source ? [] : (source.extraPackages ?? []))],
      ["--constraints", "all.txt"],
    );
    return lockText(name, source, parted(all, first));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
    throw new UserError(
      explainInstallFailure({
        source,
        output: done.output,
        python: context.python.version,
        log: context.log,
      }),
      1,
    );
  }
  return readFileSync(output, "utf8");
}

/** All packages without those that come first. */
function parted(all: string, tools: string): LockedPackages {
  const known = new Set(requirementsIn(tools));
  return {
    tools,
    packages: requirementsIn(all)
      .filter((requirement) => !known.has(requirement))
      .join("\n"),
  };
}

/** The entries of a requirements file, each with the hashes below it. */
function requirementsIn(text: string): readonly string[] {
  return text
    .split(/\n(?=[^\s#])/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}
