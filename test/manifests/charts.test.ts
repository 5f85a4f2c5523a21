import assert from "node:assert/strict";
import { test } from "node:test";
import { stringify } from "yaml";
import { argoValues } from "../../src/manifests/charts/argo-values";
import { artifactRepository } from "../../src/manifests/argo/artifact-repository";
import { smokeTestTemplate, smokeTestWorkflow } from "../../src/manifests/argo/smoke-test";
import { minioValues } from "../../src/manifests/charts/minio-values";
import { mergeValues, repositoryAndTag } from "../../src/manifests/charts/values";
import { checkSettings } from "../../src/settings/load-settings";
import type { MinioSettings } from "../../src/settings/object-store";
import { settings } from "./fixtures";
import { assertGolden } from "./golden";
import { validators } from "./valid";

function minio(values: { readonly [key: string]: unknown }): MinioSettings {
  const { objectStore } = checkSettings({ objectStore: { kind: "minio", ...values } }, undefined);
  if (objectStore.kind !== "minio") throw new Error("not MinIO");
  return objectStore;
}
const argo = (values: { readonly [key: string]: unknown }) =>
  checkSettings({ argo: values }, { archive: "x" }).argo;
const options = { workflowNamespace: "pipelines" };

test("MinIO values: the defaults equal the golden file", () => {
  assertGolden("minio-values.yaml", stringify(minioValues(minio({})), { lineWidth: 0 }));
});

test("MinIO values: expiration and volume can be turned off, and values of the user are merged", () => {
  const values = minioValues(
    minio({
      expireRunsDays: 0,
      persistent: false,
      storageClass: "fast",
      values: { persistence: { annotations: { a: "b" } } },
    }),
  ) as {
    readonly customCommands: readonly { readonly command: string }[];
    readonly persistence: object;
  };
  assert.ok(!values.customCommands.some(({ command }) => command.startsWith("ilm rule add")));
  assert.deepEqual(values.persistence, {
    enabled: false,
    size: "20Gi",
    storageClass: "fast",
    annotations: { a: "b" },
  });
});

test("MinIO values: runs, requests and smoke tests expire, saved states and configs never do", () => {
  const commands = (
    minioValues(minio({})).customCommands as readonly { readonly command: string }[]
  ).map(({ command }) => command);
  const rules = commands.filter(
    (command) => command.startsWith("ilm rule add") && command.endsWith("myminio/singer"),
  );
  assert.deepEqual(
    rules.map((command) => /--prefix "(.*)"/.exec(command)?.[1]),
    ["runs/", "requests/", "smoke-test/"],
  );
});

test("Argo values: the defaults equal the golden file", () => {
  assertGolden("argo-values.yaml", stringify(argoValues(argo({}), options), { lineWidth: 0 }));
});

test("Argo values: the executor uploads files part by part, whatever its memory limit", () => {
  const { executor } = argoValues(
    argo({ executorResources: { memoryLimit: "128Mi" } }),
    options,
  ) as {
    readonly executor: { readonly env: readonly object[] };
  };
  assert.deepEqual(executor.env, [{ name: "ARTIFACT_S3_UPLOAD_THREADS", value: "1" }]);
});

test("Argo values: full CRDs, an archive, no server and values of the user are supported", () => {
  const values = argoValues(
    argo({
      crds: "full",
      server: false,
      parallelism: 9,
      workflowArchive: {
        kind: "mysql",
        host: "db",
        database: "argo",
        user: "argo",
        password: "archive",
      },
      values: { controller: { replicas: 2 } },
    }),
    options,
  ) as {
    readonly crds: object;
    readonly server: { readonly enabled: boolean };
    readonly controller: {
      readonly replicas: number;
      readonly parallelism: number;
      readonly persistence: object;
    };
  };
  assert.deepEqual(values.crds, {
    install: true,
    keep: true,
    full: true,
    upgradeJob: {
      crdBaseURL:
        "https://raw.githubusercontent.com/argoproj/argo-workflows/v4.1.2/manifests/base/crds/full",
    },
  });
  assert.equal(values.server.enabled, false);
  assert.equal(values.controller.replicas, 2);
  assert.equal(values.controller.parallelism, 9);
  const secret = (key: string) => ({ name: "workflow-archive", key });
  assert.deepEqual(values.controller.persistence, {
    archive: true,
    archiveTTL: "90d",
    mysql: {
      host: "db",
      port: 3306,
      database: "argo",
      tableName: "argo_workflows",
      userNameSecret: secret("username"),
      passwordSecret: secret("password"),
      options: { tls: "true" },
    },
  });
});

