import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { readLock } from "../../connectors/dependency-lock";
import { addConnector, type AddedConnector } from "../../src/add/add-connector";
import { upgradeConnector } from "../../src/add/upgrade-connector";
import { UserError } from "../../src/common/errors";
import type { PackageAddress } from "../../src/model/package-address";
import { commit, writeSource, type SourceOptions } from "../support/package-sources";
import { compiled } from "../support/command";
import { compileProblems } from "./compile";

const TOOLS = join(__dirname, "..", "..", ".tapctl", "environments", "tools");

suite("tapctl add", { concurrency: 1 }, () => {
  test("add: a connector with --about gets the types of its settings, and its files compile", async (t) => {
    const project = newProject(t);
    source(project, "tap-own", { code: sdkTap(SETTINGS) });
    const { learned, files, unknown } = await add(project, "./taps/tap-own");
    assert.deepEqual(files, [
      "connectors/tap-own/index.ts",
      "connectors/tap-own/settings.ts",
      "connectors/tap-own/settings.schema.json",
      "connectors/locks/tap-own.txt",
    ]);
    assert.deepEqual(unknown, []);
    assert.equal(learned.kind, "tap");
    assert.deepEqual(problemsOf(project, `{ api_url: "https://x", auth_token: secret("x") }`), []);
    assert.match(
      problemsOf(project, `{ api_url: "https://x" }`)[0] ?? "",
      /'auth_token' is missing/,
    );
    assert.match(
      problemsOf(project, `{ api_url: "https://x", auth_token: "text" }`)[0] ?? "",
      /SecretReference/,
    );
    assert.deepEqual(readdirSync(join(project, ".tapctl", "add")), []);
  });

  test("add: an older connector from git gets the settings of its sample config, and unknown ones are reported", async (t) => {
    const project = newProject(t);
    const repository = folderOf(t);
    writeSource(repository, "tap-old", {
      code: `${OLD_TAP}\nREQUIRED_CONFIG_KEYS = ["start_date", 'api_key']\n`,
      files: { "config.json.example": '{"start_date": "2026-01-01", "api_key": "x", "pages": 5}' },
    });
    commit(repository, "v1.0.0");
    const { unknown } = await add(project, `git+file://${repository}@v1.0.0`);
    assert.match(unknown.join("\n"), /names and types come from config\.json\.example/);
    assert.match(unknown.join("\n"), /descriptions and defaults/);
    const problems = problemsOf(
      project,
      `{ start_date: "2026-01-01", api_key: secret("x"), pages: 5, more: true }`,
      "tap-old",
    );
    assert.deepEqual(problems, []);
    assert.match(
      problemsOf(project, `{ start_date: "2026-01-01" }`, "tap-old")[0] ?? "",
      /'api_key' is missing/,
    );
  });

  test("add --upgrade: it shows how the settings changed, and a removed one does not compile", async (t) => {
    const project = newProject(t);
    const repository = folderOf(t);
    writeSource(repository, "tap-own", { code: sdkTap(SETTINGS) });
    commit(repository, "v1.0.0");
    await add(project, `git+file://${repository}@v1.0.0`);
    const index = join(project, "connectors", "tap-own", "index.ts");
    writeFileSync(
      index,
      readFileSync(index, "utf8").replace("  settings,", `  location: ["api_url"],\n  settings,`),
    );
    const properties = {
      api_url: { type: ["string", "integer"] },
      auth_token: SETTINGS.properties.auth_token,
      timeout: { type: "integer" },
    };
    writeSource(repository, "tap-own", {
      code: sdkTap({ ...SETTINGS, properties }),
      version: "2.0.0",
    });
    commit(repository, "v2.0.0");
    const use = `{ api_url: "https://x", auth_token: secret("x"), pages: 5 }`;
    assert.deepEqual(problemsOf(project, use), []);

    const { changes } = await upgradeConnector({
      ...{ project, name: "tap-own", version: "v2.0.0", report: () => undefined },
    });
    assert.deepEqual(changes, [
      { setting: "api_url", change: "changed", detail: "type: string → integer | string" },
      { setting: "pages", change: "removed" },
      { setting: "timeout", change: "added" },
    ]);
    assert.match(readFileSync(index, "utf8"), /@v2\.0\.0",\n[^]*location: \["api_url"\]/);
    assert.match(problemsOf(project, use)[0] ?? "", /'pages' does not exist/);
  });

  test("add: a package for some Pythons gets a lock file that belongs to its definition, and keeps one at an upgrade", async (t) => {
    const project = newProject(t);
    const repository = folderOf(t);
    writeSource(repository, "tap-own", { code: sdkTap(SETTINGS), python: ">=3.10,<3.13" });
    commit(repository, "v1.0.0");
    const { learned } = await add(project, `git+file://${repository}@v1.0.0`);
    assert.deepEqual(learned.source.python, { max: "3.12" });
    readLock("tap-own", learned.source, project);

    const index = join(project, "connectors", "tap-own", "index.ts");
    const text = readFileSync(index, "utf8").replace(/\n *python:.*/, "");
    writeFileSync(index, text);
    writeSource(repository, "tap-own", {
      ...{ code: sdkTap(SETTINGS), python: ">=3.11,<3.14", version: "2.0.0" },
    });
    commit(repository, "v2.0.0");
    const upgraded = await upgradeConnector({
      ...{ project, name: "tap-own", version: "v2.0.0", report: () => undefined },
    });
    assert.match(readFileSync(index, "utf8"), /@v2\.0\.0",\n *python: \{ min: "3\.11" \},/);
    readLock("tap-own", upgraded.learned.source, project);
  });

  const REJECTED: readonly (readonly [string, SourceOptions, RegExp])[] = [
    [
      "no Singer connector",
      { code: "def main():\n    print('hello')\n" },
      /^tap-own is not a Singer connector: its --help has no --config\n/,
    ],
    [
      "a connector that does not start",
      { code: "import a_missing_module\n" },
      /^tap-own does not start: ModuleNotFoundError: No module named 'a_missing_module'\n/,
    ],
    [
      "a package that needs a system library",
      {
        files: {
          "setup.py": "raise SystemExit('mysql_config not found: install libmysqlclient-dev')\n",
        },
      },
      /cannot be installed: building tap-own.* failed[^]*mysql_config not found|mysql_config not found/,
    ],
    [
      "a package that needs a package which does not exist",
      { requires: ["a-package-that-no-index-has-7f3a"] },
      /a-package-that-no-index-has-7f3a/,
    ],
  ];
  for (const [name, options, message] of REJECTED)
    test(`add: ${name} is rejected, and nothing is written`, async (t) => {
      const project = newProject(t);
      source(project, "tap-own", options);
      await assert.rejects(add(project, "./taps/tap-own"), (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, message);
        return true;
      });
      assert.ok(!existsSync(join(project, "connectors")));
    });

  test("add: --about without valid JSON adds a connector with unknown settings", async (t) => {
    const project = newProject(t);
    source(project, "tap-own", {
      code: sdkTap(SETTINGS).replace("print(json.dumps(", "print(str("),
    });
    const { unknown } = await add(project, "./taps/tap-own");
    assert.match(unknown[0] ?? "", /--about --format=json prints no valid JSON with settings/);
    assert.deepEqual(problemsOf(project, "{ anything: 1 }"), []);
  });

  test("add: an existing connector is not replaced", async (t) => {
    const project = newProject(t);
    source(project, "tap-own", { code: OLD_TAP });
    await add(project, "./taps/tap-own");
    await assert.rejects(
      add(project, "./taps/tap-own"),
      /connectors\/tap-own already exists\.\n.*--upgrade tap-own/,
    );
  });
});

const SETTINGS = {
  type: "object",
  properties: {
    api_url: { type: "string", description: "URL of the API" },
    auth_token: { type: "string", secret: true },
    pages: { type: ["integer", "null"], default: 10 },
  },
  required: ["api_url", "auth_token", "pages"],
};

const OLD_TAP = `
import argparse
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config")
    parser.add_argument("--discover", action="store_true")
    parser.parse_args()
`;

/** A tap with --about that prints a log line before it, as some do. */
function sdkTap(settings: object): string {
  return `
import argparse, json
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config")
    parser.add_argument("--about", action="store_true")
    parser.add_argument("--format")
    if parser.parse_args().about:
        print("INFO {starting}")
        print(json.dumps({"name": "tap-own", "capabilities": ["catalog"], "settings": json.loads('''${JSON.stringify(settings)}''')}))
`;
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-add-"));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

function newProject(t: TestContext): string {
  const project = folderOf(t);
  mkdirSync(TOOLS, { recursive: true });
  mkdirSync(join(project, ".tapctl", "environments"), { recursive: true });
  symlinkSync(TOOLS, join(project, ".tapctl", "environments", "tools"));
  const tapctl = join(project, "node_modules", "tapctl");
  mkdirSync(tapctl, { recursive: true });
  const connectors = compiled("connectors/index");
  writeFileSync(
    join(tapctl, "index.js"),
    `module.exports = require(${JSON.stringify(connectors)});`,
  );
  return project;
}

function source(project: string, name: string, options: SourceOptions): void {
  writeSource(join(project, "taps", name), name, options);
}

function add(project: string, address: PackageAddress): Promise<AddedConnector> {
  return addConnector({ project, source: { package: address }, report: () => undefined });
}

/** What the compiler says of the connector's files, and of a call with these settings. */
function problemsOf(project: string, settings: string, name = "tap-own"): readonly string[] {
  const folder = join(project, "connectors", name);
  const files = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")]);
  const identifier = name === "tap-own" ? "tapOwn" : "tapOld";
  return compileProblems({
    ...(Object.fromEntries(files) as { readonly [file: string]: string }),
    "use.ts": `import { secret } from "tapctl";\nimport { ${identifier} } from "./index";\nvoid secret;\n${identifier}(${settings});\n`,
  });
}
