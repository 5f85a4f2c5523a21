import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";

/** Text of each file by its path from the root of the project, such as `src/run/run.ts`. */
export type Sources = ReadonlyMap<string, string>;

/** The folders in the table of a page, lower layers first. Those of one row are layers in their order. */
export function layersOf(page: string): readonly string[] {
  const [, section = ""] = page.split("\n## Layers\n");
  return section
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) =>
      [...(line.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, folder = ""]) => folder),
    );
}

/**
 * Describes, in one line each, the imports of higher layers and the import cycles.
 *
 * @param layers folders (`src/run/`) and files (`src/index.ts`), lower layers first.
 */
export function violations(sources: Sources, layers: readonly string[]): readonly string[] {
  const imports = new Map(
    [...sources].map(([file, text]) => [file, importsOf(file, text, sources)]),
  );
  const height = (file: string) => layers.findLastIndex((layer) => inLayer(file, layer));
  const wrong = [...imports].flatMap(([file, targets]) =>
    height(file) < 0
      ? [`${file}: its folder is not in the table of layers`]
      : targets
          .filter((target) => height(target) > height(file))
          .map(
            (target) =>
              `${file} imports ${target}: ${layers[height(target)]} is a higher layer than ${layers[height(file)]}`,
          ),
  );
  return [...wrong, ...cyclesOf(imports).map((files) => `import cycle: ${files.join(" > ")}`)];
}

function inLayer(file: string, layer: string): boolean {
  return layer.endsWith("/") ? file.startsWith(layer) : file === layer;
}

/** The files that a file imports: with `import`, `export ... from`, `import()` and `require()`, types included. */
function importsOf(file: string, text: string, sources: Sources): readonly string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.filter(({ fileName }) => fileName.startsWith("."))
    .map(({ fileName }) => normalize(join(dirname(file), fileName)).replace(/\.js$/, ""))
    .flatMap(
      (path) =>
        [path, `${path}.ts`, `${path}/index.ts`].find((candidate) => sources.has(candidate)) ?? [],
    );
}

/** One cycle through each file that closes one, found depth first. */
function cyclesOf(imports: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const done = new Set<string>();
  const found: (readonly string[])[] = [];
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file]);
    if (done.has(file) || path.includes(file)) return;
    for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
}

/** The sources of the package: every TypeScript file except the tests. */
export function readSources(root: string): Sources {
  const files = ["components", "connectors", "pipelines", "policy", "src"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) =>
      join(folder, file),
    ),
  );
  return new Map(
    files
      .filter((file) => file.endsWith(".ts"))
      .map((file) => [file, readFileSync(join(root, file), "utf8")]),
  );
}
