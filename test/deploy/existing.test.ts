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
    "an update of the stack's own objects",
    [settings(), { ...empty, namespaces, workflows: helm("argo-workflows", "argo") }, whole],
  ],
  [
    "an update of a stack whose CRDs lost their annotations",
    [settings(), { ...empty, namespaces, workflows: {} }, whole],
  ],
  [
    "another attempt after a partial failure",
    [
      settings(),
      { ...empty, namespaces: ["argo"], workflows: helm("argo-workflows", "argo") },
      whole.slice(1, 2),
    ],
  ],
  [
    "CRDs that stayed when the stack was destroyed",
    [settings(), { ...empty, workflows: helm("argo-workflows", "argo") }, []],
  ],
  [
    "full CRDs that stayed",
    [settings({ argo: { crds: "full" } }), { ...empty, workflows: {} }, []],
  ],
  [
    "an existing Argo with install: false",
    [settings({ argo: { install: false } }), { ...empty, workflows: helm("theirs", "argo") }, []],
  ],
];
for (const [name, args] of accepted)
  test(`existing objects: ${name} is accepted`, () =>
    assert.deepEqual(obstacles(...args, commandsFor()), []));

const refused: readonly (readonly [string, Cluster, readonly RegExp[]])[] = [
  [
    "foreign namespaces",
    [settings(), { ...empty, namespaces: ["argo", "minio"] }, whole.slice(2, 3)],
    [/^namespace argo exists but does not belong to this stack/],
  ],
  [
    "a cluster with all namespaces",
    [settings(), { ...empty, namespaces }, []],
    [/^namespaces pipelines, argo, minio exist but do not belong/],
  ],
  [
    "CRDs of another Helm release",
    [settings(), { ...empty, workflows: helm("wf", "tools") }, []],
    [
      /^Argo's CRDs already exist \(owned by the Helm release "wf" in namespace tools\), .*install: false/,
    ],
  ],
  [
    "CRDs of a release with the same name in another namespace",
    [
      settings({ argo: { namespace: "argo2" } }),
      { ...empty, workflows: helm("argo-workflows", "argo") },
      whole,
    ],
    [/release "argo-workflows" in namespace argo\), .*in argo2\./],
  ],
  [
    "CRDs that Helm did not install",
    [settings(), { ...empty, workflows: {} }, []],
    [/^Argo's CRDs already exist \(not installed by Helm/],
  ],
  [
    "CRDs of another release, with crds: full",
    [settings({ argo: { crds: "full" } }), { ...empty, workflows: helm("wf", "tools") }, []],
    [/release "wf"/],
  ],
  [
    "a missing Argo with install: false",
    [settings({ argo: { install: false } }), { ...empty, cronWorkflows: false }, []],
    [/^tapctl:argo\.install is false, but the cluster has no cronworkflows/],
  ],
  [
    "a cluster with all of these problems",
    [settings(), { namespaces: ["pipelines"], workflows: {}, cronWorkflows: true }, []],
    [/^namespace pipelines/, /^Argo's CRDs/],
  ],
];
for (const [name, args, messages] of refused) {
  test(`existing objects: ${name} is reported before anything is created`, () => {
    const found = obstacles(...args, commandsFor());
    assert.equal(found.length, messages.length);
    for (const [index, message] of messages.entries()) assert.match(found[index] ?? "", message);
  });
}

test("namespaces of a stack: those of what it installs", () => {
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
