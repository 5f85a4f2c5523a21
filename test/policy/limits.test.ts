import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../policy/limits";
import { cronWorkflow, judge, pod, workflowTemplate } from "./support";

const resources = { requests: { cpu: "0.1", memory: "1Gi" }, limits: { memory: "1Gi" } };
const patch = (one: object) => JSON.stringify({ containers: [{ name: "main", ...one }] });
const byPatch = (value: string) =>
  workflowTemplate(
    { container: { image: "tap" }, podSpecPatch: "{{workflow.parameters.tapPatch}}" },
    { arguments: { parameters: [{ name: "tapPatch", value }] } },
  );

test("requests-and-limits: a container with requests and a memory limit passes, also from a patch", () => {
  for (const one of [
    pod({ resources }),
    workflowTemplate({ container: { resources } }),
    byPatch(patch({ resources })),
    cronWorkflow({ jobPatch: patch({ resources }) }),
  ])
    assert.deepEqual(judge(limits, one), []);
});

test("requests-and-limits: the message names what a container lacks", () => {
  assert.deepEqual(judge(limits, pod({ resources: { requests: { cpu: "1" } } })), [
    'container "main" has no resources.requests.memory, no resources.limits.memory',
  ]);
  assert.deepEqual(judge(limits, byPatch(patch({ resources: { limits: { memory: "1Gi" } } }))), [
    'template "extract": container "main" has no resources.requests.cpu',
    'argument "tapPatch": container "main" has no resources.requests.cpu',
  ]);
  const set = workflowTemplate({
    containerSet: { containers: [{ name: "tap", resources }, { name: "target" }] },
    initContainers: [{ name: "fifo", resources }],
  });
  assert.deepEqual(judge(limits, set), [
    'template "extract": container "target" has no resources.requests.cpu, no resources.requests.memory, no resources.limits.memory',
  ]);
});

test("requests-and-limits: a limit counts as a request, as in Kubernetes", () => {
  assert.deepEqual(judge(limits, pod({ resources: { limits: { cpu: "1", memory: "1Gi" } } })), []);
});

test("requests-and-limits: resources from arguments are checked where they are set", () => {
  assert.deepEqual(
    judge(limits, workflowTemplate({ container: {}, podSpecPatch: "{{inputs.parameters.patch}}" })),
    [],
  );
  assert.deepEqual(judge(limits, byPatch("{}")), []);
  const followUps = JSON.stringify([
    { name: "dbt", image: "dbt", patch: patch({ command: ["dbt"] }) },
  ]);
  assert.deepEqual(judge(limits, cronWorkflow({ followUps })), [
    'argument "followUps", "dbt": container "main" has no resources.requests.cpu, no resources.requests.memory, no resources.limits.memory',
  ]);
});

test("requests-and-limits: a CPU limit is required if the setting requires it", () => {
  assert.deepEqual(judge(limits, pod({ resources }), { cpuLimit: true }), [
    'container "main" has no resources.limits.cpu',
  ]);
});
