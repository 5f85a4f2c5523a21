import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Code of a connector that only answers --help. */
const CODE = `
import argparse
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config")
    parser.parse_args()
`;

/** What a package in a test consists of. */
export interface SourceOptions {
  /** Code of its only module, whose \`main\` is the command. */
  readonly code?: string;
  readonly version?: string;
  readonly requires?: readonly string[];
  /** Versions of Python that it supports. Default: all. */
  readonly python?: string;
  /** Further files by path. */
  readonly files?: { readonly [path: string]: string };
}

/** Writes the code of a connector's package, built by setuptools, and returns its folder. */
export function writeSource(
  folder: string,
  name: string,
  { code = CODE, version = "1.0.0", requires = [], python, files = {} }: SourceOptions = {},
): string {
  const module = name.replaceAll("-", "_");
  const all = {
    [`${module}.py`]: code,
    "pyproject.toml": `[build-system]
requires = ["setuptools", "wheel"]
build-backend = "setuptools.build_meta"
[project]
name = "${name}"
version = "${version}"
dependencies = ${JSON.stringify(requires)}
${python === undefined ? "" : `requires-python = "${python}"`}
[project.scripts]
${name} = "${module}:main"
[tool.setuptools]
py-modules = ["${module}"]
`,
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** Commits everything in a folder and returns the commit. */
export function commit(folder: string, tag?: string): string {
  const git = (...args: readonly string[]) =>
    execFileSync(
      "git",
      ["-C", folder, "-c", "user.name=test", "-c", "user.email=test@example.com", ...args],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    ).trim();
  git("init", "--quiet", "--initial-branch", "main");
  git("add", "--all");
  git("commit", "--quiet", "--allow-empty", "--message", "change");
  if (tag !== undefined) git("tag", "--annotate", tag, "--message", tag);
  return git("rev-parse", "HEAD");
}
