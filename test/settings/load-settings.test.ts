import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { checkSettings, loadSettings } from "../../src/settings/load-settings";
import { settingKeys, settingsSchema } from "../../src/settings/schema";

/** The problems of a configuration, one a line. */
function problems(
  values: { readonly [key: string]: unknown },
  secrets?: unknown,
): readonly string[] {
  try {
    checkSettings(values, secrets);
  } catch (error) {
    return (error as Error).message.split("\n").slice(1);
  }
  return [];
}

const place = { region: "eu-central-1" };
const store = (over: object = {}) => ({
  kind: "aws",
  bucket: "etl",
  identity: { kind: "pod-identity", cluster: "etl" },
  ...over,
});

const cases: readonly (readonly [
  string,
  { readonly [key: string]: unknown },
  unknown,
  readonly string[],
])[] = [
  [
    "a name with capitals",
    { namespace: "Data" },
    undefined,
    [
      'tapctl:namespace: must be at most 63 lowercase letters, digits and "-", starting and ending with a letter or digit',
    ],
  ],
  [
    "an unknown setting",
    { argo: { chart: { verison: "1" } } },
    undefined,
    ['tapctl:argo.chart.verison: is not a setting; did you mean "version"?'],
  ],
  [
    "an unknown setting of the stack",
    { monitring: true },
    undefined,
    ['tapctl:monitring: is not a setting; did you mean "monitoring"?'],
  ],
  [
    "an unknown setting of the stack without a similar one",
    { somethingElse: "x" },
    undefined,
    ["tapctl:somethingElse: is not a setting"],
  ],
  [
    "a number in place of text",
    { argo: { chart: { version: 1 } } },
    undefined,
    ["tapctl:argo.chart.version: Invalid input: expected string, received number"],
  ],
  [
    "text for a truth value",
    { monitoring: "on" },
    undefined,
    ["tapctl:monitoring: Invalid input: expected boolean, received string"],
  ],
  [
    "an unknown kind of store",
    { objectStore: { kind: "gcs" } },
    undefined,
    ["tapctl:objectStore.kind: Invalid discriminator value. Expected 'minio' | 's3' | 'aws'"],
  ],
  [
    "an unknown setting of monitoring",
    { monitoring: { failures: 3 } },
    undefined,
    ["tapctl:monitoring.failures: is not a setting"],
  ],
  [
    "an invalid number of failures",
    { monitoring: { failuresInARow: 0 } },
    undefined,
    ["tapctl:monitoring.failuresInARow: Too small: expected number to be >=1"],
  ],
  [
    "an invalid percentage",
    { monitoring: { freeSpacePercent: 99 } },
    undefined,
    ["tapctl:monitoring.freeSpacePercent: Too big: expected number to be <=90"],
  ],
  [
    "a store without a kind that cannot be MinIO",
    { objectStore: { endpoint: "s3.example.com", bucket: "etl" } },
    undefined,
    ["tapctl:objectStore.kind: Invalid discriminator value. Expected 'minio' | 's3' | 'aws'"],
  ],
  [
    "an error in a store without a kind",
    { objectStore: { imgae: "minio:1" } },
    undefined,
    ['tapctl:objectStore.imgae: is not a setting; did you mean "image"?'],
  ],
  [
    "a size in decimal units",
    { objectStore: { kind: "minio", size: "20GB" } },
    undefined,
    ['tapctl:objectStore.size: must be a number with a unit of Ki, Mi, Gi or Ti, such as "512Mi"'],
  ],
  [
    "an endpoint with a protocol",
    { objectStore: { kind: "s3", bucket: "etl", endpoint: "https://s3", credentials: "ambient" } },
    undefined,
    [
      'tapctl:objectStore.endpoint: must be a host with an optional port, such as "minio.example.com:9000"',
    ],
  ],
  [
    "a user without password",
    { registry: { username: "bot" } },
    undefined,
    ["tapctl:registry: username and password must be set together"],
  ],
  [
    "an unknown platform",
    { images: { platforms: ["amd64"] } },
    undefined,
    ['tapctl:images.platforms[0]: must be a platform such as "linux/amd64"'],
  ],
  [
    "a password of a key that is in a key management service",
    {
      images: {
        signing: { key: "awskms:///alias/images", password: "key", publicKey: "cosign.pub" },
      },
    },
    { key: "x" },
    ["tapctl:images.signing: password needs a key that is a secret"],
  ],
  [
    "a key of an unknown service",
    { images: { signing: { key: "kms://images", publicKey: "cosign.pub" } } },
    undefined,
    [
      'tapctl:images.signing.key: must be the name of a secret, or a key in a key management service, such as "awskms:///alias/images"',
    ],
  ],
  [
    "a signing key that is not set",
    { images: { signing: { key: "image-key", publicKey: "cosign.pub" } } },
    {},
    [
      'tapctl:images.signing.key: secret "image-key" is not set',
      `Set the secret with: pulumi config set --secret --path 'tapctl:secrets["image-key"]'`,
    ],
  ],
  [
    "too many tries",
    { defaults: { retries: { limit: 11 } } },
    undefined,
    ["tapctl:defaults.retries.limit: Too big: expected number to be <=10"],
  ],
  [
    "a duration without a unit",
    { defaults: { deadline: "90" } },
    undefined,
    [
      'tapctl:defaults.deadline: must be a positive number with a unit of s, m, h or d, such as "90m"',
    ],
  ],
  [
    'a store of kind "aws" without AWS settings',
    { objectStore: store() },
    undefined,
    ['tapctl:aws: is required for objectStore.kind "aws", with at least a region'],
  ],
  [
    "unused AWS settings",
    { aws: place },
    undefined,
    ['tapctl:aws: is not used. Set objectStore.kind to "aws" or aws.ecr, or remove it'],
  ],
  [
    "an invalid region",
    { aws: { region: "Frankfurt", ecr: {} } },
    undefined,
    ['tapctl:aws.region: must be a region, such as "eu-central-1"'],
  ],
  [
    "an account as a number",
    { aws: { ...place, account: 123456789012, ecr: {} } },
    undefined,
    ["tapctl:aws.account: Invalid input: expected string, received number"],
  ],
  [
    "an account that is too short",
    { aws: { ...place, account: "12345", ecr: {} } },
    undefined,
    ['tapctl:aws.account: must be the 12 digits of an account id, as text, such as "123456789012"'],
  ],
  [
    "a prefix with capitals",
    { aws: { ...place, ecr: { prefix: "Data" } } },
    undefined,
    [
      'tapctl:aws.ecr.prefix: must be lowercase letters and digits, separated by single "." "_" "-" or "/", such as "data/tap-postgres"',
    ],
  ],
  [
    "a registry together with ECR",
    { aws: { ...place, ecr: {} }, registry: { address: "registry.example.com" } },
    undefined,
    [
      "tapctl:registry: cannot be combined with aws.ecr, which sends images to ECR. Remove one of them",
    ],
  ],
  [
    "a bucket with a dot",
    { aws: place, objectStore: store({ bucket: "etl.example.com" }) },
    undefined,
    [
      'tapctl:objectStore.bucket: must be a bucket name: 3 to 63 lowercase letters, digits and "-"; "." does not work with TLS',
    ],
  ],
  [
    "the alias of a key",
    { aws: place, objectStore: store({ kmsKey: "alias/etl" }) },
    undefined,
    [
      'tapctl:objectStore.kmsKey: must be the ARN of a key, not of an alias, such as "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"',
    ],
  ],
  [
    "a key of another region and account",
    {
      aws: { ...place, account: "210987654321" },
      objectStore: store({ kmsKey: "arn:aws:kms:us-west-2:123456789012:key/1" }),
    },
    undefined,
    [
      "tapctl:objectStore.kmsKey: is in region us-west-2, but aws.region is eu-central-1",
      "tapctl:objectStore.kmsKey: is in account 123456789012, but aws.account is 210987654321",
    ],
  ],
  [
    "a missing identity",
    { aws: place, objectStore: { kind: "aws", bucket: "etl" } },
    undefined,
    ["tapctl:objectStore.identity: Invalid input: expected object, received undefined"],
  ],
  [
    "an unknown identity",
    { aws: place, objectStore: store({ identity: { kind: "kiam" } }) },
    undefined,
    [
      "tapctl:objectStore.identity.kind: Invalid discriminator value. Expected 'pod-identity' | 'irsa'",
    ],
  ],
  [
    "an invalid cluster name",
    { aws: place, objectStore: store({ identity: { kind: "pod-identity", cluster: "a/b" } }) },
    undefined,
    ["tapctl:objectStore.identity.cluster: must be the name of an EKS cluster"],
  ],
  [
    "an issuer instead of a provider",
    {
      aws: place,
      objectStore: store({
        identity: { kind: "irsa", oidcProvider: "oidc.eks.eu-central-1.amazonaws.com/id/1" },
      }),
    },
    undefined,
    [
      'tapctl:objectStore.identity.oidcProvider: must be the ARN of an OIDC provider, such as "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/0123ABCD"',
    ],
  ],
  [
    "a provider of another region",
    {
      aws: place,
      objectStore: store({
        identity: {
          kind: "irsa",
          oidcProvider:
            "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/1",
        },
      }),
    },
    undefined,
    [
      "tapctl:objectStore.identity.oidcProvider: is in region us-west-2, but aws.region is eu-central-1",
    ],
  ],
  [
    "an unknown kind of channel",
    { notifications: { channels: [{ kind: "slak" }] } },
    undefined,
    [
      'tapctl:notifications.channels: [0].kind "slak": must be "slack" or "teams" or "pagerduty" or "opsgenie" or "email" or "webhook"; did you mean "slack"?',
    ],
  ],
  [
    "the URL of a channel instead of a secret",
    { notifications: { channels: [{ kind: "slack", webhook: "https://hooks.slack.com/x" }] } },
    undefined,
    [
      'tapctl:notifications.channels: [0].webhook must be the name of a secret: lowercase letters, digits, "-", "_" and "."',
    ],
  ],
  [
    "a channel whose secret is not set",
    { notifications: { channels: [{ kind: "slack", webhook: "team" }] } },
    {},
    [
      `tapctl:notifications.channels[0].webhook: secret "team" is not set`,
      `Set the secret with: pulumi config set --secret --path 'tapctl:secrets["team"]'`,
    ],
  ],
  [
    "a secret that is not set",
    { notifications: { webhook: "channel" } },
    {},
    [
      `tapctl:notifications.webhook: secret "channel" is not set`,
      `Set the secret with: pulumi config set --secret --path 'tapctl:secrets["channel"]'`,
    ],
  ],
  [
    "a secret that is a number",
    {},
    { pin: 1234 },
    ['tapctl:secrets["pin"]: must be text. Quote a password that is a number'],
  ],
  [
    "secrets that are text",
    {},
    "pw",
    [
      "tapctl:secrets: must be an object with text values",
      `Set the secret with: pulumi config set --secret --path 'tapctl:secrets["NAME"]'`,
    ],
  ],
];

