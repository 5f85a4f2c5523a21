import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { fileOf } from "../migrate/support";
import { REPOSITORY, tapctl } from "./support";

/** A folder with these files. */
function folder(t: TestContext, files: { readonly [path: string]: string } = {}): string {
  const root = mkdtempSync(join(tmpdir(), "import-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  mkdirSync(join(root, "node_modules"));
  symlinkSync(REPOSITORY, join(root, "node_modules", "tapctl"));
  return root;
}

test("import: the written array passes tapctl validate, and what was not converted is listed", async (t) => {
  const root = folder(t, { "pipelines/.keep": "" });
  const out = join(root, "pipelines", "index.ts");
  const { code, stdout } = await tapctl("/", ["import", fileOf("database"), "--out", out]);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /: 2 pipelines: shop-to-warehouse, sunday\nnot converted, or converted with changes:\n {2}meltano\.yml:65 schedule Shop To Warehouse: transform: run/,
  );
  const validated = await tapctl(root, ["validate"]);
  assert.match(validated.stdout, /index\.ts: 2 pipelines, all valid\n$/);
  assert.match(validated.stdout, /Set SHOP_PASSWORD in the environment or in \.env/);
  const again = await tapctl("/", ["import", fileOf("database"), "--out", out]);
  assert.deepEqual(
    [again.code, again.stderr],
    [
      2,
      `--out ${out}: the file already exists.\nChoose another file, or use --force to overwrite it.\n`,
    ],
  );
  assert.equal(
    (
      await tapctl("/", [
        "import",
        fileOf("database"),
        "--out",
        out,
        "--force",
        "--environment",
        "dev",
      ])
    ).code,
    0,
  );
  assert.match(readFileSync(out, "utf8"), /host: "localhost"/);
});

test("import: names come from .env and versions from installed plugins; values are never copied", async (t) => {
  const root = folder(t, {
    "meltano.yml":
      "plugins:\n  extractors:\n  - name: tap-x\n    pip_url: tap_x\n    config: {site: a}\n  loaders:\n  - name: target-jsonl\n    pip_url: target-jsonl\n",
    ".env": "TAP_X_AUTH_TOKEN=canary\nTAP_X_SITE=canary\nOTHER=canary\nTAP_X__LOAD_SCHEMA=canary\n",
    ".meltano/extractors/tap-x/venv/lib/python3.11/site-packages/tap_x-4.5.6.dist-info/METADATA":
      "",
  });
  const { code, stdout } = await tapctl("/", ["import", root, "--json"]);
  const { typescript, pipelines, leftOver, environment } = JSON.parse(stdout) as {
    readonly typescript: string;
    readonly pipelines: readonly string[];
    readonly leftOver: readonly { readonly text: string }[];
    readonly environment: null;
  };
  assert.deepEqual([code, pipelines, environment], [0, ["tap-x-to-target-jsonl"], null]);
  assert.match(typescript, /version: "4\.5\.6"/);
  assert.match(typescript, /tapX\(\{ site: "a", auth_token: secret\("tap-x-auth-token"\) \}\)/);
  assert.deepEqual(
    leftOver.map(({ text }) => text),
    ["has no schedule: the entry is suspended; set its schedule"],
  );
  assert.ok(!stdout.includes("canary"));
});

test("import: integers beyond 2^53 become bigints in a valid array", async (t) => {
  const config =
    "{site: a, since_id: 1234567890123456789, port: 5432, deep: {ids: [9007199254740993, -1234567890123456789]}, ratio: 1.10, 12345678901234567890: x}";
  const root = folder(t, {
    "meltano.yml": `plugins:\n  extractors:\n  - name: tap-x\n    pip_url: tap_x==1.0.0\n    settings: [{name: offset, kind: integer, value: "9223372036854775807"}]\n    config: ${config}\n  loaders:\n  - name: target-jsonl\n    pip_url: target-jsonl\n`,
    "pipelines/.keep": "",
  });
  const out = join(root, "pipelines", "index.ts");
  assert.equal((await tapctl("/", ["import", root, "--out", out])).code, 0);
  const text = readFileSync(out, "utf8");
  for (const part of [
    "since_id: 1234567890123456789n",
    "port: 5432,",
    "[9007199254740993n, -1234567890123456789n]",
    "ratio: 1.1,",
    "offset: 9223372036854775807n",
    '"12345678901234567890": "x"',
  ])
    assert.ok(text.includes(part), `${part} is not in ${text}`);
  assert.match((await tapctl(root, ["validate"])).stdout, /index\.ts: 1 pipeline, valid\n$/);
  assert.match((await tapctl(root, ["render"])).stdout, /"since_id": 1234567890123456789,/);
});

suite("import: errors", () => {
  const cases: readonly (readonly [
    string,
    { readonly [path: string]: string },
    readonly string[],
    RegExp,
  ])[] = [
    [
      "a missing file",
      {},
      [],
      /meltano\.yml: cannot be read \(ENOENT\)\.\nCheck the path and its permissions\.\n$/,
    ],
    [
      "a file that is not YAML",
      { "meltano.yml": "plugins: [\n" },
      [],
      /^meltano\.yml: .* at line 2/,
    ],
    [
      "a file that is not a Meltano project",
      { "meltano.yml": "- a\n" },
      [],
      /^meltano\.yml: is not a Meltano project\.\nUse a meltano\.yml, which has top-level fields such as plugins and schedules\.\n$/,
    ],
    [
      "an object of plugins",
      { "meltano.yml": "plugins:\n  extractors:\n    tap-x: {}\n" },
      [],
      /^meltano\.yml: plugins\.extractors is not a list\.\nWrite it as a YAML list\.\n$/,
    ],
    [
      "a plugin without a name",
      { "meltano.yml": "plugins:\n  extractors:\n  - variant: x\n" },
      [],
      /^meltano\.yml:3: the plugin has no name\.\nAdd its name\.\n$/,
    ],
    [
      "an unknown environment",
      { "meltano.yml": "environments:\n- name: prod\n" },
      ["--environment", "prd"],
      /^--environment prd: the project has no such environment; did you mean "prod"\?\nAvailable environments: prod\n$/,
    ],
    [
      "a lock file that is not JSON",
      {
        "meltano.yml": "plugins:\n  extractors:\n  - {name: tap-x, variant: acme}\n",
        "plugins/extractors/tap-x--acme.lock": "{",
      },
      [],
      /tap-x--acme\.lock: is not valid JSON/,
    ],
  ];
  for (const [what, files, flags, message] of cases) {
    test(`import: ${what} is an error with a fix`, async (t) => {
      const { code, stderr } = await tapctl("/", [
        "import",
        join(folder(t, files), "meltano.yml"),
        ...flags,
      ]);
      assert.match(stderr, message);
      assert.equal(stderr.trimEnd().split("\n").length, 2);
      assert.equal(code, 2);
    });
  }
});

test("import --help: it has an example", async () => {
  const { stdout } = await tapctl(REPOSITORY, ["import", "--help"]);
  assert.match(
    stdout,
    /Example:\n {2}\$ npx tapctl import .*--json|--json[^]*Example:\n {2}\$ npx tapctl import /,
  );
});

test("import: an empty project gives an empty array", async (t) => {
  const root = folder(t, { "meltano.yml": "version: 1\n", "pipelines/.keep": "" });
  assert.equal(
    (
      await tapctl("/", [
        "import",
        join(root, "meltano.yml"),
        "--out",
        join(root, "pipelines", "index.ts"),
      ])
    ).code,
    0,
  );
  assert.match((await tapctl(root, ["validate"])).stdout, /0 pipelines, all valid/);
});
