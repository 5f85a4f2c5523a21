import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InstalledSource } from "../../model/connector";
import { lockedPackages, lockText, type LockedPackages } from "../../../connectors/dependency-lock";
import { installError } from "./install-failure";
import { requestedPackages, runUv, versionBounds, type InstallContext } from "./installer";
import { oldestPython } from "./python";

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
}

/**
 * Writes the text of a connector's lock file: every package with its hashes, for each platform and each Python that the
 * connector supports, without addresses of package indexes.
 *
 * @throws UserError if the package index cannot be reached or has no suitable versions.
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
