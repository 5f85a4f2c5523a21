import assert from "node:assert/strict";
import { test } from "node:test";
import { deadlines } from "../../policy/deadlines";
import { UNKNOWN } from "../../policy/policy";
import { cronWorkflow, judge, resource, workflowTemplate } from "./support";

const parameters = (retries: string) => ({
  arguments: { parameters: [{ name: "retries", value: retries }] },
});
const retried = { container: {}, retryStrategy: { limit: "{{workflow.parameters.retries}}" } };

test("deadlines-and-retries: a Workflow with a deadline and a retry limit passes", () => {
  assert.deepEqual(judge(deadlines, workflowTemplate(retried, parameters("2"))), []);
  assert.deepEqual(judge(deadlines, cronWorkflow({ retries: "10" })), []);
  assert.deepEqual(
    judge(deadlines, cronWorkflow({ retries: UNKNOWN }, { activeDeadlineSeconds: UNKNOWN })),
    [],
  );
});

test("deadlines-and-retries: a Workflow without a deadline, or with one that is too long, is rejected", () => {
  assert.deepEqual(
    judge(
      deadlines,
      resource("kubernetes:argoproj.io/v1alpha1:Workflow", { spec: { templates: [] } }),
    ),
    ["has no deadline; set activeDeadlineSeconds"],
  );
  assert.deepEqual(judge(deadlines, cronWorkflow({}, { activeDeadlineSeconds: 86_401 })), [
    "the deadline of 86401 s exceeds the maximum of 1d (86400 s)",
  ]);
  assert.deepEqual(
    judge(deadlines, cronWorkflow({}, { activeDeadlineSeconds: 3601 }), { maxDeadline: "1h" }),
    ["the deadline of 3601 s exceeds the maximum of 1h (3600 s)"],
  );
});

test("deadlines-and-retries: a Workflow that refers to a template has its deadline", () => {
  assert.deepEqual(
    judge(
      deadlines,
      resource("kubernetes:argoproj.io/v1alpha1:CronWorkflow", {
        spec: { workflowSpec: { workflowTemplateRef: { name: "singer" } } },
      }),
    ),
    [],
  );
});

test("deadlines-and-retries: retries without a limit, or with too many, are rejected", () => {
  assert.deepEqual(
    judge(deadlines, workflowTemplate({ container: {}, retryStrategy: { retryPolicy: "Always" } })),
    ['template "extract": retries are unlimited; set retryStrategy.limit'],
  );
  assert.deepEqual(judge(deadlines, workflowTemplate(retried, parameters("11"))), [
    'template "extract": 11 retries exceed the maximum of 10',
  ]);
  assert.deepEqual(judge(deadlines, cronWorkflow({ retries: "4" }), { maxRetries: 3 }), [
    'argument "retries": 4 retries exceed the maximum of 3',
  ]);
});

test("deadlines-and-retries: Kubernetes Jobs need a deadline", () => {
  const job = (spec: object) => resource("kubernetes:batch/v1:Job", { spec });
  assert.deepEqual(judge(deadlines, job({ activeDeadlineSeconds: 60 })), []);
  assert.deepEqual(judge(deadlines, job({ backoffLimit: 20 })), [
    "has no deadline; set activeDeadlineSeconds",
    "backoffLimit: 20 retries exceed the maximum of 10",
  ]);
});
