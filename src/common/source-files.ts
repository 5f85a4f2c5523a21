import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { UserError } from "./errors";

/** Files of a package's folder that do not go into the package. */
const LEFT_OUT =
  /^(\.git|\.hg|\.venv|venv|\.tox|\.nox|node_modules|__pycache__|\.mypy_cache|\.pytest_cache|\.ruff_cache|build|dist|\.env|.*\.egg-info|.*\.pyc)$/;

/** Files that determine how a package is built and what it needs. */
const BUILD_FILES = ["pyproject.toml", "setup.py", "setup.cfg", "requirements.txt"];

/**
 * Hash of a local package: of a wheel, or of all files of a folder that go into the package.
 *
 * @throws UserError if it does not exist, or is a folder without `pyproject.toml` or `setup.py`.
 */
export function hashSource(root: string, place: string): string {
  const path = join(root, place);
  const hash = createHash("sha256");
  for (const file of sourceFiles(root, place))
    hash.update(`${file}\0`).update(contentOf(path, file));
  return hash.digest("hex");
}

/** Hash of the files of a folder that say how its package is built and what it needs. */
export function hashBuildFiles(root: string, place: string): string {
  const hash = createHash("sha256");
  for (const file of sourceFiles(root, place).filter((file) => BUILD_FILES.includes(file)))
    hash.update(`${file}\0`).update(contentOf(join(root, place), file));
  return hash.digest("hex");
}

/** SHA-256 of a file. */
export function hashFile(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Copies a local package, without files that do not go into it; a wheel keeps its name. */
export function copySource(root: string, place: string, to: string): void {
  const path = join(root, place);
  for (const file of sourceFiles(root, place)) {
    const target = join(to, file === "" ? basename(path) : file);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(path, file), target);
  }
}

/** Paths below a folder in a fixed order; one empty path for a file. */
function sourceFiles(root: string, place: string): readonly string[] {
  const path = join(root, place);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return [""];
  if (!found?.isDirectory())
    throw new UserError(`the package ${place} does not exist in ${root}`, {
      fix: "Correct package in the connector: a path below the project folder.",
    });
  const files = filesBelow(path).map((file) => relative(path, file).split(sep).join("/"));
  if (!files.includes("pyproject.toml") && !files.includes("setup.py"))
    throw new UserError(
      `${place} is not the folder of a Python package: it has neither pyproject.toml nor setup.py`,
      { fix: "Use a folder that contains one of these files." },
    );
  return files.sort();
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (LEFT_OUT.test(entry.name)) return [];
    const path = join(folder, entry.name);
    const isFolder = entry.isSymbolicLink()
      ? statSync(path, { throwIfNoEntry: false })?.isDirectory()
      : entry.isDirectory();
    if (entry.isSymbolicLink() && isFolder) return [];
    return isFolder ? filesBelow(path) : [path];
  });
}

function contentOf(path: string, file: string): Buffer {
  return readFileSync(file === "" ? path : join(path, file));
}