for (const [name, values, secrets, expected] of cases) {
  test(`settings: ${name} is rejected`, () =>
    assert.deepEqual(problems(values, secrets), expected));
}

test("settings: an unknown one is rejected, and keys of other projects are ignored", () => {
  const before = pulumi.runtime.allConfig();
  try {
    pulumi.runtime.setAllConfig(
      {
        "tapctl:namespace": "etl",
        "tapctl:monitring": "true",
        "tapctl:secrets": '{"a":"b"}',
        "other:monitring": "true",
        "tapctlx:monitring": "true",
      },
      ["tapctl:secrets"],
    );
    assert.throws(() => loadSettings(new pulumi.Config("tapctl")), {
      name: "UserError",
      message:
        '1 problem in the configuration of the stack:\ntapctl:monitring: is not a setting; did you mean "monitoring"?',
    });
    pulumi.runtime.setAllConfig(
      { "tapctl:namespace": "etl", "tapctl:secrets": '{"a":"b"}', "other:monitring": "true" },
      ["tapctl:secrets"],
    );
    assert.equal(loadSettings(new pulumi.Config("tapctl")).namespace, "etl");
  } finally {
    pulumi.runtime.setAllConfig(before);
  }
});

test("settings: all problems are reported at once", () => {
  assert.equal(problems({ namespace: "A", argo: { bla: 1 }, monitoring: 1 }, { pin: 1 }).length, 4);
});

