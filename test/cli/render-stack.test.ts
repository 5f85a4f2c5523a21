import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { stringify } from "yaml";
import type { Rendered } from "../../src/manifests/render/render";
import { pipelines as fixtures } from "../manifests/fixtures";
import { COMPILED } from "../support/command";
import { byName, declared } from "../support/manifests";
import type { RecordOptions } from "../support/record";
import { configOf, recordStack } from "../support/stack";
import { fullConfig } from "../support/stack-full";
import { answers } from "../support/stack-prod";
import { makeProject, REPOSITORY, tapctl } from "./support";

const DIGEST = `sha256:${"a".repeat(64)}`;

/** The fixtures of the components as the array of a project, one of them with a role of its own. */
const ARRAY = `require(${JSON.stringify(join(REPOSITORY, "test", "manifests", "fixtures"))}).pipelines.map((entry) => (entry.name === "orders" ? { ...entry, role: "own" } : entry))`;
const pipelines = fixtures.map((entry) =>
  entry.name === "orders" ? { ...entry, role: "own" as const } : entry,
);

type Config = { readonly [key: string]: unknown };

/** A project with the file of a stack. */
function projectWith(t: TestContext, config: Config, stack = "test"): string {
  const project = makeProject(t, ARRAY);
  writeFileSync(join(project, `Pulumi.${stack}.yaml`), stringify({ config }));
  return project;
}

async function rendered(project: string, ...flags: readonly string[]): Promise<Rendered> {
  const { code, stdout, stderr } = await tapctl(project, ["render", "--json", ...flags]);
  assert.deepEqual([code, stderr], [0, ""]);
  return JSON.parse(stdout) as Rendered;
}

const readyConfig = {
  "tapctl:registry": {
    address: "localhost:5000",
    pullAddress: "registry.kube-system.svc:5000/etl/",
  },
  "tapctl:images": {
    baseImage: "python:3.13-slim",
    ready: {
      "singer-runner": "ghcr.io/acme/runner:7",
      "tap-shop": `ghcr.io/acme/tap-shop:1@${DIGEST}`,
    },
  },
  "tapctl:imagePullSecrets": ["ours", "theirs"],
  "tapctl:defaults": {
    deadline: "2h",
    pendingDeadline: "30m",
    retries: { limit: 5 },
    resources: { cpu: "250m", memory: "2Gi" },
  },
};

const stacks: {
  readonly [name: string]: { readonly config: Config; readonly options?: RecordOptions };
} = {
  "without settings": { config: {} },
  "of Pulumi.dev.yaml": { config: configOf("Pulumi.dev.yaml") },
  "of Pulumi.prod.yaml": { config: configOf("Pulumi.prod.yaml"), options: answers },
  "with every setting": { config: fullConfig },
  "with ready images and a registry of two addresses": {
    config: readyConfig,
    options: { outputs: answers.outputs, call: () => ({ sha256Digest: DIGEST }) },
  },
};

describe("render --stack: same objects as the deployed stack, except for digests and secrets", () => {
  for (const [name, { config, options }] of Object.entries(stacks)) {
    test(`render --stack: a stack ${name} renders the objects that it deploys`, async (t) => {
      const asText = Object.fromEntries(
        Object.entries(config).map(([key, value]) => [
          key,
          typeof value === "string" ? value : JSON.stringify(value),
        ]),
      );
      const registrations = declared(await recordStack(pipelines, asText, options));
      const { templates, pipelines: manifests } = await rendered(
        projectWith(t, config),
        "--stack",
        "test",
      );
      const objects = [
        ...templates,
        ...manifests.flatMap(({ secret, cronWorkflow }) => [
          ...(secret ? [secret] : []),
          cronWorkflow,
        ]),
      ];
      assert.equal(
        registrations.length,
        templates.length + pipelines.length + manifests.filter(({ secret }) => secret).length,
      );
      assert.deepEqual(byName(objects), byName(registrations));
    });
  }
});

test("render --stack: a stack without settings renders the same as no stack", async (t) => {
  const project = projectWith(t, {});
  assert.deepEqual(await rendered(project, "--stack", "test"), await rendered(project));
});

test("render --stack: options override the stack's settings, and its secrets are not read", async (t) => {
  const project = projectWith(t, {
    ...readyConfig,
    "tapctl:namespace": "data",
    "tapctl:secrets": { "shop-password": { secure: "v1:abc:def" } },
  });
  const stack = await rendered(project, "--stack", "test");
  const over = await rendered(
    project,
    "--stack",
    "test",
    "--namespace",
    "etl",
    "--registry",
    "registry.example.com/own",
    "--base-image",
    "python:3.12-slim",
  );
  const [before, after] = [stack, over].map(({ templates, images }) => ({
    namespace: (templates[0]?.metadata as { readonly namespace: string }).namespace,
    images: Object.entries(images).map(([reference, { args }]) => [
      reference.replace(/-[0-9a-f]{12}$/, ""),
      args["BASE_IMAGE"],
    ]),
  }));
  assert.deepEqual(before, {
    namespace: "data",
    images: [
      ["registry.kube-system.svc:5000/etl/target-folder:0.1.0", "python:3.13-slim"],
      ["registry.kube-system.svc:5000/etl/target-warehouse:2.0.0", "python:3.13-slim"],
    ],
  });
  assert.deepEqual(after, {
    namespace: "etl",
    images: [
      ["registry.example.com/own/target-folder:0.1.0", "python:3.12-slim"],
      ["registry.example.com/own/target-warehouse:2.0.0", "python:3.12-slim"],
    ],
  });
  const text = JSON.stringify(over);
  for (const kept of [
    "ghcr.io/acme/runner:7",
    `ghcr.io/acme/tap-shop:1@${DIGEST}`,
    '"theirs"',
    "shop-password",
  ])
    assert.ok(text.includes(kept), kept);
  assert.doesNotMatch(text, /v1:abc|python:3\.13|registry\.kube-system/);
});

