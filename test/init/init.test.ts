import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import ts from "typescript";
import { parse } from "yaml";
import { arrayText, TEMPLATES } from "../../src/init/arrays";
import { tapctlSpec } from "../../src/init/tapctl-spec";
import { REPOSITORY, tapctl } from "../cli/support";

const FILES = [
  ".env.example",
  ".gitignore",
  "Pulumi.dev.yaml",
  "Pulumi.yaml",
  "README.md",
  "index.ts",
  "package.json",
  "pipelines/index.ts",
  "tsconfig.json",
];

const WORKFLOWS = [
  "comment.yml",
  "deploy.yml",
  "drift.yml",
  "lock-updates.yml",
  "pull-request.yml",
];

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "Init Test_"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

test("init: --yes writes the files of a project and names the next commands", async (t) => {
  const folder = temporaryFolder(t);
  const { code, stdout, stderr } = await tapctl(folder, ["init", "my-etl", "--yes"]);
  assert.deepEqual([code, stderr], [0, ""]);
  const project = join(folder, "my-etl");
  assert.deepEqual(filesBelow(project), FILES);
  assert.match(stdout, /cd my-etl\n {2}npm install\n {2}npx tapctl run exchange-rates --offline/);
  assert.equal(
    (parse(readFileSync(join(project, "Pulumi.yaml"), "utf8")) as { readonly name: string }).name,
    "my-etl",
  );
  assert.ok(readFileSync(join(project, "README.md"), "utf8").split("\n").length <= 30);
});

test("init: package.json has tapctl, and the packages that deploying needs in the tested versions", async (t) => {
  const folder = temporaryFolder(t);
  const { code } = await tapctl(folder, ["init", "--yes", "--tapctl", "file:../tapctl.tgz"]);
  assert.equal(code, 0);
  const [own, made] = [REPOSITORY, folder].map(
    (root) => JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as PackageFile,
  );
  assert.ok(own && made);
  assert.match(made.name ?? "", /^init-test_/);
  const { tapctl: spec, ...pulumi } = made.dependencies;
  assert.equal(spec, "file:../tapctl.tgz");
  for (const [name, version] of Object.entries({ ...pulumi, ...made.devDependencies }))
    assert.equal(version, own.devDependencies[name], name);
});

interface PackageFile {
  readonly name?: string;
  readonly dependencies: { readonly [name: string]: string };
  readonly devDependencies: { readonly [name: string]: string };
}

test("init: package.json names the file that tapctl was installed from", (t) => {
  const folder = temporaryFolder(t);
  const modules = join(folder, "tool", "node_modules");
  mkdirSync(modules, { recursive: true });
  const lockOf = (resolved: string) =>
    writeFileSync(
      join(modules, ".package-lock.json"),
      JSON.stringify({ packages: { "node_modules/tapctl": { resolved } } }),
    );
  const spec = () => tapctlSpec(join(folder, "etl"), join(modules, "tapctl"));
  lockOf("file:../tapctl-0.2.0.tgz");
  assert.equal(spec(), "file:../tapctl-0.2.0.tgz");
  lockOf("https://registry.npmjs.org/tapctl/-/tapctl-0.2.0.tgz");
  assert.match(spec(), /^\d+\.\d+\.\d+$/);
});

test("init: a folder with files of a project is rejected with a list of them, and nothing is changed", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "README.md"), "mine");
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(join(folder, "other.txt"), "");
  const { code, stderr } = await tapctl(folder, ["init", "--yes"]);
  assert.equal(code, 2);
  assert.match(stderr, /has files that init would overwrite: README\.md, package\.json\n/);
  assert.deepEqual(filesBelow(folder), ["README.md", "other.txt", "package.json"]);
  assert.equal(readFileSync(join(folder, "README.md"), "utf8"), "mine");
});

test("init: if a file cannot be written, the others and the folder are removed", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "pipelines"), "a file");
  const { code, stderr } = await tapctl(folder, ["init", "--yes"]);
  assert.equal(code, 1);
  assert.match(stderr, /pipelines.* cannot be written .*; nothing was created\n/);
  assert.deepEqual(filesBelow(folder), ["pipelines"]);
});

test("init: without a terminal, and without --yes or --template, it is an error", async (t) => {
  const folder = temporaryFolder(t);
  const { code, stderr } = await tapctl(folder, ["init"]);
  assert.equal(code, 2);
  assert.match(stderr, /which needs a terminal\.\nName a template with --template/);
  assert.deepEqual(filesBelow(folder), []);
});

test("init: an invalid schedule is an error", async (t) => {
  const folder = temporaryFolder(t);
  const { code, stderr } = await tapctl(folder, ["init", "--yes", "--schedule", "0 25 * * *"]);
  assert.equal(code, 2);
  assert.match(stderr, /--schedule: "0 25 \* \* \*": /);
  assert.deepEqual(filesBelow(folder), []);
});

