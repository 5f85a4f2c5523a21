import assert from "node:assert/strict";
import { Session } from "node:inspector/promises";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";

const ROOT = join(__dirname, "..", "..");
const FILE = join(ROOT, "test", "model", "snippet.ts");

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

const array = (entries: readonly string[]) =>
  `${HEAD}export const used = [rush, text, checked, six];\nexport const pipelines = definePipelines([\n{ name: "first", schedule: "*/5 1 * * MON-FRI", tap, target },\n${entries.map((entry) => `${entry},\n`).join("")}{ ...job, schedule: ["@hourly", "0 6 1,15 * ?"] }]);\n`;

test("definePipelines: the work of a type check grows with the number of entries, not with its square", async () => {
  const [few, more, many] = [
    await callsOfCheck(200),
    await callsOfCheck(400),
    await callsOfCheck(800),
  ] as const;
  const growth = (many - more) / (more - few);
  assert.ok(growth < 2.2, `400 more entries cost ${growth.toFixed(2)} times as much as 200 more`);
});

/** Calls of functions of the compiler while it checks an array of so many entries: the same count in each run. */
async function callsOfCheck(entries: number): Promise<number> {
  const program = programOf(
    array(
      Array.from({ length: entries }, (_, index) =>
        index % 10 === 9
          ? `{ ...job, name: "job-${index}", schedule: "${index % 60} ${index % 24} * * *" }`
          : `{ name: "orders-${index}", schedule: "${index % 60} ${index % 24} * * MON-FRI", deadline: "${1 + (index % 9)}h", tap: tapPostgres({ host: "db-${index}" }), target: targetCsv({ batch_size_rows: ${1000 + index} }) }`,
      ),
    ),
  );
  program.getGlobalDiagnostics();
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  assert.deepEqual(program.getSemanticDiagnostics(program.getSourceFile(FILE)), []);
  const { result } = await session.post("Profiler.takePreciseCoverage");
  session.disconnect();
  const compiler = result.find(({ url }) => url.endsWith("typescript.js"));
  return compiler?.functions.reduce((sum, { ranges }) => sum + (ranges[0]?.count ?? 0), 0) ?? 0;
}

/** A program of this file and what it imports; every other file is parsed once for all programs. */
function programOf(source: string): ts.Program {
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
