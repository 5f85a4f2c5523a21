import assert from "node:assert/strict";
import { test } from "node:test";
import { digests } from "../../policy/digests";
import { UNKNOWN } from "../../policy/policy";
import { cronWorkflow, DIGEST, judge, pod, resource, workflowTemplate } from "./support";

const followUps = (image: string) =>
  JSON.stringify([{ name: "dbt", image, deadline: "60", patch: "{}" }]);

test("images-by-digest: images by digest pass everywhere", () => {
  const image = `ghcr.io/acme/tap:1@${DIGEST}`;
  for (const one of [
    pod({ image }),
    workflowTemplate({ container: { image } }),
    cronWorkflow({ tapImage: image, followUps: followUps(image) }),
  ])
    assert.deepEqual(judge(digests, one), []);
});

test("images-by-digest: an image by tag is rejected in a pod, a template, an argument and a follow-up", () => {
  const has =
    'image "ghcr.io/acme/tap:1" has no digest, and a tag can be moved; write ghcr.io/acme/tap@sha256:…, or add the image to "allowed" of this policy';
  const image = "ghcr.io/acme/tap:1";
  assert.deepEqual(judge(digests, pod({ image })), [`container "main": ${has}`]);
  assert.deepEqual(judge(digests, workflowTemplate({ container: { image } })), [
    `template "extract": container "main": ${has}`,
  ]);
  assert.deepEqual(judge(digests, cronWorkflow({ jobImage: image })), [
    `argument "jobImage": ${has}`,
  ]);
  assert.deepEqual(judge(digests, cronWorkflow({ followUps: followUps(image) })), [
    `argument "followUps", "dbt": ${has}`,
  ]);
  const job = resource("kubernetes:batch/v1:CronJob", {
    spec: {
      jobTemplate: { spec: { template: { spec: { initContainers: [{ name: "first", image }] } } } },
    },
  });
  assert.deepEqual(judge(digests, job), [`container "first": ${has}`]);
});

test("images-by-digest: an image from an argument is checked where the argument is set", () => {
  const template = workflowTemplate(
    { container: { image: "{{workflow.parameters.tapImage}}" } },
    { arguments: { parameters: [{ name: "tapImage", value: "acme/tap:1" }] } },
  );
  assert.deepEqual(
    judge(digests, template).map((text) => text.split(":")[0]),
    ['argument "tapImage"'],
  );
  assert.deepEqual(
    judge(digests, workflowTemplate({ container: { image: "{{inputs.parameters.image}}" } })),
    [],
  );
});

test("images-by-digest: an image that a preview does not know passes", () => {
  assert.deepEqual(judge(digests, cronWorkflow({ tapImage: UNKNOWN })), []);
});

test("images-by-digest: an allowed image may have any tag", () => {
  const allowed = ["localhost:5000/dbt"];
  assert.deepEqual(judge(digests, pod({ image: "localhost:5000/dbt:1" }), { allowed }), []);
  assert.equal(judge(digests, pod({ image: "localhost:5000/other:1" }), { allowed }).length, 1);
});
