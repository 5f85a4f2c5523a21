import assert from "node:assert/strict";
import { test } from "node:test";
import { secret } from "../../src/model/connector-settings";
import { followUpsParameter } from "../../src/manifests/argo/follow-ups";
import {
  connectorPatch,
  containerPatch,
  streamPatch,
} from "../../src/manifests/argo/pod-spec-patch";
import { settings } from "./fixtures";

const { resources: defaults } = settings;

test("resources: memory is requested and limited, CPU is limited only on demand", () => {
  assert.deepEqual(JSON.parse(connectorPatch({ cpu: 2, cpuLimit: "4", memory: "1Gi" }, defaults)), {
    containers: [
      {
        name: "main",
        resources: { requests: { cpu: "2", memory: "1Gi" }, limits: { memory: "1Gi", cpu: "4" } },
      },
    ],
  });
  assert.deepEqual(JSON.parse(connectorPatch(undefined, defaults)), {
    containers: [
      {
        name: "main",
        resources: { requests: { cpu: "0.1", memory: "512Mi" }, limits: { memory: "512Mi" } },
      },
    ],
  });
});

test("resources: in stream mode, each container has its own", () => {
  const { containers } = JSON.parse(streamPatch({ tap: { memory: "1Gi" } }, defaults)) as {
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
