import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseAllDocuments } from "yaml";
import { makeProject, tapctl } from "./support";

const ARRAY = `[
  { name: "orders", schedule: "0 6 * * *", tap: c.tapPostgres({ host: "db", password: secret("shop-password") }), streams: ["public-orders"], target: c.targetJsonl({}) },
  { kind: "job", name: "tidy", schedule: "@daily", image: "ghcr.io/acme/tidy:1", command: ["tidy"] },
]`;

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly namespace: string };
}

function folder(t: { after(done: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), "render-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("render: two calls write the same files, with secrets as references", async (t) => {
  const project = makeProject(t, ARRAY);
  const [one, two] = [folder(t), folder(t)];
  for (const out of [one, two]) {
    const { code, stdout } = await tapctl(project, [
      "render",
      "--out",
      out,
      "--namespace",
      "etl",
      "--registry",
      "registry.example.com/etl",
    ]);
    assert.deepEqual(
      [code, stdout],
      [0, `${out}: templates, 2 pipelines and one run to submit for each\n`],
    );
  }
  const files = readdirSync(one, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(one.length + 1))
    .sort();
  assert.deepEqual(files, [
    "pipelines/orders.yaml",
    "pipelines/tidy.yaml",
    "runs/orders.yaml",
    "runs/tidy.yaml",
    "templates.yaml",
  ]);
  const texts = files.map((file) => readFileSync(join(one, file), "utf8"));
  assert.deepEqual(
    files.map((file) => readFileSync(join(two, file), "utf8")),
    texts,
  );
  const objects = texts.flatMap((text) =>
    parseAllDocuments(text).map((document) => document.toJSON() as Manifest),
  );
  assert.deepEqual(
    objects.map(({ kind }) => kind),
    [
      "Secret",
      "CronWorkflow",
      "CronWorkflow",
      "Workflow",
      "Workflow",
      "WorkflowTemplate",
      "WorkflowTemplate",
      "WorkflowTemplate",
    ],
  );
  for (const { metadata } of objects) assert.equal(metadata.namespace, "etl");
  assert.match(texts[0] ?? "", /"\$secret": "shop-password"/);
  assert.match(
    texts[0] ?? "",
    /registry\.example\.com\/etl\/tap-postgres:\d+\.\d+\.\d+-[0-9a-f]{12}/,
  );
});

test("render: values of secrets never appear in manifests", async (t) => {
  const project = makeProject(t, ARRAY);
  process.env.SHOP_PASSWORD = "hunter2-hunter2";
  t.after(() => delete process.env.SHOP_PASSWORD);
  for (const flags of [[], ["--json"]]) {
    const { code, stdout } = await tapctl(project, ["render", ...flags]);
    assert.equal(code, 0);
    assert.ok(stdout.includes("shop-password") && !stdout.includes("hunter2"));
  }
});

test("render --json: it prints templates, pipelines and how each image is built", async (t) => {
  const { stdout } = await tapctl(makeProject(t, ARRAY), [
    "render",
    "--json",
    "--base-image",
    "python:3.13-slim",
  ]);
  const { templates, pipelines, images } = JSON.parse(stdout) as {
    readonly templates: readonly Manifest[];
    readonly pipelines: readonly { readonly name: string }[];
    readonly images: {
      readonly [reference: string]: { readonly args: { readonly [name: string]: string } };
    };
  };
  assert.deepEqual(
    templates.map(({ kind }) => kind),
    ["WorkflowTemplate", "WorkflowTemplate", "WorkflowTemplate"],
  );
  assert.deepEqual(
    pipelines.map(({ name }) => name),
    ["orders", "tidy"],
  );
  const [runner, tap] = Object.entries(images);
  assert.match(runner?.[0] ?? "", /^localhost:5000\/singer-runner:[0-9a-f]{12}$/);
  assert.deepEqual(
    [tap?.[1].args.CONNECTOR, tap?.[1].args.KIND, tap?.[1].args.BASE_IMAGE],
    ["tap-postgres", "tap", "python:3.13-slim"],
  );
});

test("render: an error has two lines", async (t) => {
  const project = makeProject(t, ARRAY);
  const out = folder(t);
  const cases = [
    [
      ["--namespace", "Not_A_Name"],
      /^Invalid value for --namespace: "Not_A_Name"\.\nUse at most 63 lowercase letters/,
      2,
    ],
    [
      ["--out", "/dev/null/manifests"],
      /\/dev\/null\S*: cannot be written \(ENOTDIR\)\.\nCheck that the folder exists and is writable\.\n$/,
      1,
    ],
  ] as const;
  for (const [flags, message, expected] of cases) {
    const { code, stderr } = await tapctl(project, ["render", ...flags]);
    assert.equal(code, expected);
    assert.match(stderr, message);
    assert.equal(stderr.trimEnd().split("\n").length, 2);
  }
  const invalid = await tapctl(
    makeProject(
      t,
      `[{ name: "Orders", schedule: "0 25 * * *", tap: c.tapPostgres({}), target: c.targetJsonl({}) }] as never`,
    ),
    ["render", "--out", out],
  );
  assert.equal(invalid.code, 2);
  assert.ok(!existsSync(join(out, "templates.yaml")));
});
