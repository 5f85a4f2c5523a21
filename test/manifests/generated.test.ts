import assert from "node:assert/strict";
import { test } from "node:test";
import { pipelineManifests } from "../../src/manifests/argo/manifests";
import { holdWorkflow } from "../../src/cluster/hold";
import { workflowOf } from "../../src/cluster/submit";
import type { PipelineEntry } from "../../src/model/define";
import { images, numbered, settings } from "./fixtures";
import { validators } from "./valid";

const COUNT = 1000;

function render(entries: readonly PipelineEntry[]): Map<string, string> {
  return new Map(
    entries.map((one) => [one.name, JSON.stringify(pipelineManifests(one, images, settings))]),
  );
}

const entries = Array.from({ length: COUNT }, (_, number) => numbered(number));
const rendered = render(entries);

test("1,000 pipelines: names are unique and within Argo's limit", () => {
  const names = entries.flatMap((one) => {
    const { secret, cronWorkflow } = pipelineManifests(one, images, settings);
    assert.ok((cronWorkflow.metadata.name ?? "").length <= 52);
    return [
      `cron/${cronWorkflow.metadata.name}`,
      ...(secret ? [`secret/${secret.metadata.name}`] : []),
    ];
  });
  assert.equal(new Set(names).size, names.length);
});

test("1,000 pipelines: one more changes no other", () => {
  const more = render([...entries, numbered(COUNT)]);
  assert.equal(more.size, COUNT + 1);
  for (const [name, manifests] of rendered) assert.equal(more.get(name), manifests);
});

test("1,000 pipelines: the order of the array does not matter", () => {
  const reversed = render([...entries].reverse());
  for (const [name, manifests] of rendered) assert.equal(reversed.get(name), manifests);
});

test("1,000 pipelines: a changed schedule is one change", () => {
  const [first] = entries;
  const before = JSON.parse(rendered.get(first?.name ?? "") ?? "") as {
    readonly cronWorkflow: { readonly spec: object };
  };
  const after = pipelineManifests(
    { ...first, schedule: "5 5 * * *" } as PipelineEntry,
    images,
    settings,
  );
  assert.deepEqual(JSON.parse(JSON.stringify(after)), {
    ...before,
    cronWorkflow: {
      ...before.cronWorkflow,
      spec: { ...before.cronWorkflow.spec, schedules: ["5 5 * * *"] },
    },
  });
});

test("1,000 pipelines: each is valid by the published types", async () => {
  const validate = await validators();
  for (const one of entries.slice(0, 50)) {
    const { cronWorkflow, workflow } = pipelineManifests(one, images, settings);
    validate(cronWorkflow);
    validate(workflow);
  }
});

test("submitted Workflows: they are valid by the published types", async () => {
  const validate = await validators();
  validate(holdWorkflow("orders", "pipelines", "20261125T120000Z-abcdef"));
  const { cronWorkflow } = pipelineManifests(numbered(0), images, settings);
  validate(
    workflowOf(cronWorkflow as never, "pipelines", {
      trigger: "manual",
      parameters: { onChange: "refresh" },
    }),
  );
});
