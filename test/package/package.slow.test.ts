import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import type { Printed } from "../support/command";
import { REPOSITORY } from "../cli/support";

const MOST_BYTES = 2_000_000;

/** The files of the tarball, and what is needed to build it. */
const SOURCES = [
  "components",
  "connectors",
  "images",
  "policy",
  "src",
  "LICENSE",
  "README.md",
  "package.json",
  "tsconfig.json",
];

const MOCKED = `
const pulumi = require("@pulumi/pulumi");
const registered = [];
pulumi.runtime.setMocks(
  {
    newResource: ({ type, name, inputs }) => {
      registered.push(type);
      return { id: name, state: inputs };
    },
    call: () => ({}),
  },
  "my-etl",
  "dev",
);
pulumi.runtime.setAllConfig({ "tapctl:registry": JSON.stringify({ address: "localhost:5000" }) });
require("tapctl/register");
require("./index.ts")()
  .then(() => new Promise((resolve) => setTimeout(resolve, 2000)))
  .then(() => console.log(JSON.stringify(registered)));
`;

const OWN_CONNECTOR = `
import { definePipelines, tapRestApi, target } from "tapctl";

const targetLines = target<{ readonly destination_path?: string }>({
  name: "target-lines",
  package: "target-jsonl",
  version: "0.1.4",
  executable: "target-jsonl",
  settings: { destination_path: "string" },
  required: [],
  outputSetting: "destination_path",
});

export const pipelines = definePipelines([
  {
    name: "rates",
    schedule: "@daily",
    tap: tapRestApi({
      api_url: "https://api.frankfurter.dev",
      start_date: "2026-11-02",
      streams: [{ name: "exchange_rate", path: "/v2/rates", primary_keys: ["date", "base", "quote"] }],
    }),
    target: targetLines({}),
  },
]);
`;

