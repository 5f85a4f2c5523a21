import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deploy } from "../../../components/stack";
import { completeStack, imagesOf } from "../../../src/manifests/complete/complete-stack";
import {
  settingsWithReferences,
  withReferences,
} from "../../../src/manifests/complete/secret-references";
import { knownAws } from "../../../src/manifests/aws/known";
import { readBuildContext } from "../../../src/manifests/images/build-context";
import { taggedReference } from "../../../src/manifests/images/image";
import { stackOrigins } from "../../../src/manifests/images/image-builds";
import { pullRepositories } from "../../../src/common/registry/repositories";
import { secret } from "../../../src/model/connector-settings";
import { isReplication, type PipelineEntry } from "../../../src/model/define";
import { readCertificates } from "../../../src/settings/certificate-authority";
import { readPublicKey } from "../../../src/settings/public-key";
import { loadSettings, type Settings } from "../../../src/settings/load-settings";
import { record, type Registration, type RecordOptions } from "../../support/record";
import { configOf, secretConfig } from "../../support/stack";
import { fullConfig } from "../../support/stack-full";
import { answers, prodConfig } from "../../support/stack-prod";
import { pipelines as fixtures } from "../fixtures";

const externalSecret = { store: "vault", key: "shop/db" };

/** The fixtures, with a salt, a secret in a store, channels and a role of its own. */
const entries: readonly PipelineEntry[] = fixtures.map((entry) =>
  entry.name === "orders" && isReplication(entry)
    ? {
        ...entry,
        role: "own",
        maskSalt: secret("table-token"),
        notifications: { channels: [{ kind: "slack", webhook: secret("slack") }] },
      }
    : isReplication(entry)
      ? entry
      : { ...entry, env: { ...entry.env, STORED: secret("stored", { externalSecret }) } },
);

type Config = { readonly [key: string]: string };

const stacks: {
  readonly [name: string]: { readonly config: Config; readonly options?: RecordOptions };
} = {
  "without settings": { config: {} },
  "of Pulumi.dev.yaml": { config: configOf("Pulumi.dev.yaml") },
  "of Pulumi.prod.yaml": { config: prodConfig(), options: answers },
  "with every setting": { config: fullConfig },
  "with monitoring, lineage, a webhook and MinIO without a volume": {
    config: {
      "tapctl:monitoring": "true",
      "tapctl:objectStore": JSON.stringify({ kind: "minio", persistent: false }),
      "tapctl:lineage": JSON.stringify({
        openlineage: { url: "https://marquez.example.com", apiKey: "slack" },
      }),
      "tapctl:notifications": JSON.stringify({ webhook: "channel" }),
      "tapctl:telemetry": JSON.stringify({
        endpoint: "http://collector.monitoring:4318",
        headers: { Authorization: { secret: "slack" }, "X-Scope": "etl" },
      }),
      "tapctl:podSecurity": "baseline",
    },
  },
  "with an existing Argo, existing buckets and no network policies": {
    config: {
      "tapctl:argo": JSON.stringify({ install: false }),
      "tapctl:objectStore": JSON.stringify({
        kind: "s3",
        bucket: "etl",
        credentials: "ambient",
        addressing: "path",
      }),
      "tapctl:networkPolicy": "false",
    },
  },
};

/** The objects of a stack that is deployed with references instead of values. */
async function deployedObjects(config: Config, options: RecordOptions = {}) {
  let settings: Settings | undefined;
  const registrations = await record(
    () => {
      settings = loadSettings();
      return deploy(settingsWithReferences(settings), entries.map(withReferences));
    },
    {
      config: { ...config, ...secretConfig },
      secretKeys: ["tapctl:secrets"],
      outputs: ({ type, name }) => ({
        ...(type === "docker-build:index:Image" && { digest: `sha256:${"0".repeat(64)}` }),
        ...(type.endsWith(":RandomPassword") && { result: `made-up-for-${name}` }),
      }),
      ...options,
    },
  );
  assert.ok(settings);
  return { settings, registrations };
}

