import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { parseJson } from "../../common/json";
import { hashBuildFiles, copySource, hashFile } from "../../common/source-files";
import type { LockedSource } from "../../../connectors/dependency-lock";
import { isCommit, type ParsedAddress } from "../../model/package-address";
import { checkOut, resolveReference } from "./git";

/** A package that is not on an index, ready to be locked. */
export interface ResolvedPackage {
  /** What a requirements file names it by: a URL or an absolute path. */
  readonly requirement: string;
  /** What the lock file records; undefined for a wheel at a URL, whose hash the resolution gives. */
  readonly locked: LockedSource | undefined;
  /** Packages that build it; none for a wheel. */
  readonly buildRequires: readonly string[];
  /** What a reference was resolved to, for the user. Default: nothing to say. */
  readonly note?: string;
}

/**
 * Resolves the address of a package: a git reference to its commit, a file to its hash.
 *
 * @param project folder of the project.
 * @param folder folder for a copy of the code.
 * @param python Python that reads the code's `pyproject.toml`.
 * @throws UserError if the package or its reference does not exist.
 */
export async function resolvePackage(
  address: ParsedAddress,
  project: string,
  folder: string,
  python: string,
): Promise<ResolvedPackage> {
  if (address.kind === "wheel") {
    if (!address.local) return { requirement: address.place, locked: undefined, buildRequires: [] };
    const path = join(project, address.place);
    return { requirement: path, locked: { sha256: hashFile(path) }, buildRequires: [] };
  }
  const code = join(folder, "code");
  if (address.kind === "folder") {
    copySource(project, address.place, code);
    return {
      requirement: code,
      locked: { build: hashBuildFiles(project, address.place) },
      buildRequires: buildRequires(python, code),
    };
  }
  const { url, ref, subdirectory = "." } = address;
  const { commit, kind } = await resolveReference(address);
  await checkOut(url, commit, code);
  const place = join(code, subdirectory);
  return {
    requirement: place,
    locked: { commit },
    buildRequires: buildRequires(python, place),
    ...(!isCommit(ref) && {
      note:
        kind === "branch"
          ? `branch ${ref} is locked at its commit ${commit}; run this command again to move to a newer one`
          : `tag ${ref} is commit ${commit}`,
    }),
  };
}

/** Build requirements of a package: https://packaging.python.org/en/latest/specifications/pyproject-toml/ */
const BUILD_REQUIRES = `
import json, os, sys
try:
    import tomllib
except ImportError:
    from pip._vendor import tomli as tomllib
file = os.path.join(sys.argv[1], "pyproject.toml")
found = tomllib.load(open(file, "rb")).get("build-system", {}) if os.path.exists(file) else {}
print(json.dumps(found.get("requires", ["setuptools", "wheel"])))`;

function buildRequires(python: string, folder: string): readonly string[] {
  const output = execFileSync(python, ["-I", "-c", BUILD_REQUIRES, folder], { encoding: "utf8" });
  return parseJson(output) as readonly string[];
}