suite("package, installed from the tarball", () => {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-package-"));
  const [tool, project] = [join(folder, "tool"), join(folder, "my-etl")];
  const installed = join(project, "node_modules", "tapctl");
  let tarball = "";

  const installedFiles = () => readdirSync(installed, { recursive: true }).map(String);
  const run = async (cwd: string, command: string, ...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runIn(cwd, command, args);
    assert.equal(code, 0, `${command} ${args.join(" ")}\n${stdout}\n${stderr}`);
    return stdout;
  };

  before(async () => {
    // In a copy, because packing rebuilds files that other tests use.
    const copy = join(folder, "copy");
    for (const name of SOURCES)
      cpSync(join(REPOSITORY, name), join(copy, name), { recursive: true });
    symlinkSync(join(REPOSITORY, "node_modules"), join(copy, "node_modules"));
    await run(copy, "npm", "pack", "--pack-destination", folder);
    tarball = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "");
    mkdirSync(tool);
    await run(tool, "npm", "install", "--no-audit", "--no-fund", tarball);
    await run(folder, join(tool, "node_modules", ".bin", "tapctl"), "init", "my-etl", "--yes");
    await run(project, "npm", "install", "--no-audit", "--no-fund");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("package: the tarball is small and has no tests", () => {
    assert.ok(statSync(tarball).size < MOST_BYTES, `${statSync(tarball).size} bytes`);
    assert.deepEqual(
      installedFiles().filter((file) => /(^|\/)test\/|\.test\./.test(file)),
      [],
    );
  });

  test("package: each compiled file has a source map, which leads a stack trace to the TypeScript file", async () => {
    const files = installedFiles();
    const compiled = files.filter((file) => /^dist\/.*\.js$/.test(file));
    assert.ok(compiled.length > 100);
    assert.deepEqual(
      compiled.filter((file) => !files.includes(`${file}.map`)),
      [],
    );
    const fails = 'require("tapctl").isReplication(null)';
    const { stderr } = await runIn(project, "node", ["--enable-source-maps", "-e", fails]);
    const [, line = 0] = /src\/model\/define\.ts:(\d+):/.exec(stderr) ?? [];
    const source = readFileSync(join(REPOSITORY, "src", "model", "define.ts"), "utf8");
    assert.match(source.split("\n")[Number(line) - 1] ?? stderr, /entry\.kind/);
  });

  test("package: it declares the types of its exports, and no others", () => {
    const declared = installedFiles().filter((file) => file.endsWith(".d.ts"));
    for (const file of ["dist/src/index.d.ts", "dist/components/program.d.ts"])
      assert.ok(declared.includes(file), file);
    assert.ok(!declared.includes("dist/src/cli/run.d.ts"));
  });

  test("package: publint and arethetypeswrong find no problem", async () => {
    await run(folder, join(REPOSITORY, "node_modules", ".bin", "publint"), tarball, "--strict");
    await run(folder, "npx", "--yes", "@arethetypeswrong/cli@0.18.5", tarball);
  });

  test("package: without AWS, only the S3 client of AWS is installed", () => {
    assert.ok(!existsSync(join(project, "node_modules", "@pulumi", "aws")));
    assert.ok(!existsSync(join(project, "node_modules", "@aws-sdk", "client-eks")));
  });

  test("package: the first pipeline runs, and resumes from its state", async () => {
    await run(project, "npx", "tapctl", "run", "exchange-rates", "--offline");
    const second = await run(project, "npx", "tapctl", "run", "exchange-rates", "--offline");
    assert.match(second, /exchange_rate.*date 2026-\d\d-\d\d.*succeeded/);
  });

  test("package: the array renders to manifests", async () => {
    const manifests = await run(project, "npx", "tapctl", "render");
    assert.match(manifests, /kind: CronWorkflow\n[^]*name: exchange-rates\n/);
  });

  test("package: type checking accepts the project and detects a wrong setting", async () => {
    await run(project, "npm", "run", "typecheck");
    const file = join(project, "pipelines", "index.ts");
    const array = readFileSync(file, "utf8");
    writeFileSync(file, array.replace("api_url:", "api_uri:"));
    const { code, stdout } = await runIn(project, "npm", ["run", "typecheck"]);
    writeFileSync(file, array);
    assert.notEqual(code, 0);
    assert.match(stdout, /api_uri/);
  });

  test("package: the program registers the stack", async () => {
    const registered = JSON.parse(await run(project, "node", "-e", MOCKED)) as readonly string[];
    for (const type of [
      "tapctl:index:ArgoWorkflows",
      "tapctl:index:ConnectorImage",
      "tapctl:index:Minio",
      "tapctl:index:Pipeline",
      "kubernetes:argoproj.io/v1alpha1:CronWorkflow",
    ])
      assert.ok(registered.includes(type), type);
  });

  test("package: a connector of the project is locked in the project and installed from there", async () => {
    writeFileSync(join(project, "pipelines", "index.ts"), OWN_CONNECTOR);
    const shipped = readdirSync(join(installed, "connectors", "locks"));
    await run(project, "npx", "tapctl", "lock");
    assert.deepEqual(readdirSync(join(project, "connectors", "locks")), ["target-lines.txt"]);
    assert.deepEqual(readdirSync(join(installed, "connectors", "locks")), shipped);
    const { images } = JSON.parse(await run(project, "npx", "tapctl", "render", "--json")) as {
      readonly images: { readonly [image: string]: { readonly projectContexts?: unknown } };
    };
    const builds = Object.entries(images).flatMap(([image, { projectContexts }]) =>
      projectContexts === undefined ? [] : [[image.replace(/:[^:]*$/, ""), projectContexts]],
    );
    assert.deepEqual(builds, [["localhost:5000/target-lines", ["locks"]]]);
    const output = await run(project, "npx", "tapctl", "run", "rates", "--offline");
    assert.doesNotMatch(output, /no lock file/);
    const lock = join(project, "connectors", "locks", "target-lines.txt");
    writeFileSync(lock, readFileSync(lock, "utf8").replace("# For: ", "# For another: "));
    const { code, stderr } = await runIn(project, "npx", ["tapctl", "run", "rates", "--offline"]);
    assert.notEqual(code, 0);
    assert.match(stderr, /connectors\/locks\/target-lines\.txt does not belong to target-jsonl/);
  });
});

function runIn(cwd: string, command: string, args: readonly string[]): Promise<Printed> {
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: "1" };
  // Variables of the npm that started the tests, and paths of this repository, do not apply to the project.
  for (const name of Object.keys(env))
    if (name.startsWith("npm_") || name.startsWith("TAPCTL_")) delete env[name];
  return new Promise((resolve) =>
    execFile(command, args, { cwd, env, maxBuffer: 1e8 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    ),
  );
}