function rendered(settings: Settings) {
  const context = readBuildContext(settings.images.baseImage);
  const { runner, of, console: ofConsole } = stackOrigins(entries, context, settings);
  const { pullRepository = pullRepositories(settings.registry) } = knownAws(settings, entries);
  const certificates = readCertificates(settings.certificateAuthority);
  return completeStack({
    stack: "test",
    settings,
    entries,
    images: {
      ...imagesOf(taggedReference(pullRepository, runner), (connector) =>
        taggedReference(pullRepository, of(connector)),
      ),
      ...(ofConsole && { console: taggedReference(pullRepository, ofConsole) }),
    },
    ...(certificates !== undefined && { certificates }),
    ...(settings.images.signing && { publicKey: readPublicKey(settings.images.signing) }),
  });
}

interface Plain {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly type?: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly stringData?: object;
}

const isKubernetes = ({ type }: Registration) =>
  type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm");

const keyOf = ({ kind, metadata }: Plain) =>
  `${kind} ${metadata.namespace ?? "-"}/${metadata.name}`;

const byKey = (objects: readonly object[]) =>
  Object.fromEntries(
    (objects as readonly Plain[])
      .map((object) => [keyOf(object), object] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );

/** Without what only the engine needs, what only a registry knows and the marks of secrets. */
function comparable(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/@sha256:[0-9a-f]{64}/g, "");
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  if ("secret" in value && Object.keys(value).length === 1) return comparable(value.secret);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith("pulumi.com/"))
      .map(([key, item]) => [key, comparable(item)] as const)
      .filter(([key, item]) => key !== "annotations" || Object.keys(item as object).length > 0),
  );
}

const hasValue = (object: unknown) => /value-of-|made-up-for-/.test(JSON.stringify(object));

describe("complete stack: the same objects as the deployed stack", () => {
  for (const [name, { config, options }] of Object.entries(stacks))
    test(`complete stack: a stack ${name}`, async () => {
      const { settings, registrations } = await deployedObjects(config, options);
      const { charts, secrets, pipelines, namespaces, templates, monitoring, ...others } =
        rendered(settings);
      const objects = [
        ...namespaces,
        ...others.settings,
        ...templates,
        ...monitoring,
        ...pipelines.flatMap((pipeline) => pipeline.objects),
      ];
      const deployed = registrations.filter(isKubernetes).map(({ inputs }) => inputs);
      const withValues = deployed.filter(hasValue).map(comparable) as readonly Plain[];

      assert.deepEqual(
        comparable(byKey(objects)),
        comparable(byKey(deployed.filter((object) => !hasValue(object)))),
      );
      assert.deepEqual(
        secrets
          .map(({ namespace, name: secretName, type, data }) => [
            namespace,
            secretName,
            type,
            Object.keys(data).sort(),
          ])
          .filter(([, secretName]) => secretName !== "stack-secrets")
          .sort(),
        withValues
          .map(({ metadata, type = "Opaque", stringData }) => [
            metadata.namespace,
            metadata.name,
            type,
            Object.keys(stringData ?? {}).sort(),
          ])
          .sort(),
      );
      assert.deepEqual(
        charts.map(({ releaseName, namespace, chart, values }) => [
          releaseName,
          namespace,
          chart.name,
          chart.version,
          chart.repository,
          values,
        ]),
        registrations
          .filter(({ type }) => type === "kubernetes:helm.sh/v3:Release")
          .map(({ inputs }) => [
            inputs["name"],
            inputs["namespace"],
            inputs["chart"],
            inputs["version"],
            (inputs["repositoryOpts"] as { readonly repo: string }).repo,
            inputs["values"],
          ])
          .sort(([one], [other]) => (String(one) > String(other) ? -1 : 1)),
      );
    });
});

test("complete stack: notifiers see the Kubernetes Secrets that channels of the stack refer to", async () => {
  const { settings } = await deployedObjects(fullConfig);
  const [template] = rendered(settings).templates as unknown as readonly {
    readonly spec: {
      readonly arguments: {
        readonly parameters: readonly { readonly name: string; readonly value: string }[];
      };
    };
  }[];
  const patch = template?.spec.arguments.parameters.find(({ name }) => name === "channelsPatch");
  const { volumes } = JSON.parse(patch?.value ?? "") as {
    readonly volumes: readonly {
      readonly projected: { readonly sources: readonly { readonly secret: object }[] };
    }[];
  };
  assert.deepEqual(
    volumes[0]?.projected.sources.map(({ secret: source }) => source),
    ["channel", "slack", "smtp"].map((key) => ({
      name: "stack-secrets",
      optional: true,
      items: [{ key, path: key }],
    })),
  );
});
