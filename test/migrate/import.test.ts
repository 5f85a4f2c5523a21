import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import ts from "typescript";
import type { PipelineEntry } from "../../src/model/define";
import { validatePipelines } from "../../src/model/validation/validate";
import { typescriptOf } from "../../src/migrate/typescript";
import { REPOSITORY } from "../cli/support";
import { assertGolden } from "../manifests/golden";
import { imported, PROJECTS } from "./support";

const folder = mkdtempSync(join(tmpdir(), "import-"));
mkdirSync(join(folder, "node_modules"));
symlinkSync(REPOSITORY, join(folder, "node_modules", "tapctl"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Every project in each relevant environment, written to a file. */
const files = [
  ...PROJECTS.map((project) => [project, undefined] as const),
  ["warehouse", "prod"] as const,
  ["included", "prod"] as const,
  ["database", "dev"] as const,
].map(([project, environment]) => {
  const path = join(folder, `${project}-${environment ?? "default"}.ts`);
  writeFileSync(path, typescriptOf(imported(project, environment), "meltano.yml"));
  return { project, environment, path };
});

test("imported projects: the written arrays compile", () => {
  const { config } = ts.readConfigFile(join(REPOSITORY, "tsconfig.json"), (path) =>
    ts.sys.readFile(path),
  ) as { readonly config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, REPOSITORY);
  const rest = Object.fromEntries(
    Object.entries(options).filter(([name]) => name !== "rootDir" && name !== "outDir"),
  );
  const program = ts.createProgram(
    files.map(({ path }) => path),
    {
      ...rest,
      paths: { tapctl: [join(REPOSITORY, "src", "index.ts")] },
      typeRoots: [join(REPOSITORY, "node_modules", "@types")],
    },
  );
  const problems = ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, start, messageText }) =>
        `${file?.fileName}:${file?.getLineAndCharacterOfPosition(start ?? 0).line} ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
  assert.deepEqual(problems, []);
});

for (const { project, environment, path } of files) {
  suite(`${project} ${environment ?? ""}`, () => {
    test(`imported project ${project} ${environment ?? ""}: it is valid and contains no secret value`, () => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- the written file
      const { pipelines } = require(path) as { readonly pipelines: readonly PipelineEntry[] };
      assert.deepEqual(validatePipelines(pipelines).problems, []);
      assert.ok(pipelines.length > 0);
      assert.ok(!typescriptOf(imported(project, environment), "meltano.yml").includes("canary"));
    });

    if (environment === undefined)
      test(`imported project ${project}: it equals the golden file`, () =>
        assertGolden(
          join("import", `${project}.ts.txt`),
          typescriptOf(imported(project), `${project}/meltano.yml`),
        ));
  });
}
