import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { stringify } from "yaml";
import { readStackFile } from "../../src/settings/stack-file";

/** A folder with files of stacks. */
function folderWith(t: TestContext, files: { readonly [name: string]: string | object }): string {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-stack-file-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === "string" ? content : stringify(content));
  return folder;
}

test("stack file: it gives the same settings as Pulumi", (t) => {
  const config = {
    "tapctl:argo": '{"version":"v4.2.0"}',
    "tapctl:namespace": 1,
    "tapctl:protect": "true",
    "tapctl:secrets": { a: { secure: "v1:x" } },
    "aws:region": "eu-central-1",
  };
  const { settings, given } = readStackFile(
    folderWith(t, { "Pulumi.prod.yaml": { config, encryptionsalt: "v1:y" } }),
    "prod",
  );
  assert.deepEqual(
    [settings.argo.version, settings.namespace, settings.protect],
    ["v4.2.0", "1", true],
  );
  assert.deepEqual(given, { argo: { version: "v4.2.0" }, namespace: "1", protect: true });
});

test("stack file: one without settings has every default", (t) => {
  for (const content of ["", "encryptionsalt: v1:x\n", "config:\n", "config: {}\n"])
    assert.deepEqual(readStackFile(folderWith(t, { "Pulumi.dev.yaml": content }), "dev").given, {});
});

test("stack file: defaults of the project's file are used for missing settings", (t) => {
  const declared = {
    context: { type: "string", default: "" },
    namespace: { type: "string", default: "etl" },
    objectStore: { type: "object", default: {} },
    aws: { type: "object", default: {} },
    scratch: { default: { size: "5Gi" } },
    protect: true,
  };
  const folder = folderWith(t, {
    "Pulumi.yaml": { name: "tapctl", config: declared },
    "Pulumi.dev.yaml": { config: { "tapctl:scratch": { size: "9Gi" } } },
  });
  const { settings, given } = readStackFile(folder, "dev");
  assert.deepEqual(
    [
      settings.namespace,
      settings.scratch,
      settings.protect,
      settings.objectStore.kind,
      settings.aws,
    ],
    ["etl", { size: "9Gi" }, true, "minio", undefined],
  );
  assert.deepEqual(given, { scratch: { size: "9Gi" } });
});

test("stack file: all problems are reported at once, including encrypted values that cannot be read", (t) => {
  const secure = { secure: "v1:abc:def" };
  const config = {
    "tapctl:namespace": "Data",
    "tapctl:argo": { bla: 1, values: { password: secure } },
    "tapctl:proxy": { https: secure },
    "tapctl:images": { ready: secure },
    "tapctl:imagePullSecrets": ["ours", secure],
  };
  const folder = folderWith(t, { "Pulumi.prod.yaml": { config } });
  const encrypted =
    "is encrypted and cannot be read from the file. Only values under secrets may be encrypted";
  assert.throws(() => readStackFile(folder, "prod"), {
    name: "UserError",
    message: [
      "5 problems in the configuration of the stack:",
      `tapctl:images.ready: ${encrypted}`,
      `tapctl:imagePullSecrets[1]: ${encrypted}`,
      `tapctl:proxy.https: ${encrypted}`,
      'tapctl:namespace: must be at most 63 lowercase letters, digits and "-", starting and ending with a letter or digit',
      "tapctl:argo.bla: is not a setting",
    ].join("\n"),
  });
});

test("stack file: chart values may contain encrypted values", (t) => {
  assert.ok(
    readStackFile(
      folderWith(t, {
        "Pulumi.dev.yaml": {
          config: { "tapctl:argo": { values: { password: { secure: "v1:abc:def" } } } },
        },
      }),
      "dev",
    ),
  );
});

const cases: readonly (readonly [string, { readonly [name: string]: string }, string, RegExp])[] = [
  [
    "a stack without a file",
    { "Pulumi.dev.yaml": "", "Pulumi.eu.prod.yaml": "", "Pulumi.yaml": "" },
    "staging",
    /^UserError: \S*Pulumi\.staging\.yaml does not exist\.\nChoose a stack with a file: dev, eu\.prod$/,
  ],
  [
    "a stack in a project without stack files",
    {},
    "dev",
    /Pulumi\.dev\.yaml does not exist\.\nChoose a stack with a file: none$/,
  ],
  [
    "a misspelled stack",
    { "Pulumi.prod.yaml": "" },
    "pord",
    /Pulumi\.pord\.yaml does not exist; did you mean "prod"\?\nChoose a stack with a file: prod$/,
  ],
  [
    "the full name of a stack",
    {},
    "acme/tapctl/dev",
    /^UserError: Invalid value for --stack: "acme\/tapctl\/dev"\.\n/,
  ],
  [
    "a path outside the folder",
    {},
    "../dev",
    /^UserError: Invalid value for --stack: "\.\.\/dev"\.\n/,
  ],
  [
    "a file that is not YAML",
    { "Pulumi.dev.yaml": "config: [" },
    "dev",
    /^UserError: \S*Pulumi\.dev\.yaml: cannot be read: [^\n]+\nCorrect the file\.$/,
  ],
  [
    "a file with a list",
    { "Pulumi.dev.yaml": "- config\n" },
    "dev",
    /^UserError: \S*Pulumi\.dev\.yaml: is not a stack file: /,
  ],
  [
    "settings that are a list",
    { "Pulumi.dev.yaml": "config: [a]\n" },
    "dev",
    /is not a stack file/,
  ],
  [
    "a setting that does not exist",
    { "Pulumi.dev.yaml": "config: { 'tapctl:monitring': true, 'kubernetes:context': x }\n" },
    "dev",
    /^UserError: 1 problem in the configuration of the stack:\ntapctl:monitring: is not a setting; did you mean "monitoring"\?$/,
  ],
  [
    "an unknown setting of the project",
    { "Pulumi.yaml": "config: { monitring: { value: true } }\n", "Pulumi.dev.yaml": "" },
    "dev",
    /\ntapctl:monitring: is not a setting; did you mean "monitoring"\?$/,
  ],
  [
    "a stack whose settings contradict each other",
    {
      "Pulumi.dev.yaml":
        "config: { 'tapctl:objectStore': { kind: aws, bucket: etl, identity: { kind: pod-identity, cluster: etl } } }\n",
    },
    "dev",
    /tapctl:aws: is required for objectStore\.kind "aws"/,
  ],
];
for (const [name, files, stack, message] of cases) {
  test(`stack file: ${name} is rejected`, (t) =>
    assert.throws(() => readStackFile(folderWith(t, files), stack), message));
}
