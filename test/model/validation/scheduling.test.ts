import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkValues } from "../../../src/settings/check";
import { schedulingOf } from "../../../src/model/scheduling";
import { replication, textsOf } from "../support";

const TERM = { key: "pool", operator: "In", values: ["a"] };
const required = (term: object) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [term] }],
      },
    },
  },
});
const EXPRESSION =
  "scheduling.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0]";
const SYNTAX = `must be letters, digits, "-", "_" and ".", starting and ending with a letter or digit`;
const CLASS = `must be the name of a Kubernetes object: lowercase letters, digits, "-" and "."`;

const CASES: readonly (readonly [unknown, readonly string[]])[] = [
  [{}, []],
  ["spot", ["scheduling must be an object, not text"]],
  [
    { nodeSelectors: {} },
    [`scheduling.nodeSelectors is not a known field; did you mean "nodeSelector"?`],
  ],
  [{ nodeSelector: { "kubernetes.io/arch": "arm64" } }, []],
  [{ nodeSelector: { pool: true } }, ["scheduling.nodeSelector.pool must be text, not a boolean"]],
  [{ nodeSelector: { "my pool": "x" } }, [`scheduling.nodeSelector: key "my pool": ${SYNTAX}`]],
  [{ tolerations: [{ key: "spot", operator: "Exists", effect: "NoSchedule" }] }, []],
  [{ tolerations: [{ operator: "Exists" }] }, []],
  [
    { tolerations: [{}] },
    [`scheduling.tolerations[0]: without a key the operator must be "Exists"`],
  ],
  [
    { tolerations: [{ key: "a", operator: "Exists", value: "b" }] },
    [`scheduling.tolerations[0].value: the operator "Exists" accepts any value`],
  ],
  [
    { tolerations: [{ key: "a", effect: "NoRun" }] },
    [
      `scheduling.tolerations[0].effect "NoRun": must be "NoSchedule" or "PreferNoSchedule" or "NoExecute"`,
    ],
  ],
  [
    { tolerations: [{ key: "a", tolerationSeconds: 60 }] },
    [`scheduling.tolerations[0].tolerationSeconds: is for the effect "NoExecute" only`],
  ],
  [
    { topologySpread: [{ topologyKey: "zone", maxSkew: 2, whenUnsatisfiable: "DoNotSchedule" }] },
    [],
  ],
  [
    { topologySpread: [{ maxSkew: 0 }] },
    [
      "scheduling.topologySpread[0].topologyKey is missing",
      "scheduling.topologySpread[0].maxSkew 0: must be a whole number from 1",
    ],
  ],
  [
    { topologySpread: [{ topologyKey: "zone" }, { topologyKey: "zone" }] },
    [`scheduling.topologySpread: "zone" is listed more than once`],
  ],
  [required(TERM), []],
  [
    required({ key: "pool", operator: "Is" }),
    [
      `${EXPRESSION}.operator "Is": must be "In" or "NotIn" or "Exists" or "DoesNotExist" or "Gt" or "Lt"; did you mean "In"?`,
      `${EXPRESSION}.values is missing`,
    ],
  ],
  [
    required({ ...TERM, operator: "Exists" }),
    [`${EXPRESSION}.values: the operator "Exists" has none`],
  ],
  [
    required({ ...TERM, operator: "Gt", values: ["1", "2"] }),
    [`${EXPRESSION}.values: the operator "Gt" has one`],
  ],
  [
    {
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 101, podAffinityTerm: { topologyKey: "zone", labelSelector: {} } },
          ],
        },
      },
    },
    [
      "scheduling.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight 101: must be a whole number from 1 to 100",
    ],
  ],
  [{ priorityClass: "Batch" }, [`scheduling.priorityClass "Batch": ${CLASS}`]],
  [{ runtimeClass: "gvisor", priorityClass: "system-node-critical" }, []],
  [
    { podLabels: { "kubernetes.io/x": "y" } },
    [`scheduling.podLabels: key "kubernetes.io/x": the prefix "kubernetes.io/" is reserved`],
  ],
  [{ podAnnotations: { "sidecar.istio.io/inject": "false" } }, []],
  [
    { podAnnotations: { "a/b/c": "x", d: "{{y}}" } },
    [
      `scheduling.podAnnotations: key "a/b/c": must have a DNS name before the "/", such as "example.com/team"`,
      `scheduling.podAnnotations.d "{{y}}": "{{" is template syntax of Argo and not allowed`,
    ],
  ],
  [
    { podAnnotations: [] },
    ["scheduling.podAnnotations must be an object with text values, not a list"],
  ],
];

describe("scheduling: every problem is reported with its place", () => {
  for (const [scheduling, problems] of CASES)
    test(`scheduling: ${JSON.stringify(scheduling)}`, () => {
      assert.deepEqual(textsOf({ ...replication, scheduling }), problems);
    });
});

test("scheduling: the stack's setting follows the same rules", () => {
  assert.deepEqual(checkValues({ scheduling: { tolerations: [{}], nodeSelectr: {} } }).problems, [
    `scheduling: tolerations[0]: without a key the operator must be "Exists"`,
    `scheduling: nodeSelectr is not a known field; did you mean "nodeSelector"?`,
  ]);
  const placed = { nodeSelector: { pool: "etl" } };
  assert.deepEqual(checkValues({ scheduling: placed }).settings?.scheduling, placed);
});

test("scheduling: a field of a pipeline replaces the stack's; labels and annotations are combined", () => {
  assert.deepEqual(
    schedulingOf(
      { nodeSelector: { pool: "spot" }, podLabels: { tier: "gold" } },
      {
        nodeSelector: { pool: "etl", arch: "arm64" },
        priorityClass: "batch",
        podLabels: { team: "a" },
      },
    ),
    {
      nodeSelector: { pool: "spot" },
      priorityClass: "batch",
      podLabels: { team: "a", tier: "gold" },
    },
  );
});
