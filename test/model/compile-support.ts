import { join } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "..", "..");
/** The file that the snippets stand for. */
export const FILE = join(ROOT, "test", "model", "snippet.ts");

const { compilerOptions } = ts.readConfigFile(join(ROOT, "tsconfig.json"), (file) =>
  ts.sys.readFile(file),
).config as { readonly compilerOptions: object };
const options = ts.convertCompilerOptionsFromJson(compilerOptions, ROOT).options;
const host = ts.createCompilerHost(options);
const parsed = new Map<string, ts.SourceFile | undefined>();

const HEAD = `
import { secret, tapPostgres, targetCsv } from "../../connectors";
import { definePipelines } from "../../src/model/define";
import type { Cron } from "../../src/model/schedule";
declare const text: string;
declare const checked: Cron;
declare const rush: boolean;
const tap = tapPostgres({ password: secret("shop") });
const target = targetCsv({});
const job = { kind: "job", name: "dbt", image: "acme/dbt:1", command: ["dbt"] } as const;
const six = { name: "orders", schedule: "0 0 6 * * *", tap, target } as const;
`;

/** Text of a file whose array has valid entries around the given ones. */
export const array = (entries: readonly string[]) =>
  `${HEAD}export const used = [rush, text, checked, six];\nexport const pipelines = definePipelines([\n{ name: "first", schedule: "*/5 1 * * MON-FRI", tap, target },\n${entries.map((entry) => `${entry},\n`).join("")}{ ...job, schedule: ["@hourly", "0 6 1,15 * ?"] }]);\n`;

/** A program of this file and what it imports; every other file is parsed once for all programs. */
export function programOf(source: string): ts.Program {
  const read = (file: string) => {
    if (!parsed.has(file)) parsed.set(file, host.getSourceFile(file, ts.ScriptTarget.ES2022));
    return parsed.get(file);
  };
  return ts.createProgram([FILE], options, {
    ...host,
    fileExists: (file) => file === FILE || host.fileExists(file),
    getSourceFile: (file) =>
      file === FILE ? ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true) : read(file),
  });
}
