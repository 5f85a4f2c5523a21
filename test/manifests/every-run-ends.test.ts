import assert from "node:assert/strict";
import { test } from "node:test";
import { cronWorkflow, workflow } from "../../src/manifests/argo/cron-workflow";
import { singerTemplates } from "../../src/manifests/argo/singer-template";
import { deployed } from "../../src/manifests/argo/run-parameters";
import type { Template } from "../../src/manifests/argo/types";
import { images, pipelines, settings } from "./fixtures";

const shared = singerTemplates(settings);
const templates = shared.flatMap(({ spec }) => spec.templates ?? []);
const runsPod = ({ container, containerSet }: Template) =>
  container !== undefined || containerSet !== undefined;
const specs = pipelines
  .map((entry) => deployed(entry, images))
  .flatMap((pipeline) => [
    cronWorkflow(pipeline, settings).spec.workflowSpec,
    workflow(pipeline, settings).spec,
  ]);

test("every run ends: a Workflow has a deadline, which also ends one with a lost pod (argo-workflows#13951)", () => {
  for (const { activeDeadlineSeconds } of [...specs, ...shared.map(({ spec }) => spec)])
    assert.ok(
      Number(activeDeadlineSeconds) > 0 && Number(activeDeadlineSeconds) <= 7 * 86_400,
      String(activeDeadlineSeconds),
    );
});

test("every run ends: the main container of a stream pod waits for tap and target, and the step is retried if the pod is deleted", () => {
  const sets = templates.filter(({ containerSet }) => containerSet);
  assert.ok(sets.length > 0);
  for (const { name, containerSet } of sets) {
    const containers = containerSet?.containers ?? [];
    assert.deepEqual(
      containers.map((container) => container.name).sort(),
      ["main", "tap", "target"],
      name,
    );
    assert.deepEqual(containers.find((container) => container.name === "main")?.dependencies, [
      "tap",
      "target",
    ]);
    assert.equal(containerSet?.retryStrategy, undefined);
    const above = templates.filter(({ steps }) =>
      steps?.flat().some((step) => step.template === name),
    );
    assert.ok(
      above.length > 0 &&
        above.every(
          ({ retryStrategy }) =>
            retryStrategy?.retryPolicy === "Always" && retryStrategy.limit !== undefined,
        ),
    );
  }
});

test("every run ends: a step whose upload fails is retried, and only the last step saves the state (argo-workflows#9914)", () => {
  const uploads = templates.filter(
    (one) =>
      runsPod(one) &&
      (one.outputs?.artifacts ?? []).length > 0 &&
      !/^(notify-|summarize)/.test(one.name ?? ""),
  );
  assert.ok(uploads.length > 3);
  for (const { name } of uploads) {
    const above = templates.filter(({ steps }) =>
      steps?.flat().some((step) => step.template === name),
    );
    assert.ok(
      above.length > 0 &&
        above.every(({ retryStrategy }) => retryStrategy?.retryPolicy === "Always"),
      name,
    );
  }
  const states = templates.filter(
    (one) =>
      runsPod(one) &&
      (one.outputs?.artifacts ?? []).some(({ s3 }) =>
        /(^|\/)state\/.*state\.json$/.test(s3?.key ?? ""),
      ),
  );
  assert.deepEqual([...new Set(states.map(({ name }) => name))].sort(), [
    "commit-pod",
    "replicate-pod",
  ]);
});

test("every run ends: a catalog is a file in the object store, never a parameter or a variable (meltano#2415)", () => {
  const named = templates
    .flatMap((one) => [...(one.inputs?.artifacts ?? []), ...(one.outputs?.artifacts ?? [])])
    .filter(({ name }) => name === "catalog");
  assert.ok(named.length > 0);
  const parameters = [
    ...templates.flatMap((one) => [
      ...(one.inputs?.parameters ?? []),
      ...(one.outputs?.parameters ?? []),
    ]),
    ...shared.flatMap(({ spec }) => spec.arguments?.parameters ?? []),
  ];
  assert.deepEqual(
    [...new Set(parameters.map(({ name }) => name).filter((name) => /catalog/i.test(name)))],
    ["catalogMaxAge", "catalogKey"],
  );
  // A catalog of 10 MB is an extract's artifact; what a Workflow carries of a pipeline is far below
  // what Kubernetes stores.
  for (const spec of specs) assert.ok(Buffer.byteLength(JSON.stringify(spec)) < 256 * 1024);
});

test("every run ends: a missed run starts at most an hour late, and no second run of a pipeline is queued (argo-workflows#12778)", () => {
  for (const entry of pipelines) {
    const { spec } = cronWorkflow(deployed(entry, images), settings);
    assert.deepEqual([spec.startingDeadlineSeconds, spec.concurrencyPolicy], [3600, "Forbid"]);
  }
});
