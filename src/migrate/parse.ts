import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { UserError } from "../common/errors";
import type { Json, JsonObject } from "../model/connector-settings";
import { indentFlowLines } from "./flow-lines";
import { pluginFrom } from "./parse-plugin";
import type { Environment, Job, MeltanoProject, Plugin, PluginKind, Schedule } from "./project";
import { list, objectOf, strings, textOf, texts } from "./yaml-values";

const KINDS: { readonly [list: string]: PluginKind } = {
  extractors: "extractor",
  loaders: "loader",
  mappers: "mapper",
  utilities: "utility",
  transformers: "utility",
  orchestrators: "utility",
};

/** Top-level fields that are read here, or have no meaning outside of Meltano. */
const READ = new Set([
  "version",
  "default_environment",
  "project_id",
  "send_anonymous_usage_stats",
  "requires_meltano",
  "include_paths",
  "plugins",
  "schedules",
  "jobs",
  "environments",
  "env",
  "annotations",
]);

/** A parsed file with its line numbers. */
interface Source {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** The result of {@link parseFile}; the first file of a project is `meltano.yml`. */
export interface ParsedFile {
  readonly project: MeltanoProject;
  /** Globs of further files, from `include_paths`. */
  readonly includes: readonly string[];
}

/**
 * Reads one file of a Meltano project.
 *
 * @param file name of the file in messages.
 * @throws UserError if it is not valid YAML or not a Meltano project.
 */
export function parseFile(file: string, text: string): ParsedFile {
  const { document, lines } = documentOf(text);
  const [error] = document.errors;
  if (error)
    throw new UserError(`${file}: ${error.message.split("\n")[0]?.replace(/:$/, "")}`, {
      fix: "Fix the YAML, then run the import again.",
    });
  if (!isMap(document.contents))
    throw new UserError(`${file}: is not a Meltano project.`, {
      fix: "Use a meltano.yml, which has top-level fields such as plugins and schedules.",
    });
  const source: Source = { file, document, lines };
  const top = jsonOf(document.contents, document) as JsonObject;
  const plugins = Object.entries(KINDS).flatMap(([list, kind]) =>
    items(source, ["plugins", list]).map((item) => pluginOf(source, kind, item)),
  );
  const defaultEnvironment = textOf(top["default_environment"]);
  return {
    project: {
      plugins,
      schedules: items(source, ["schedules"]).map((item) => scheduleOf(source, item)),
      jobs: items(source, ["jobs"]).map((item) => jobOf(source, item)),
      environments: items(source, ["environments"]).map((item, index) =>
        environmentOf(source, item, index),
      ),
      ...(defaultEnvironment !== undefined && { defaultEnvironment }),
      env: texts(top["env"]),
      others: Object.keys(top)
        .filter((name) => !READ.has(name))
        .map((name) => ({ place: `${file}:${lineOf(source, [name])}`, name })),
    },
    includes: strings(top["include_paths"]),
  };
}

/** Invalid YAML is parsed again as PyYAML would read it; errors refer to the original text. */
function documentOf(text: string): Pick<Source, "document" | "lines"> {
  const [strict, lenient] = [text, indentFlowLines(text)].map((one) => {
    const lines = new LineCounter();
    return {
      document: parseDocument(one, {
        lineCounter: lines,
        merge: true,
        uniqueKeys: false,
        intAsBigInt: true,
      }),
      lines,
    };
  }) as [Pick<Source, "document" | "lines">, Pick<Source, "document" | "lines">];
  return strict.document.errors.length > 0 && lenient.document.errors.length === 0
    ? lenient
    : strict;
}

/** Converts a node to JSON; integers are numbers if a number can represent them exactly. */
function jsonOf(node: Node, document: Document): Json {
  const plain = (value: Json): Json => {
    if (typeof value === "bigint")
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]: [string, Json]) => [name, plain(item)]),
    );
  };
  return plain(node.toJS(document) as Json);
}

function pluginOf(source: Source, kind: PluginKind, node: Node): Plugin {
  const place = placeOf(source, node);
  const plugin = pluginFrom(kind, place, objectOf(jsonOf(node, source.document)));
  if (plugin.name === "")
    throw new UserError(`${place}: the plugin has no name.`, { fix: "Add its name." });
  return plugin;
}

function scheduleOf(source: Source, node: Node): Schedule {
  const fields = objectOf(jsonOf(node, source.document));
  const optional = {
    interval: fields["interval"],
    job: fields["job"],
    extractor: fields["extractor"],
    loader: fields["loader"],
    transform: fields["transform"],
  };
  return {
    name: textOf(fields["name"]) ?? "",
    place: placeOf(source, node),
    ...Object.fromEntries(
      Object.entries(optional).flatMap(([name, value]) =>
        textOf(value) === undefined ? [] : [[name, textOf(value)]],
      ),
    ),
    env: texts(fields["env"]),
  };
}

/** Tasks are strings, or lists of strings that belong together. */
function jobOf(source: Source, node: Node): Job {
  const fields = objectOf(jsonOf(node, source.document));
  const tasks = list(fields["tasks"]).flatMap((task) =>
    Array.isArray(task) ? [strings(task as Json).join(" ")] : strings([task]),
  );
  return { name: textOf(fields["name"]) ?? "", place: placeOf(source, node), tasks };
}

function environmentOf(source: Source, node: Node, index: number): Environment {
  const fields = objectOf(jsonOf(node, source.document));
  // Plugins are read from the tree instead of the object, which has no line numbers.
  const at = (name: string) =>
    isMap(node) && index >= 0 ? items(source, ["config", "plugins", name], node) : [];
  return {
    name: textOf(fields["name"]) ?? "",
    plugins: Object.entries(KINDS).flatMap(([name, kind]) =>
      at(name).map((item) => pluginOf(source, kind, item)),
    ),
    env: texts(fields["env"]),
  };
}

function items(
  { file, document }: Source,
  path: readonly string[],
  from: Node | null = document.contents,
): readonly Node[] {
  const found = isMap(from) ? from.getIn(path, true) : undefined;
  if (found === undefined || found === null || (isScalar(found) && found.value === null)) return [];
  if (!isSeq(found))
    throw new UserError(`${file}: ${path.join(".")} is not a list.`, {
      fix: "Write it as a YAML list.",
    });
  return found.items.filter((item): item is Node => isMap(item));
}

function placeOf({ file, lines }: Source, node: Node): string {
  return `${file}:${lines.linePos(node.range?.[0] ?? 0).line}`;
}

function lineOf({ document, lines }: Source, path: readonly string[]): number {
  const contents = document.contents;
  const pair = isMap(contents)
    ? contents.items.find(({ key }) => isScalar(key) && key.value === path[0])
    : undefined;
  return lines.linePos((pair?.key as Node | undefined)?.range?.[0] ?? 0).line;
}
