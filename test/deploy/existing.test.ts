import assert from "node:assert/strict";
import { test } from "node:test";
import { commandsFor } from "../../src/common/commands";
import { obstacles, ownNamespaces, type Existing } from "../../src/deploy/existing";
import { settingsSchema } from "../../src/settings/schema";

const settings = (values: object = {}) => settingsSchema.parse(values);
const empty: Existing = { namespaces: [], cronWorkflows: true };
const helm = (name: string, namespace: string) => ({
  "meta.helm.sh/release-name": name,
  "meta.helm.sh/release-namespace": namespace,
});
const namespaces = ["pipelines", "argo", "minio"];
const whole = [
  ...namespaces.map((id) => ({ type: "kubernetes:core/v1:Namespace", id })),
  { type: "kubernetes:helm.sh/v3:Release", id: "argo/argo-workflows" },
];

type Cluster = readonly [
  settings: Parameters<typeof obstacles>[0],
  existing: Existing,
  recorded: Parameters<typeof obstacles>[2],
];

const accepted: readonly (readonly [string, Cluster])[] = [
  ["an empty cluster", [settings(), empty, []]],
  [
    "an update of what the stack has",
    [settings(), { ...empty, namespaces, workflows: helm("argo-workflows", "argo") }, whole],
  ],
  [
    "an update of a stack whose definitions lost their annotations",
    [settings(), { ...empty, namespaces, workflows: {} }, whole],
  ],
  [
    "another try after one that failed half-way",
    [
      settings(),
      { ...empty, namespaces: ["argo"], workflows: helm("argo-workflows", "argo") },
      whole.slice(1, 2),
    ],
  ],
  [
    "definitions that were kept when the stack was destroyed",
    [settings(), { ...empty, workflows: helm("argo-workflows", "argo") }, []],
  ],
  [
    "full definitions that were kept",
    [settings({ argo: { crds: "full" } }), { ...empty, workflows: {} }, []],
  ],
  [
    "an Argo that is to be used",
    [settings({ argo: { install: false } }), { ...empty, workflows: helm("theirs", "argo") }, []],
  ],
];
for (const [name, args] of accepted)
  test(`${name}: nothing is in the way`, () =>
    assert.deepEqual(obstacles(...args, commandsFor()), []));

const refused: readonly (readonly [string, Cluster, readonly RegExp[]])[] = [
  [
    "namespaces that something else made",
    [settings(), { ...empty, namespaces: ["argo", "minio"] }, whole.slice(2, 3)],
    [/^namespace argo exists but does not belong to this stack/],
  ],
  [
    "all namespaces",
    [settings(), { ...empty, namespaces }, []],
    [/^namespaces pipelines, argo, minio exist but do not belong/],
  ],
  [
    "definitions of another release",
    [settings(), { ...empty, workflows: helm("wf", "tools") }, []],
    [
      /^Argo's CRDs already exist \(owned by the Helm release "wf" in namespace tools\), .*install: false/,
    ],
  ],
  [
    "definitions of a release of that name elsewhere",
    [
      settings({ argo: { namespace: "argo2" } }),
      { ...empty, workflows: helm("argo-workflows", "argo") },
      whole,
    ],
    [/release "argo-workflows" in namespace argo\), .*in argo2\./],
  ],
  [
    "definitions that were applied",
    [settings(), { ...empty, workflows: {} }, []],
    [/^Argo's CRDs already exist \(not installed by Helm/],
  ],
  [
    "another release's, full definitions over them",
    [settings({ argo: { crds: "full" } }), { ...empty, workflows: helm("wf", "tools") }, []],
    [/release "wf"/],
  ],
  [
    "no Argo where one is to be used",
    [settings({ argo: { install: false } }), { ...empty, cronWorkflows: false }, []],
    [/^tapctl:argo\.install is false, but the cluster has no cronworkflows/],
  ],
  [
    "all at once",
    [settings(), { namespaces: ["pipelines"], workflows: {}, cronWorkflows: true }, []],
    [/^namespace pipelines/, /^Argo's CRDs/],
  ],
];
for (const [name, args, messages] of refused) {
  test(`${name}: told before anything is made`, () => {
    const found = obstacles(...args, commandsFor());
    assert.equal(found.length, messages.length);
    for (const [index, message] of messages.entries()) assert.match(found[index] ?? "", message);
  });
}

test("a stack makes the namespaces of what it installs", () => {
  assert.deepEqual(ownNamespaces(settings()), namespaces);
  assert.deepEqual(
    ownNamespaces(
      settings({
        argo: { install: false },
        objectStore: { kind: "s3", bucket: "etl", credentials: "ambient" },
      }),
    ),
    ["pipelines"],
  );
  assert.deepEqual(ownNamespaces(settings({ namespace: "etl", argo: { namespace: "etl" } })), [
    "etl",
    "minio",
  ]);
});
