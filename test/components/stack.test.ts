import assert from "node:assert/strict";
import { test } from "node:test";
import { secret } from "../../src/model/connector-settings";
import type { PipelineEntry } from "../../src/model/define";
import { loadSettings } from "../../src/settings/load-settings";
import { deploy } from "../../components/stack";
import { assertGolden } from "../manifests/golden";
import { pipelines } from "../manifests/fixtures";
import { once } from "../support/once";
import { only, record, type Registration } from "../support/record";
import { goldenText, recordStack } from "../support/stack";
import { fullConfig } from "../support/stack-full";

const byUrn = (registrations: readonly Registration[]) =>
  new Map(registrations.map((one) => [one.urn, JSON.stringify(one)]));

/** Stacks of several tests, each recorded once. */
const stacks = {
  default: once(() => recordStack(pipelines)),
  full: once(() => recordStack(pipelines, fullConfig)),
};

test("default stack: its resources equal the golden file", async () => {
  assertGolden("stack-default.yaml", goldenText(await stacks.default()));
});

test("stack with every setting: its resources equal the golden file", async () => {
  assertGolden("stack-full.yaml", goldenText(await stacks.full()));
});

for (const [name, config] of [
  ["default", {}],
  ["full", fullConfig],
] as const) {
  test(`${name} stack: preview and up register the same resources`, async () => {
    const up = await stacks[name]();
    const preview = await recordStack(pipelines, config, { preview: true });
    assert.deepEqual(
      preview.map(({ urn }) => urn),
      up.map(({ urn }) => urn),
    );
  });

  test(`${name} stack: no secret is in plain text`, async () => {
    for (const { urn, inputs } of await stacks[name]()) {
      const plain = JSON.stringify(inputs, (_, value: unknown) =>
        typeof value === "object" && value !== null && "secret" in value ? "hidden" : value,
      );
      assert.doesNotMatch(plain, /value-of-|made-up-for-/, urn);
    }
  });
}

test("stack: secrets reach the resources that need them", async () => {
  const stack = await stacks.default();
  const { stringData } = only(stack, "kubernetes:core/v1:Secret", "orders").inputs as {
    readonly stringData: { readonly secret: { readonly [key: string]: string } };
  };
  assert.match(stringData.secret["tap-config.json"] ?? "", /"password": "value-of-shop-password"/);
  assert.doesNotMatch(stringData.secret["target-config.json"] ?? "", /value-of/);
  assert.equal(stringData.secret["webhook"], "value-of-orders-channel");
});

test("stack: a secret in a store becomes an ExternalSecret that the update waits for, and pods mount its Secret", async () => {
  const externalSecret = { store: "vault", key: "shop/db", property: "password" };
  const entry: PipelineEntry = {
    kind: "job",
    name: "greet",
    schedule: "0 * * * *",
    image: "example.com/greet:1",
    command: ["greet"],
    env: { TOKEN: secret("shop-token", { externalSecret }) },
  };
  const stack = await recordStack([entry, { ...entry, name: "again" }]);
  const { inputs } = only(stack, "kubernetes:external-secrets.io/v1:ExternalSecret");
  assert.deepEqual(inputs, {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: {
      name: "shop-token-external",
      namespace: "pipelines",
      labels: { "app.kubernetes.io/managed-by": "tapctl" },
      annotations: { "pulumi.com/waitFor": "condition=Ready", "pulumi.com/timeoutSeconds": "60" },
    },
    spec: {
      refreshInterval: "5m",
      secretStoreRef: { kind: "ClusterSecretStore", name: "vault" },
      target: { name: "shop-token-external" },
      data: [{ secretKey: "value", remoteRef: { key: "shop/db", property: "password" } }],
    },
  });
  const cron = only(stack, "kubernetes:argoproj.io/v1alpha1:CronWorkflow", "greet");
  assert.match(
    JSON.stringify(cron.inputs),
    /secretKeyRef\\":\{\\"name\\":\\"shop-token-external\\",\\"key\\":\\"value\\"/,
  );
});

test("stack: the notifier's Secret has the channels with their secrets, the webhook first", async () => {
  const stack = await stacks.full();
  const { stringData } = only(stack, "kubernetes:core/v1:Secret", "notifications").inputs as {
    readonly stringData: { readonly secret: { readonly [key: string]: string } };
  };
  assert.equal(stringData.secret["url"], "value-of-channel");
  assert.deepEqual(JSON.parse(stringData.secret["channels.json"] ?? ""), [
    { kind: "webhook", url: "value-of-channel" },
    { kind: "slack", webhook: "value-of-slack" },
    {
      kind: "email",
      host: "smtp.example.com",
      user: "etl",
      password: "value-of-smtp",
      from: "Data <data@example.com>",
      to: ["oncall@example.com"],
    },
  ]);
});

test("stack: another pipeline adds at most three resources and changes no other", async () => {
  const all = byUrn(await stacks.default());
  for (const [index, entry] of pipelines.entries()) {
    const without = byUrn(await recordStack(pipelines.filter((_, other) => other !== index)));
    const added = [...all.keys()].filter((urn) => !without.has(urn));
    // A connector that no other pipeline uses adds its image.
    const own = added.filter((urn) => !urn.includes("ConnectorImage"));
    assert.ok(own.length >= 2 && own.length <= 3, `${entry.name}: ${own.join(", ")}`);
    for (const [urn, registration] of without) assert.equal(all.get(urn), registration, urn);
  }
});

test("stack: the order of the array does not matter", async () => {
  assert.deepEqual(
    byUrn(await recordStack([...pipelines].reverse())),
    byUrn(await stacks.default()),
  );
});

test("stack: a changed schedule is one change, described in words", async () => {
  const [first, ...rest] = pipelines;
  const before = byUrn(await stacks.default());
  const after = await recordStack([{ ...first, schedule: "5 5 * * *" } as PipelineEntry, ...rest]);
  const changed = after.filter((one) => before.get(one.urn) !== JSON.stringify(one));
  assert.deepEqual(changed.map(({ type }) => type).sort(), [
    "kubernetes:argoproj.io/v1alpha1:CronWorkflow",
    "tapctl:index:Pipeline",
  ]);
  assert.equal(
    only(changed, "tapctl:index:Pipeline").inputs["schedule"],
    "at 05:05, every day (Europe/Berlin)",
  );
});

test("stack: invalid pipelines are rejected before anything is registered", async () => {
  const refused = async (
    entries: readonly PipelineEntry[],
    config: { readonly [key: string]: string },
    message: RegExp,
  ) => {
    let thrown: unknown;
    const found = await record(
      () => {
        try {
          deploy(loadSettings(), entries);
        } catch (error) {
          thrown = error;
        }
      },
      { config },
    );
    assert.match((thrown as Error | undefined)?.message ?? "nothing was refused", message);
    assert.deepEqual(found, []);
  };
  await refused(
    [{ ...(pipelines[4] as PipelineEntry), schedule: "0 25 * * *" }],
    {},
    /pipelines\[0\] "tidy": schedule "0 25 \* \* \*": hour 25 is outside 0-23/,
  );
  await refused(
    pipelines,
    {},
    /secrets are missing:\n.*pipelines\[0\] "orders": secret "shop-password" is not set\n.*Set each secret with: pulumi config set --secret/s,
  );
  await refused(
    [],
    { "tapctl:namespace": "Not A Name" },
    /tapctl:namespace: must be at most 63 lowercase letters/,
  );
  await refused(
    [],
    { "tapctl:certificateAuthority": "no-such-file.pem" },
    /no-such-file\.pem cannot be read/,
  );
});