describe("render --stack: ECR", () => {
  const prod = configOf("Pulumi.prod.yaml");
  const aws = {
    region: "cn-north-1",
    ecr: { prefix: "data", existing: { "tap-shop": "shared/tap-shop" } },
  };

  test("render --stack: an ECR address consists of account and region", async (t) => {
    const { images } = await rendered(
      projectWith(t, { ...prod, "tapctl:aws": { ...aws, account: "123456789012" } }),
      "--stack",
      "test",
    );
    const HOST = "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn";
    assert.deepEqual(
      Object.keys(images).map((reference) => reference.slice(0, reference.lastIndexOf(":"))),
      [
        `${HOST}/data/singer-runner`,
        `${HOST}/shared/tap-shop`,
        `${HOST}/data/target-folder`,
        `${HOST}/data/target-warehouse`,
      ],
    );
  });

  test("render --stack: ECR without an account is an error, unless --registry is set", async (t) => {
    const project = projectWith(t, { ...prod, "tapctl:aws": aws });
    const { code, stderr } = await tapctl(project, ["render", "--stack", "test"]);
    assert.deepEqual(
      [code, stderr],
      [
        2,
        "tapctl:aws.account is not set, and the address of ECR contains it.\nSet it, or name a registry with --registry.\n",
      ],
    );
    const { images, templates } = await rendered(
      project,
      "--stack",
      "test",
      "--registry",
      "registry.example.com",
    );
    assert.match(Object.keys(images)[1] ?? "", /^registry\.example\.com\/tap-shop:/);
    assert.match(
      JSON.stringify(templates),
      /"eks\.amazonaws\.com\/skip-containers":"main,tap,target,fifo"/,
    );
  });
});

test("render --stack: two calls, also from a subfolder, write the same files", async (t) => {
  const project = makeProject(t, ARRAY);
  copyFileSync(join(REPOSITORY, "Pulumi.prod.yaml"), join(project, "Pulumi.prod.yaml"));
  const texts = [];
  for (const from of [project, join(project, "pipelines")]) {
    const out = mkdtempSync(join(tmpdir(), "render-"));
    t.after(() => rmSync(out, { recursive: true, force: true }));
    assert.equal((await tapctl(from, ["render", "--stack", "prod", "--out", out])).code, 0);
    const files = readdirSync(out, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    texts.push(files.map((file) => [file.slice(out.length), readFileSync(file, "utf8")]));
  }
  assert.equal(texts[0]?.length, 1 + 2 * pipelines.length);
  assert.deepEqual(texts[1], texts[0]);
});

test("render --stack: an unknown stack or invalid file is an error, and nothing is written", async (t) => {
  const project = projectWith(
    t,
    { "tapctl:namespace": "Data", "tapctl:scratch": { size: "20GB" } },
    "prod",
  );
  const out = join(project, "manifests");
  const cases = [
    ["staging", /^\S+Pulumi\.staging\.yaml does not exist\.\nChoose a stack with a file: prod\n$/],
    ["prud", /; did you mean "prod"\?\nChoose a stack with a file: prod\n$/],
    ["a/b", /^Invalid value for --stack: "a\/b"\.\n/],
    [
      "prod",
      /^2 problems in the configuration of the stack:\ntapctl:namespace: .*lowercase .*\ntapctl:scratch\.size: must be a number .*\n$/,
    ],
  ] as const;
  for (const [stack, message] of cases) {
    const { code, stdout, stderr } = await tapctl(project, [
      "render",
      "--stack",
      stack,
      "--out",
      out,
    ]);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, message);
  }
  assert.ok(!readdirSync(project).includes("manifests"));
});

test("render --stack: it loads neither Pulumi nor the AWS SDK", () => {
  const script = `
    const { settings } = require("./src/settings/stack-file").readStackFile(${JSON.stringify(REPOSITORY)}, "prod");
    const { pipelines } = require("./test/manifests/fixtures");
    const { images } = require("./src/manifests/render/render-stack").renderStack(pipelines, settings, { root: "." });
    console.log(JSON.stringify(Object.keys(images).length === 0 ? "nothing was rendered" : Object.keys(require.cache)));`;
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], {
    cwd: COMPILED,
    encoding: "utf8",
  });
  assert.notEqual(stdout, "", stderr);
  const packages = (JSON.parse(stdout) as readonly string[]).flatMap(
    (file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? [],
  );
  assert.deepEqual(
    [...new Set(packages)].filter((name) => /pulumi|aws|smithy|kubernetes/.test(name)),
    [],
  );
  assert.ok(packages.includes("zod"));
});
