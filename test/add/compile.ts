import { join } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "..", "..");
const FOLDER = join(ROOT, "test", "add", "snippets");

const { compilerOptions } = ts.readConfigFile(join(ROOT, "tsconfig.json"), (file) =>
  ts.sys.readFile(file),
).config as { readonly compilerOptions: object };
const options: ts.CompilerOptions = {
  ...ts.convertCompilerOptionsFromJson(compilerOptions, ROOT).options,
  paths: { tapctl: [join(ROOT, "connectors", "index.ts")] },
  exactOptionalPropertyTypes: false,
};
const host = ts.createCompilerHost(options);
const parsed = new Map<string, ts.SourceFile | undefined>();

/** What the compiler reports in files of a user's project, which exist only here. */
export function compileProblems(files: { readonly [name: string]: string }): readonly string[] {
  const own = new Map(
    Object.entries(files).map(([name, text]) => [
      join(FOLDER, name),
      ts.createSourceFile(join(FOLDER, name), text, ts.ScriptTarget.ES2022, true),
    ]),
  );
  const read = (file: string) => {
    if (!parsed.has(file)) parsed.set(file, host.getSourceFile(file, ts.ScriptTarget.ES2022));
    return parsed.get(file);
  };
  const program = ts.createProgram([...own.keys()], options, {
    ...host,
    directoryExists: (folder) => folder === FOLDER || ts.sys.directoryExists(folder),
    fileExists: (file) => own.has(file) || host.fileExists(file),
    getSourceFile: (file) => own.get(file) ?? read(file),
  });
  return [...own.values()].flatMap((file) =>
    [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"),
    ),
  );
}
