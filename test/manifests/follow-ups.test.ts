import assert from "node:assert/strict";
import { test } from "node:test";
import { secret } from "../../src/model/connector-settings";
import { followUpsParameter } from "../../src/manifests/argo/follow-ups";
import {
  connectorPatch,
  containerPatch,
  streamPatch,
} from "../../src/manifests/argo/pod-spec-patch";
import { tap } from "../../src/model/define-connector";
import { settings } from "./fixtures";

const tapAny = tap({ name: "tap-any", package: "tap-any", version: "0.1.0" });

const { resources: defaults } = settings;

interface Patch {
  readonly volumes?: unknown;
  readonly containers: readonly { readonly name: string; readonly volumeMounts?: unknown }[];
}

test("resources: memory is requested and limited, CPU is limited only on demand", () => {
  assert.deepEqual(
    JSON.parse(
      connectorPatch("tap", { resources: { cpu: 2, cpuLimit: "4", memory: "1Gi" } }, defaults),
    ),
    {
      containers: [
        {
          name: "main",
          resources: { requests: { cpu: "2", memory: "1Gi" }, limits: { memory: "1Gi", cpu: "4" } },
        },
      ],
    },
  );
  assert.deepEqual(JSON.parse(connectorPatch("target", {}, defaults)), {
    containers: [
      {
        name: "main",
        resources: { requests: { cpu: "0.1", memory: "512Mi" }, limits: { memory: "512Mi" } },
      },
    ],
  });
});

test("existing Kubernetes Secrets: a connector's container sees the keys that its settings name, as files", () => {
  const kubernetes = { name: "shop-db", key: "password" };
  const { settings } = tapAny({
    user: secret("shop-user"),
    password: secret("shop-password", { kubernetes }),
    nested: [{ again: secret("shop-password", { kubernetes }) }],
  });
  const volume = {
    name: "tap-secrets",
    projected: {
      sources: [
        {
          secret: {
            name: "shop-db",
            optional: true,
            items: [{ key: "password", path: "shop-password" }],
          },
        },
      ],
    },
  };
  const mount = { name: "tap-secrets", mountPath: "/singer/secrets", readOnly: true };
  const artifact = JSON.parse(connectorPatch("tap", { settings }, defaults)) as Patch;
  assert.deepEqual([artifact.volumes, artifact.containers[0]?.volumeMounts], [[volume], [mount]]);
  const stream = JSON.parse(streamPatch({ tap: { settings }, target: {} }, defaults)) as Patch;
  assert.deepEqual(stream.volumes, [volume]);
  assert.deepEqual(
    stream.containers.map(({ volumeMounts }) => volumeMounts),
    [[mount], undefined],
  );
});

test("existing Kubernetes Secrets: the environment of a container refers to the key itself", () => {
  const kubernetes = { name: "warehouse", key: "token" };
  const { containers } = JSON.parse(
    containerPatch(
      { image: "a:1", command: ["a"], env: { TOKEN: secret("token", { kubernetes }) } },
      "pipeline-orders",
      defaults,
    ),
  ) as { readonly containers: readonly { readonly env: unknown }[] };
  assert.deepEqual(containers[0]?.env, [
    { name: "TOKEN", valueFrom: { secretKeyRef: kubernetes } },
  ]);
});

test("resources: in stream mode, each container has its own", () => {
  const { containers } = JSON.parse(
    streamPatch({ tap: { resources: { memory: "1Gi" } }, target: {} }, defaults),
  ) as {
    readonly containers: readonly {
      readonly name: string;
      readonly resources: { readonly limits: object };
    }[];
  };
  assert.deepEqual(
    containers.map(({ name, resources }) => [name, resources.limits]),
    [
      ["tap", { memory: "1Gi" }],
      ["target", { memory: "512Mi" }],
    ],
  );
});

test("follow-ups: they keep their order, and every value is text", () => {
  const list = [3, 1, 2].map((number) => ({
    name: `step-${number}`,
    image: "acme/x:1",
    command: ["x", String(number)] as const,
  }));
  const parameter = JSON.parse(followUpsParameter(list, "pipeline-x", settings)) as readonly {
    readonly [name: string]: unknown;
  }[];
  assert.deepEqual(
    parameter.map(({ name }) => name),
    ["step-3", "step-1", "step-2"],
  );
  for (const one of parameter)
    for (const value of Object.values(one)) assert.equal(typeof value, "string");
});

test("pod patches: none contains Argo's template syntax", () => {
  const patch = containerPatch(
    { image: "acme/x:1", command: ["x"], env: { A: secret("a"), B: "b" } },
    "pipeline-x",
    defaults,
  );
  assert.ok(!patch.includes("{{"));
});