test("init: --from converts a Meltano project, and lists what it could not convert", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(
    join(folder, "meltano.yml"),
    `version: 1
plugins:
  extractors:
    - name: tap-postgres
      variant: meltanolabs
      config: { host: db, user: etl, database: shop, password: $SHOP_PASSWORD }
      select: [public-orders.*]
  loaders:
    - name: target-jsonl
      variant: andyh1203
  utilities:
    - name: superset
schedules:
  - name: orders
    interval: "@daily"
    extractor: tap-postgres
    loader: target-jsonl
`,
  );
  const { code, stdout, stderr } = await tapctl(folder, [
    "init",
    "etl",
    "--from",
    "meltano.yml",
    "--json",
  ]);
  assert.equal(code, 0, stderr);
  const { pipelines, leftOver } = JSON.parse(stdout) as {
    readonly pipelines: readonly string[];
    readonly leftOver: readonly object[];
  };
  assert.deepEqual(pipelines, ["orders"]);
  assert.ok(leftOver.length > 0);
  const array = readFileSync(join(folder, "etl", "pipelines", "index.ts"), "utf8");
  assert.match(array, /from "tapctl"/);
  const secret = /secret\("([^"]+)"\)/.exec(array)?.[1];
  assert.ok(secret);
  assert.match(
    readFileSync(join(folder, "etl", ".env.example"), "utf8"),
    new RegExp(`^${secret.replaceAll("-", "_").toUpperCase()}=$`, "m"),
  );
});

suite("init: templates", () => {
  for (const [name, template] of Object.entries(TEMPLATES))
    test(`init: the array of ${name} is valid`, async (t) => {
      const folder = temporaryFolder(t);
      mkdirSync(join(folder, "pipelines"));
      writeFileSync(
        join(folder, "pipelines", "index.ts"),
        arrayText(template, "0 6 * * *").replace(
          '"tapctl"',
          JSON.stringify(join(REPOSITORY, "dist", "src", "index.js")),
        ),
      );
      const { code, stdout, stderr } = await tapctl(folder, ["validate"], {
        env: { ...process.env, SHOP_PASSWORD: "x", DESK_TOKEN: "x", WAREHOUSE_PASSWORD: "x" },
      });
      assert.equal(code, 0, stdout + stderr);
    });

  test("init: all arrays type-check", () => {
    const { compilerOptions } = ts.readConfigFile(join(REPOSITORY, "tsconfig.json"), (file) =>
      ts.sys.readFile(file),
    ).config as { readonly compilerOptions: object };
    const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, REPOSITORY);
    const host = ts.createCompilerHost(options);
    const texts = new Map(
      Object.entries(TEMPLATES).map(([name, template]) => [
        join(REPOSITORY, "test", "init", `${name}.ts`),
        arrayText(template, "0 6 * * *").replace('"tapctl"', '"../../src/index"'),
      ]),
    );
    const program = ts.createProgram([...texts.keys()], options, {
      ...host,
      fileExists: (file) => texts.has(file) || host.fileExists(file),
      getSourceFile: (file, language) => {
        const text = texts.get(file);
        return text === undefined
          ? host.getSourceFile(file, language)
          : ts.createSourceFile(file, text, language);
      },
    });
    const problems = ts
      .getPreEmitDiagnostics(program)
      .filter(({ file }) => file !== undefined && texts.has(file.fileName))
      .map(
        ({ file, messageText }) =>
          `${basename(file?.fileName ?? "")}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
      );
    assert.deepEqual(problems, []);
  });
});

test("init: --github writes this repository's workflows for a project", async (t) => {
  const folder = temporaryFolder(t);
  const { code } = await tapctl(folder, ["init", "--yes", "--github"]);
  assert.equal(code, 0);
  const workflow = (root: string, file: string) =>
    readFileSync(join(root, ".github", "workflows", file), "utf8").split("\n");
  assert.deepEqual(readdirSync(join(folder, ".github", "workflows")).sort(), WORKFLOWS);
  for (const file of WORKFLOWS) {
    const own = new Set(workflow(REPOSITORY, file));
    const different = workflow(folder, file).filter((line) => !own.has(line));
    assert.ok(
      different.every((line) =>
        /node_modules\/tapctl\/policy|worktree|timeout|^# |ALLOWED|git status|body\.md|tapctl validate/.test(
          line,
        ),
      ),
      `${file}: ${different.join("\n")}`,
    );
    assert.doesNotMatch(workflow(folder, file).join("\n"), /src\/bin|test\/run|npm run lint/);
  }
});
