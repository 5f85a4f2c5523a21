import assert from "node:assert/strict";
import { test } from "node:test";
import { registryOf } from "../../components/images/image-registry";
import { checkSettings } from "../../src/settings/load-settings";
import { settingsSchema } from "../../src/settings/schema";
import { requireSecret, secretSettings } from "../../src/settings/secrets";

const settings = {
  argo: {
    workflowArchive: {
      kind: "postgresql",
      host: "db",
      database: "argo",
      user: "argo",
      password: "archive",
    },
  },
  objectStore: {
    kind: "s3",
    bucket: "data",
    credentials: { accessKey: "s3-access", secretKey: "s3-secret" },
  },
  registry: { address: "registry.example.com", username: "ci", password: "registry" },
  images: { git: { tokens: { "github.com": "github-token" } } },
  lineage: { openlineage: { url: "https://marquez.example.com", apiKey: "marquez" } },
  telemetry: {
    endpoint: "https://otlp.example.com",
    headers: { Authorization: { secret: "otlp" }, "x-team": "data" },
  },
  notifications: {
    webhook: "channel",
    channels: [
      { kind: "slack", webhook: "slack" },
      { kind: "webhook", url: "hook", headers: { Authorization: { secret: "token" } } },
    ],
  },
};

const NAMED = [
  { path: "argo.workflowArchive.password", secret: "archive" },
  { path: "objectStore.credentials.accessKey", secret: "s3-access" },
  { path: "objectStore.credentials.secretKey", secret: "s3-secret" },
  { path: "registry.password", secret: "registry" },
  { path: "images.git.tokens.github.com", secret: "github-token" },
  { path: "notifications.webhook", secret: "channel" },
  { path: "notifications.channels[0].webhook", secret: "slack" },
  { path: "notifications.channels[1].url", secret: "hook" },
  { path: "notifications.channels[1].headers.Authorization", secret: "token" },
  { path: "lineage.openlineage.apiKey", secret: "marquez" },
  { path: "telemetry.headers.Authorization.secret", secret: "otlp" },
];

test("secrets: settings that name one are found in the schema", () => {
  assert.deepEqual(secretSettings(settingsSchema, settingsSchema.parse(settings)), NAMED);
});

test("secrets: every setting that names a missing secret is reported", () => {
  assert.throws(
    () => checkSettings(settings, {}),
    (error: Error) => {
      for (const { path, secret } of NAMED)
        assert.ok(error.message.includes(`tapctl:${path}: secret "${secret}" is not set`), path);
      return true;
    },
  );
});

test("secrets: the error for a missing secret has the command that sets it", () => {
  assert.throws(() => requireSecret({}, "registry"), {
    name: "UserError",
    problem: 'secret "registry" is not set',
    fix: `Set the secret with: pulumi config set --secret --path 'tapctl:secrets["registry"]'`,
  });
});

test("secrets: a registry never gets an empty password", () => {
  const { registry } = settingsSchema.parse(settings);
  assert.throws(() => registryOf(registry, {}), /secret "registry" is not set/);
});
