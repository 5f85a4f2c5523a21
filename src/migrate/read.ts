import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import type { JsonObject } from "../model/connector-settings";
import { UserError } from "../common/errors";
import { parseEnvFile } from "../run/env-file";
import { parseFile } from "./parse";
import { pluginFrom } from "./parse-plugin";
import type { InstalledPackage, MeltanoProject, Plugin, PluginKind, Surroundings } from "./project";
import { parseJson } from "../common/json";

const FOLDERS: { readonly [Kind in PluginKind]: string } = {
  extractor: "extractors",
  loader: "loaders",
  mapper: "mappers",
  utility: "utilities",
};

/** Folders with third-party or generated files. */
const SKIPPED = new Set([".meltano", ".git", "node_modules", ".venv", "venv"]);

/** Reads a Meltano project and the files around it. Values in `.env` are not kept. */
export function readMeltano(file: string): {
  readonly project: MeltanoProject;
  readonly surroundings: Surroundings;
} {
  const root = dirname(file);
  const first = parseFile(basename(file), readText(file));
  const others = includedFiles(root, first.includes)
    .filter((path) => path !== basename(file))
    .map((path) => parseFile(path, readText(join(root, path))).project);
  const project = together([first.project, ...others]);
  return {
    project,
    surroundings: {
      variables: variablesIn(join(root, ".env")),
      locks: locksOf(root, project.plugins),
      installed: installedBelow(root, project.plugins),
    },
  };
}

function together(parts: readonly MeltanoProject[]): MeltanoProject {
  const [first] = parts;
  const defaultEnvironment = parts.find(
    (part) => part.defaultEnvironment !== undefined,
  )?.defaultEnvironment;
  return {
    plugins: parts.flatMap(({ plugins }) => plugins),
    schedules: parts.flatMap(({ schedules }) => schedules),
    jobs: parts.flatMap(({ jobs }) => jobs),
    environments: parts.flatMap(({ environments }) => environments),
    ...(defaultEnvironment !== undefined && { defaultEnvironment }),
    env: { ...Object.fromEntries(parts.flatMap(({ env }) => Object.entries(env))), ...first?.env },
    others: parts.flatMap(({ others }) => others),
  };
}

function includedFiles(root: string, globs: readonly string[]): readonly string[] {
  if (globs.length === 0) return [];
  const patterns = globs.map(globPattern);
  return filesBelow(root, root).filter((path) => patterns.some((pattern) => pattern.test(path)));
}

function globPattern(glob: string): RegExp {
  const parts = glob.replace(/^\.\//, "").split(/(\*\*\/|\*\*|\*|\?)/);
  const texts: { readonly [part: string]: string } = {
    "**/": "(?:.*/)?",
    "**": ".*",
    "*": "[^/]*",
    "?": "[^/]",
  };
  return new RegExp(
    `^${parts.map((part) => texts[part] ?? part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("")}$`,
  );
}

function filesBelow(folder: string, root: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !SKIPPED.has(name))
    .flatMap((entry) =>
      entry.isDirectory()
        ? filesBelow(join(folder, entry.name), root)
        : [relative(root, join(folder, entry.name))],
    )
    .sort();
}

function variablesIn(file: string): readonly string[] {
  return existsSync(file) ? [...parseEnvFile(readText(file)).keys()] : [];
}

/** Meltano keeps the Hub's definition of each plugin in a lock file. */
function locksOf(root: string, plugins: readonly Plugin[]): Surroundings["locks"] {
  return Object.fromEntries(
    plugins.flatMap(({ kind, name, inheritFrom, variant }) => {
      const base = inheritFrom ?? name;
      const file = join(root, "plugins", FOLDERS[kind], `${base}--${variant ?? ""}.lock`);
      if (variant === undefined || !existsSync(file)) return [];
      const definition = pluginFrom(kind, file, readJson(file));
      return [
        [
          `${kind} ${base}`,
          {
            ...definition,
            settings: definition.settings.map((setting) => ({ ...setting, fromHub: true })),
            others: [],
          },
        ],
      ];
    }),
  );
}

function installedBelow(root: string, plugins: readonly Plugin[]): Surroundings["installed"] {
  return Object.fromEntries(
    plugins.map(({ kind, name }) => {
      const lib = join(root, ".meltano", FOLDERS[kind], name, "venv", "lib");
      const folders = existsSync(lib)
        ? readdirSync(lib)
            .map((python) => join(lib, python, "site-packages"))
            .filter(existsSync)
        : [];
      return [`${kind} ${name}`, folders.flatMap(installedIn)];
    }),
  );
}

function installedIn(folder: string): readonly InstalledPackage[] {
  return readdirSync(folder).flatMap((entry) => {
    const [, name, version] = /^(.+)-([^-]+)\.dist-info$/.exec(entry) ?? [];
    if (name === undefined || version === undefined) return [];
    const commit = commitOf(join(folder, entry, "direct_url.json"));
    return [{ package: name, version, ...(commit !== undefined && { commit }) }];
  });
}

/** The commit of a package from git: https://packaging.python.org/en/latest/specifications/direct-url/ */
function commitOf(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  return /"commit_id":\s*"([0-9a-f]{40})"/.exec(readText(file))?.[1];
}

function readJson(file: string): JsonObject {
  try {
    return parseJson(readText(file)) as JsonObject;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file}: is not valid JSON.`, {
      fix: "Recreate it with: meltano lock --update",
    });
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code}).`, {
      fix: "Check the path and its permissions.",
    });
  }
}
