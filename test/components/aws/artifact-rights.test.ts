import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startParameters } from "../../../src/cluster/requests";
import {
  asArguments,
  defaultParameters,
  type RunParameters,
} from "../../../src/manifests/argo/parameters";
import { deployed, runArguments } from "../../../src/manifests/argo/run-parameters";
import { singerTemplates } from "../../../src/manifests/argo/singer-template";
import { smokeTestTemplate } from "../../../src/manifests/argo/smoke-test";
import type { Artifact, WorkflowTemplate } from "../../../src/manifests/argo/types";
import { storePolicy } from "../../../components/aws/store-policy";
import type { PipelineEntry } from "../../../src/model/define";
import { openFolder } from "../../../src/store/folder";
import { requestKey, runFileKey } from "../../../src/store/keys";
import { temporaryFolder } from "../../store/stores";
import { images, pipelines, settings } from "../../manifests/fixtures";
import { decide } from "./evaluate";
import { toJsonText } from "../../../src/common/json";

const RUN = "20261123T081502Z-4f2a9c";
const place = { bucket: "etl", region: "eu-central-1" };

interface Use {
  readonly action: "s3:GetObject" | "s3:PutObject";
  readonly key: string;
}

/**
 * What the pods of a template ask of the bucket, keys with places for parameters. What a step is
 * given is read by the pod that it starts; an output without a key gets one of the repository's
 * own.
 */
function usesOf({ spec }: WorkflowTemplate): readonly Use[] {
  const keysOf = (artifacts: readonly Artifact[] = []) =>
    artifacts.flatMap(({ s3 }) => s3?.key ?? []);
  return (spec.templates ?? []).flatMap(({ inputs, outputs, steps = [], dag }) => {
    const given = [...steps.flat(), ...(dag?.tasks ?? [])].flatMap((step) =>
      keysOf(step.arguments?.artifacts),
    );
    const written = (outputs?.artifacts ?? []).flatMap(({ s3, from }) =>
      from === undefined ? [s3?.key ?? "artifacts/x"] : [],
    );
    return [
      ...[...keysOf(inputs?.artifacts), ...given].map((key) => ({
        action: "s3:GetObject" as const,
        key,
      })),
      ...written.map((key) => ({ action: "s3:PutObject" as const, key })),
    ];
  });
}

/**
 * Fills in Argo's placeholders.
 *
 * @throws Error if one is left, because its permissions would not be checked.
 */
function filled(key: string, parameters: Partial<RunParameters>): string {
  const values = {
    "workflow.name": "smoke-test-x",
    "inputs.parameters.run": RUN,
    "inputs.parameters.attempt": "0",
    ...Object.fromEntries(
      asArguments(parameters).map(({ name, value }) => [`workflow.parameters.${name}`, value]),
    ),
  };
  const text = Object.entries(values).reduce(
    (filling, [name, value]) => filling.replaceAll(`{{${name}}}`, value),
    key,
  );
  if (text.includes("{{")) throw new Error(`${key}: it is not known here what Argo fills in`);
  return text;
}

/**
 * Requests of a template's pods that a policy denies, in a run with these parameters in addition to
 * the defaults.
 */
function refused(
  template: WorkflowTemplate,
  parameters: Partial<RunParameters>,
  policy = storePolicy(place),
): readonly string[] {
  const uses = usesOf(template).map(({ action, key }) => ({
    action,
    key: filled(key, { ...defaultParameters(settings), ...parameters }),
  }));
  return uses.flatMap(({ action, key }) =>
    decide(policy, { action, resource: `arn:aws:s3:::etl/${key}` }) === "allowed"
      ? []
      : [`${action} ${key}`],
  );
}

/** The arguments of a pipeline's CronWorkflow. */
const argumentsOf = (entry: PipelineEntry): Partial<RunParameters> =>
  Object.fromEntries(
    runArguments(deployed(entry, images), settings, "schedule").map(({ name, value }) => [
      name,
      value,
    ]),
  );

const ownPolicy = ({ name, formerName }: PipelineEntry) =>
  storePolicy({ ...place, pipeline: { name, ...(formerName !== undefined && { formerName }) } });

/** Parameters that change the objects of a run, by the kind of run. */
const starts: readonly (readonly [
  string,
  (pipeline: string) => Promise<Partial<RunParameters>>,
])[] = [
  ["a run of the schedule", () => Promise.resolve({})],
  [
    "a run from a given state",
    (pipeline) =>
      startParameters(() => Promise.resolve(openFolder(temporaryFolder())), pipeline, {
        kind: "given",
        state: toJsonText({ id: 1 }),
        settings: {},
      }),
  ],
  [
    "a retry",
    (pipeline) =>
      Promise.resolve({
        extractKey: runFileKey(pipeline, RUN, "extract-0.jsonl"),
        catalogKey: runFileKey(pipeline, RUN, "catalog.json"),
      }),
  ],
  [
    "a retry of an extract without a catalog",
    (pipeline) => Promise.resolve({ extractKey: runFileKey(pipeline, RUN, "extract-0.jsonl") }),
  ],
];

describe("permissions of pods for artifacts", () => {
  const templates = singerTemplates(settings);
  const refusedOfAll = (
    parameters: Partial<RunParameters>,
    policy?: ReturnType<typeof ownPolicy>,
  ) => templates.flatMap((template) => refused(template, parameters, policy));

  for (const [start, parametersFor] of starts) {
    for (const entry of pipelines) {
      test(`pod permissions: they suffice for artifacts of ${start} of "${entry.name}" with any role`, async () => {
        const parameters = { ...argumentsOf(entry), ...(await parametersFor(entry.name)) };
        assert.deepEqual(refusedOfAll(parameters), []);
        assert.deepEqual(refusedOfAll(parameters, ownPolicy(entry)), []);
      });
    }
  }

  test("pod permissions: they suffice for a template that is submitted without parameters", () =>
    assert.deepEqual(refusedOfAll({}), []));

  test("pod permissions: they suffice for the smoke test", () =>
    assert.deepEqual(refused(smokeTestTemplate(settings, false), {}), []));

  test("pod permissions: a missing permission is detected", () => {
    const [orders] = pipelines;
    assert.ok(orders);
    const given = { ...argumentsOf(orders), givenState: requestKey("payroll", RUN) };
    assert.deepEqual(
      [...new Set(refusedOfAll(given, ownPolicy(orders)))],
      [`s3:GetObject ${requestKey("payroll", RUN)}`],
    );
    const other = refusedOfAll({ ...argumentsOf(orders), pipeline: "payroll" }, ownPolicy(orders));
    for (const use of [
      `s3:PutObject ${runFileKey("payroll", RUN, "extract-0.jsonl")}`,
      "s3:PutObject state/payroll/state.json",
      "s3:GetObject configs/payroll/tap-config.json",
    ])
      assert.ok(other.includes(use), use);
  });
});