test("settings: an issuer outside EKS, and ECR with MinIO, are valid", () => {
  assert.deepEqual(
    problems({
      aws: place,
      objectStore: store({
        identity: {
          kind: "irsa",
          oidcProvider: "arn:aws:iam::123456789012:oidc-provider/issuer.example.com",
        },
      }),
    }),
    [],
  );
  assert.deepEqual(problems({ aws: { ...place, ecr: {} } }), []);
});

test("settings: none is required", () => {
  const settings = checkSettings({}, undefined);
  assert.equal(settings.namespace, "pipelines");
  assert.equal(settings.objectStore.kind, "minio");
  assert.deepEqual(checkSettings({ objectStore: {}, aws: {}, argo: {} }, undefined), settings);
  assert.deepEqual(checkSettings({ objectStore: { size: "20Gi" } }, undefined), settings);
});

test("settings: monitoring is off, on with defaults, or an object", () => {
  const monitoring = (value: unknown) => checkSettings({ monitoring: value }, undefined).monitoring;
  assert.equal(monitoring(undefined), false);
  assert.deepEqual(monitoring(true), {
    labels: {},
    prometheusNamespace: "monitoring",
    alertLabels: {},
    failuresInARow: 3,
    freeSpacePercent: 10,
    runbook: "docs/runbook.md",
  });
  assert.deepEqual(monitoring({}), monitoring(true));
});

test("Pulumi.yaml: it describes the same keys with the same defaults", () => {
  const { config } = parse(readFileSync(join(__dirname, "..", "..", "Pulumi.yaml"), "utf8")) as {
    readonly config: {
      readonly [key: string]: { readonly description?: string; readonly default: unknown };
    };
  };
  assert.deepEqual(Object.keys(config).sort(), [...settingKeys].sort());
  const defaults = Object.fromEntries(
    Object.entries(config).map(([key, { default: value }]) => [key, value]),
  );
  assert.deepEqual(checkSettings(defaults, undefined), settingsSchema.parse({}));
  for (const [key, { description }] of Object.entries(config))
    assert.ok(description, `${key} has no description`);
});
