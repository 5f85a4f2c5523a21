import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../common/errors";
import { parseJson } from "../common/json";
import type { PackageSource } from "../model/connector-source";
import { isSchema } from "./settings-schema";
import { definitionText } from "./definition";
import { installPackage } from "./install-package";
import { learnConnector, type LearnedConnector } from "./learn-connector";
import { settingsModule } from "./settings-types";
import { identifierOf, settingsTypeName } from "./typescript-text";
import { removeFolder } from "../common/remove-folder";

/** Options of {@link addConnector}. */
export interface AddOptions {
  /** Folder of the project. */
  readonly project: string;
  readonly source: PackageSource;
  /** Name of the connector. Default: that of its command. */
  readonly name?: string | undefined;
  /** Called with each step. */
  readonly report: (step: string) => void;
  /** Creates the text of `index.ts` from the detected facts. Default: a new definition. */
  readonly definition?: (learned: LearnedConnector) => string;
  /** Whether the files replace those of the same connector. Default: they must not exist. */
  readonly replace?: boolean;
}

/** An added connector. */
export interface AddedConnector {
  readonly learned: LearnedConnector;
  /** Name that `index.ts` exports. */
  readonly identifier: string;
  /** Paths of the files, relative to the project. */
  readonly files: readonly string[];
  /** What could not be detected, one line each. */
  readonly unknown: readonly string[];
}

/** Files of a connector by path, relative to the project. */
type Files = { readonly [path: string]: string };

/**
 * Installs a connector, reads its description, and writes its definition, the types of its
 * settings and its lock file into the project: all files, or none.
 *
 * @throws UserError if the package cannot be installed, is not a Singer connector, or its files
 *   exist already.
 */
export async function addConnector(options: AddOptions): Promise<AddedConnector> {
  const { project, source, report } = options;
  const temporary = join(project, ".tapctl", "add");
  mkdirSync(temporary, { recursive: true });
  const folder = mkdtempSync(join(temporary, "package-"));
  try {
    if (options.name !== undefined && options.replace !== true) requireNew(project, options.name);
    const environments = join(project, ".tapctl", "environments");
    const name = options.name ?? source.package;
    const installed = await installPackage({ name, source, project, environments, folder, report });
    report("reading its settings");
    const learned = await learnConnector({ installed, name: options.name, project, folder });
    if (options.replace !== true) requireNew(project, learned.name);
    const { files, untyped } = await filesOf(options, learned);
    writeFiles(project, files, join(folder, "files"));
    return {
      learned,
      identifier: identifierOf(learned.name),
      files: Object.keys(files),
      unknown: [...learned.unknown, ...untyped],
    };
  } finally {
    removeFolder(folder);
  }
}

/** Folder of a connector's files, relative to the project. */
export function connectorFolder(name: string): string {
  return join("connectors", name);
}

function requireNew(project: string, name: string): void {
  if (existsSync(join(project, connectorFolder(name))))
    throw new UserError(`connectors/${name} already exists.`, {
      fix: `Change its version with: npx tapctl add --upgrade ${name}`,
    });
}

async function filesOf(
  { project, definition }: AddOptions,
  learned: LearnedConnector,
): Promise<{ readonly files: Files; readonly untyped: readonly string[] }> {
  const { name, kind, source, lock, facts, about, schema } = learned;
  const folder = connectorFolder(name);
  const types =
    schema === undefined
      ? undefined
      : await settingsModule({
          title: `${name} ${facts.version}`,
          command: `npx tapctl add ${name}`,
          typeName: settingsTypeName(name),
          schema,
        });
  const text =
    definition?.(learned) ??
    definitionText({
      name,
      kind,
      source,
      summary: about.description ?? facts.summary,
      homePage: facts.homePage,
      capabilities:
        about.capabilities.length > 0
          ? about.capabilities
          : about.flags
              .map((flag) => flag.replace("--", ""))
              .filter((flag) => !["config", "about"].includes(flag)),
      typed: types !== undefined,
      open: schema?.["additionalProperties"] === true,
      esm: isModule(project),
    });
  return {
    files: {
      [join(folder, "index.ts")]: text,
      ...(types && { [join(folder, "settings.ts")]: types.text }),
      ...(schema && {
        [join(folder, "settings.schema.json")]: `${JSON.stringify(schema, bigintAsNumber, 2)}\n`,
      }),
      [join("connectors", "locks", `${name}.txt`)]: lock,
    },
    untyped: (types?.untyped ?? []).map((line) => `types of settings: ${line}`),
  };
}

/**
 * Writes all files or none: each is written beside its place first, and what was replaced is put
 * back if one of them fails.
 */
function writeFiles(project: string, files: Files, temporary: string): void {
  const staged = Object.entries(files).map(([path, text]) => {
    const file = join(temporary, "new", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return [file, join(project, path), join(temporary, "old", path)] as const;
  });
  const done: (readonly [string, string])[] = [];
  const created: string[] = [];
  try {
    for (const [file, target, old] of staged) {
      const first = mkdirSync(dirname(target), { recursive: true });
      if (first !== undefined) created.push(first);
      mkdirSync(dirname(old), { recursive: true });
      if (existsSync(target)) renameSync(target, old);
      done.push([target, old]);
      renameSync(file, target);
    }
  } catch (error) {
    for (const [target, old] of done) {
      rmSync(target, { force: true });
      if (existsSync(old)) renameSync(old, target);
    }
    for (const folder of created.reverse()) rmSync(folder, { recursive: true, force: true });
    const { code, path } = error as NodeJS.ErrnoException;
    throw new UserError(`${path ?? project} cannot be written (${code}); nothing was changed`, {
      fix: "Check the permissions of the project's folder.",
      exitCode: 1,
    });
  }
}

/** Whether a project's TypeScript files are ECMAScript modules. */
function isModule(project: string): boolean {
  const file = join(project, "package.json");
  const content = existsSync(file) ? parseJson(readFileSync(file, "utf8")) : {};
  return isSchema(content as never) && (content as { readonly type?: string }).type === "module";
}

function bigintAsNumber(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}