test("Argo values: full CRDs have the controller's version, or the configured location", () => {
  const source = (values: object) =>
    (
      argoValues(argo({ crds: "full", ...values }), options) as {
        readonly crds: { readonly upgradeJob: { readonly crdBaseURL: string } };
      }
    ).crds.upgradeJob.crdBaseURL;
  assert.match(source({ version: "v4.2.0" }), /\/argo-workflows\/v4\.2\.0\//);
  assert.equal(
    source({ values: { crds: { upgradeJob: { crdBaseURL: "https://mirror.example.com" } } } }),
    "https://mirror.example.com",
  );
});

test("Argo values: users of the server authenticate with their own token", () => {
  const { server } = argoValues(argo({}), options) as {
    readonly server: { readonly authModes: readonly string[] };
  };
  assert.deepEqual(server.authModes, ["client"]);
});

test("chart images: repository and tag are split as charts join them", () => {
  assert.deepEqual(repositoryAndTag("quay.io/minio/minio:RELEASE.1"), {
    repository: "quay.io/minio/minio",
    tag: "RELEASE.1",
  });
  assert.deepEqual(repositoryAndTag("localhost:5000/minio"), {
    repository: "localhost:5000/minio",
    tag: "latest",
  });
  assert.deepEqual(repositoryAndTag("quay.io/minio@sha256:abc"), {
    repository: "quay.io/minio@sha256",
    tag: "abc",
  });
});

test("chart values: merged objects are combined, everything else is replaced", () => {
  assert.deepEqual(mergeValues({ a: { b: 1, c: [1] }, d: 1 }, { a: { c: [2] }, d: { e: 1 } }), {
    a: { b: 1, c: [2] },
    d: { e: 1 },
  });
});

test("artifact repository: it names a Secret, or uses the pod's credentials without one", () => {
  const bucket = { name: "singer", endpoint: "minio.minio.svc:9000", insecure: true };
  const repository = (more: object) =>
    (
      JSON.parse(artifactRepository({ ...bucket, ...more })) as {
        readonly s3: { readonly [key: string]: unknown };
      }
    ).s3;
  assert.deepEqual(repository({ secret: "object-store" })["accessKeySecret"], {
    name: "object-store",
    key: "accessKey",
  });
  assert.equal(repository({})["useSDKCreds"], true);
  assert.equal(repository({ addressing: "virtual-hosted" })["addressingStyle"], "virtual-hosted");
  assert.deepEqual(repository({ certificates: "ca" })["caSecret"], { name: "ca", key: "ca.pem" });
  assert.doesNotMatch(JSON.stringify(repository({})), /workflow\.parameters/);
});

test("smoke test: it equals its golden file and is valid", async () => {
  const template = smokeTestTemplate(settings, false);
  assertGolden(
    "smoke-test.yaml",
    stringify(template, { lineWidth: 0, aliasDuplicateObjects: false }),
  );
  const validate = await validators();
  validate(template);
  validate(smokeTestWorkflow("pipelines"));
});

test("smoke test: it marks an existing bucket as a cluster's", async () => {
  const template = smokeTestTemplate(settings, true);
  (await validators())(template);
  const kept = (marksBucket: boolean): readonly (string | undefined)[] =>
    (smokeTestTemplate(settings, marksBucket).spec.templates?.[1]?.outputs?.artifacts ?? []).map(
      ({ s3 }) => s3?.key,
    );
  assert.deepEqual(
    [kept(true), kept(false)],
    [["smoke-test/{{workflow.name}}.txt", "cluster.json"], ["smoke-test/{{workflow.name}}.txt"]],
  );
});
