import assert from "node:assert/strict";
import { test } from "node:test";
import type { CompleteStack } from "../../../src/manifests/complete/complete-stack";
import type { KubernetesObject } from "../../../src/manifests/complete/kubernetes-object";
import { layerFiles, layersOf } from "../../../src/manifests/complete/layers";

const object = (kind: string, name: string): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name },
});

const stack: CompleteStack = {
  namespaces: [object("Namespace", "pipelines")],
  settings: [object("ServiceAccount", "singer")],
  charts: [],
  templates: [
    object("WorkflowTemplate", "singer-job"),
    object("Deployment", "tapctl-console"),
    object("Service", "tapctl-console"),
  ],
  monitoring: [object("ServiceMonitor", "controller")],
  pipelines: [{ name: "orders", objects: [object("CronWorkflow", "orders")] }],
  secrets: [],
};

test("layers: no wave comes after the pipelines, because one that cannot start would hold it up", () => {
  const waves = layersOf(stack, {}).map(({ name, wave }) => [name, wave]);
  assert.deepEqual(waves, [
    ["namespaces", 0],
    ["settings", 1],
    ["templates", 2],
    ["pipelines", 3],
    ["monitoring", 3],
  ]);
});

test("layers: objects of one name are in one file, and none is lost", () => {
  const files = layerFiles(layersOf(stack, {}), (one) => one);
  const paths = files.map(({ path }) => path);
  assert.deepEqual(paths, [...new Set(paths)]);
  assert.equal(
    files.flatMap(({ text }) => [...text.matchAll(/^kind:/gm)]).length,
    [stack.namespaces, stack.settings, stack.templates, stack.monitoring].flat().length + 1,
  );
});
