import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pipelines as fixtures } from "../manifests/fixtures";
import { assertGolden } from "../manifests/golden";
import type { PipelineEntry } from "../../src/model/define";
import { once } from "../support/once";
import { goldenText, recordStack } from "../support/stack";
import { ACCOUNT, answers, prodConfig } from "../support/stack-prod";
import { only } from "../support/record";
import { COMPILED } from "../support/command";

const ROOT = join(__dirname, "..", "..");

const pipelines: readonly PipelineEntry[] = fixtures.map((entry) =>
  entry.name === "orders" ? { ...entry, role: "own" as const } : entry,
);

/** The stack, recorded once for all its tests. */
const prodStack = once(() => recordStack(pipelines, prodConfig(), answers));

describe("stack of Pulumi.prod.yaml", () => {
  test("stack of Pulumi.prod.yaml: its resources equal the golden file", async () => {
    assertGolden("stack-prod.yaml", goldenText(await prodStack()));
  });

  test("stack of Pulumi.prod.yaml: a preview registers the same resources", async () => {
    assert.deepEqual(
      (await recordStack(pipelines, prodConfig(), { ...answers, preview: true })).map(
        ({ urn }) => urn,
      ),
      (await prodStack()).map(({ urn }) => urn),
    );
  });

  test("stack of Pulumi.prod.yaml: the cluster has no key of the bucket and no secret in plain text", async () => {
    const stack = await prodStack();
    const repository = only(stack, "kubernetes:core/v1:ConfigMap", "artifact-repository").inputs[
      "data"
    ] as { readonly [key: string]: string };
    assert.match(repository["singer"] ?? "", /"useSDKCreds": true/);
    assert.equal(
      stack.some(
        ({ type, name }) => type === "kubernetes:core/v1:Secret" && name === "artifact-repository",
      ),
      false,
    );
    for (const { urn, inputs } of stack) {
      const plain = JSON.stringify(inputs, (_, value: unknown) =>
        typeof value === "object" && value !== null && "secret" in value ? "hidden" : value,
      );
      assert.doesNotMatch(plain, /value-of-/, urn);
    }
  });

  const irsa = {
    "tapctl:objectStore": JSON.stringify({
      kind: "aws",
      bucket: "example-etl",
      identity: {
        kind: "irsa",
        oidcProvider: `arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/0123ABCD`,
      },
    }),
  };

  test("stack of Pulumi.prod.yaml: with IRSA, ServiceAccounts are annotated with their roles", async () => {
    const stack = await recordStack(pipelines, { ...prodConfig(), ...irsa }, answers);
    const roles = ["singer", "pipeline-orders", "singer-executor"].map(
      (account) =>
        (
          only(stack, "kubernetes:core/v1:ServiceAccount", account).inputs["metadata"] as {
            readonly annotations?: object;
          }
        ).annotations,
    );
    assert.deepEqual(roles, [
      { "eks.amazonaws.com/role-arn": `arn:aws:iam::${ACCOUNT}:role/all_pipelines` },
      { "eks.amazonaws.com/role-arn": `arn:aws:iam::${ACCOUNT}:role/orders` },
      undefined,
    ]);
  });

  test('stack of Pulumi.prod.yaml: a pipeline with role "own" runs as its own ServiceAccount', async () => {
    const account = async (name: string) =>
      (
        only(await prodStack(), "kubernetes:argoproj.io/v1alpha1:CronWorkflow", name).inputs[
          "spec"
        ] as { readonly workflowSpec: { readonly serviceAccountName?: string } }
      ).workflowSpec.serviceAccountName;
    assert.deepEqual(
      [await account("orders"), await account("events")],
      ["pipeline-orders", undefined],
    );
  });

  test("stack of Pulumi.prod.yaml: without networkPolicy, there is no network policy", async () => {
    const stack = await recordStack(
      pipelines,
      { ...prodConfig(), "tapctl:networkPolicy": "false" },
      answers,
    );
    assert.deepEqual(
      stack.filter(({ type }) => type.endsWith(":NetworkPolicy")),
      [],
    );
  });

  test("stack of Pulumi.prod.yaml: a network policy blocks the nodes' metadata service", async () => {
    const { spec } = only(
      await prodStack(),
      "kubernetes:networking.k8s.io/v1:NetworkPolicy",
      "pipelines-blocked-networks",
    ).inputs as {
      readonly spec: { readonly egress: readonly { readonly to: readonly object[] }[] };
    };
    assert.deepEqual(spec.egress[0]?.to, [
      { namespaceSelector: {} },
      { ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] } },
      { ipBlock: { cidr: "::/0", except: ["fd00:ec2::254/128"] } },
    ]);
  });
});

describe("AWS modules", () => {
  /** The packages that stacks load, sequentially in a separate process. */
  function loaded(...configs: readonly { readonly [key: string]: string }[]): readonly string[] {
    const script = `
      const pulumi = require("@pulumi/pulumi");
      (async () => {
        for (const config of ${JSON.stringify(configs)}) {
          pulumi.runtime.setAllConfig(config);
          pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: ({ inputs }) => ({ ...inputs, proxyEndpoint: "https://x" }) }, "tapctl", "test");
          require("./components/stack").deploy(require("./src/settings/load-settings").loadSettings(), []);
          await pulumi.runtime.disconnect();
        }
        console.log(JSON.stringify(Object.keys(require.cache)));
      })();`;
    const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], {
      cwd: COMPILED,
      encoding: "utf8",
    });
    assert.notEqual(stdout, "", stderr);
    return JSON.parse(stdout) as readonly string[];
  }
  const ofAws = (files: readonly string[]) =>
    files.filter((file) => /@pulumi\/aws\/|@aws-sdk\/|@smithy\/|components\/aws\//.test(file));

  test("AWS modules: a stack without AWS loads none", () => {
    assert.deepEqual(
      ofAws(
        loaded(
          {},
          {
            "tapctl:objectStore": JSON.stringify({
              kind: "s3",
              bucket: "etl",
              credentials: "ambient",
            }),
          },
        ),
      ),
      [],
    );
  });

  test("AWS modules: a stack on AWS loads only those that it needs", () => {
    const files = ofAws(loaded(prodConfig()));
    assert.ok(files.some((file) => file.endsWith("@pulumi/aws/s3/bucket.js")));
    for (const whole of [
      "@pulumi/aws/index.js",
      "@pulumi/aws/s3/index.js",
      "@pulumi/aws/iam/index.js",
      "@pulumi/aws/ecr/index.js",
    ])
      assert.equal(
        files.some((file) => file.endsWith(whole)),
        false,
        whole,
      );
  });

  test("AWS modules: a stack without AWS does not type-check them", () => {
    const { stdout } = spawnSync(
      process.execPath,
      [
        "node_modules/@typescript/native/bin/tsc",
        "-p",
        "test/components/tsconfig.stack.json",
        "--listFilesOnly",
      ],
      { cwd: ROOT, encoding: "utf8" },
    );
    assert.match(stdout, /\/stack\.ts\n/);
    assert.deepEqual(ofAws(stdout.split("\n")), []);
  });
});
