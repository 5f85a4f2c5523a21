import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { commandsFor } from "../../src/common/commands";
import type { Engine } from "../../src/deploy/pulumi";
import { recover } from "../../src/deploy/recover";
import { planRecovery, type PendingObject } from "../../src/deploy/recovery";
import type { PendingOperation, RecordedResource, StackState } from "../../src/deploy/state";

const urn = (type: string, name: string) => `urn:pulumi:dev::tapctl::${type}::${name}`;
const CRON = "kubernetes:argoproj.io/v1alpha1:CronWorkflow";
const NAMESPACE = "kubernetes:core/v1:Namespace";
const RELEASE = "kubernetes:helm.sh/v3:Release";

function creating(type: string, name: string, inputs: object): PendingOperation {
  return {
    type: "creating",
    resource: { urn: urn(type, name), type, inputs: inputs as RecordedResource["inputs"] & object },
  };
}
const cron = (name: string) =>
  creating(CRON, name, {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "CronWorkflow",
    metadata: { name, namespace: "pipelines" },
  });
const space = (name: string) =>
  creating(NAMESPACE, name, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
const saved = (name: string): RecordedResource => ({
  urn: urn(NAMESPACE, name),
  type: NAMESPACE,
  id: name,
});
const stateOf = (
  resources: readonly RecordedResource[],
  pending: readonly PendingOperation[],
): StackState => ({ version: 3, deployment: { resources, pending_operations: pending } });
const names = (objects: readonly PendingObject[]) => objects.map(({ name }) => name);

test("recovery: pending creations that exist become resources, missing ones are dropped, foreign objects are named", () => {
  const state = stateOf(
    [saved("pipelines")],
    [cron("orders"), cron("invoices"), cron("theirs"), space("minio")],
  );
  const found: { readonly [name: string]: "ours" | "absent" | "foreign" } = {
    orders: "ours",
    invoices: "absent",
    theirs: "foreign",
    minio: "ours",
  };
  const recovery = planRecovery(state, ({ name }) => found[name] ?? "absent");
  assert.deepEqual(names(recovery.adopted), ["orders", "minio"]);
  assert.deepEqual(recovery.again, [urn(CRON, "invoices")]);
  assert.deepEqual(names(recovery.foreign), ["theirs"]);
  assert.deepEqual(
    recovery.state.deployment.resources?.map(({ id }) => id),
    ["pipelines", "pipelines/orders", "minio"],
  );
  assert.deepEqual(recovery.state.deployment.pending_operations, []);
});

test("recovery: objects of pipelines that are no longer in the state are not adopted, and not pending", () => {
  const pipeline = { urn: urn("tapctl:index:Pipeline", "orders"), type: "tapctl:index:Pipeline" };
  const part = (name: string): PendingOperation => ({
    type: "creating",
    resource: { ...cron(name).resource, parent: urn("tapctl:index:Pipeline", name) },
  });
  const recovery = planRecovery(
    stateOf([saved("pipelines"), pipeline], [part("orders"), part("gone")]),
    () => "ours",
  );
  assert.deepEqual(names(recovery.adopted), ["orders"]);
  assert.deepEqual(recovery.state.deployment.pending_operations, []);
  assert.deepEqual(
    recovery.state.deployment.resources?.map(({ urn: name }) => name),
    [saved("pipelines").urn, pipeline.urn, urn(CRON, "orders")],
  );
});

test("recovery: images, passwords and releases are created again; cloud resources and other operations stay pending", () => {
  const updating: PendingOperation = { type: "updating", resource: saved("pipelines") };
  const bucket = creating("aws:s3/bucket:Bucket", "store", {});
  const state = stateOf(
    [],
    [
      creating("docker-build:index:Image", "tap", {}),
      creating("random:index/randomPassword:RandomPassword", "root", {}),
      creating(RELEASE, "minio", { name: "minio", namespace: "minio" }),
      bucket,
      updating,
    ],
  );
  const recovery = planRecovery(state, () =>
    assert.fail("nothing of it is an object of the cluster"),
  );
  assert.equal(recovery.again.length, 3);
  assert.deepEqual(recovery.unknown, [bucket.resource.urn]);
  assert.deepEqual(recovery.state.deployment.pending_operations, [bucket, updating]);
});

/** Objects that the stand-in for the cluster has, by `kind/name`, with their labels. */
type Live = { readonly [key: string]: { readonly [label: string]: string } };

interface World {
  readonly live?: Live;
  /** Objects in the namespace of the pipelines with the labels of a stack, `kind/name` each. */
  readonly managed?: readonly string[];
  /** Volume claims of every namespace. */
  readonly claims?: readonly object[];
}

/**
 * Recovers a stack of stand-ins for `pulumi` and `kubectl`: what they were called with, and the
 * state that was written.
 */
function run(
  t: TestContext,
  state: StackState,
  { live = {}, managed = [], claims = [] }: World,
): {
  readonly calls: readonly string[];
  readonly deleted: string;
  readonly written: StackState | undefined;
  readonly error: unknown;
} {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-recover-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const objects = Object.entries(live).map(
    ([key, labels]) =>
      [
        key,
        listOf({
          apiVersion: key.startsWith("Namespace/") ? "v1" : "argoproj.io/v1alpha1",
          kind: key.split("/")[0],
          metadata: {
            name: key.split("/")[1],
            ...(key.startsWith("Namespace/") ? {} : { namespace: "pipelines" }),
            labels,
          },
        }),
      ] as const,
  );
  const lines = (apiVersion: string, kinds: readonly string[]) =>
    managed
      .filter((key) => kinds.some((kind) => key.startsWith(`${kind}/`)))
      .map((key) => `${apiVersion} ${key.replace("/", " ")}\\n`)
      .join("");
  for (const [key, text] of objects) writeFileSync(join(folder, key.replace("/", "-")), text);
  program(
    folder,
    "pulumi",
    `case "$*" in "stack import"*) while [ "$1" != --file ]; do shift; done; cat "$2" > "${folder}/written";; esac`,
  );
  writeFileSync(join(folder, "claims"), JSON.stringify({ items: claims }));
  program(
    folder,
    "kubectl",
    `case "$*" in
      *"get persistentvolumeclaims"*) cat "${folder}/claims";;
      *"get -f -"*) input=$(cat); kind=$(printf %s "$input" | sed 's/.*"kind":"\\([^"]*\\)".*/\\1/'); name=$(printf %s "$input" | sed 's/.*"name":"\\([^"]*\\)".*/\\1/'); [ ! -f "${folder}/$kind-$name" ] || cat "${folder}/$kind-$name";;
      *"get prometheusrules"*) echo "error: the server doesn't have a resource type \\"prometheusrules\\"" >&2; exit 1;;
      *"get cronworkflows"*) printf '${lines("argoproj.io/v1alpha1", ["CronWorkflow", "WorkflowTemplate"])}';;
      *"-n pipelines get secrets"*) printf '${lines("v1", ["Secret", "ConfigMap", "RoleBinding"])}';;
      *"delete --cascade=orphan"*) cat >> "${folder}/deleted";;
    esac`,
  );
  const path = process.env["PATH"];
  process.env["PATH"] = `${folder}:${path}`;
  const engine: Engine = {
    command: ["pulumi"],
    env: { ...process.env },
    stack: ["--stack", "dev"],
    places: [],
    commands: commandsFor(),
    name: "dev",
    project: "tapctl",
    root: folder,
    backend: "file:///state",
  };
  let error: unknown;
  try {
    recover({ engine, state, context: "kind-a", namespace: "pipelines" });
  } catch (reason) {
    error = reason;
  }
  process.env["PATH"] = path;
  const read = (name: string) =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : "";
  const written = read("written");
  return {
    calls: read("calls").split("\n"),
    deleted: read("deleted"),
    written: written === "" ? undefined : (JSON.parse(written) as StackState),
    error,
  };
}

/** What `kubectl get -f` prints of an object. */
const listOf = (object: object): string =>
  JSON.stringify({ apiVersion: "v1", kind: "List", items: [object] });

function program(folder: string, name: string, body: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >> "${folder}/calls"\n${body}\n`);
  chmodSync(join(folder, name), 0o755);
}

const MANAGED = { "app.kubernetes.io/managed-by": "tapctl" };

test("recover: an object with the stack's labels in its namespace is adopted", (t) => {
  const { written, error } = run(
    t,
    stateOf([saved("pipelines")], [cron("orders"), cron("invoices")]),
    { live: { "CronWorkflow/orders": MANAGED } },
  );
  assert.equal(error, undefined);
  assert.deepEqual(
    written?.deployment.resources?.map(({ id }) => id),
    ["pipelines", "pipelines/orders"],
  );
  assert.deepEqual(written.deployment.pending_operations, []);
});

test("recover: a namespace with the stack's label is adopted with the objects in it", (t) => {
  const live = {
    "Namespace/pipelines": { ...MANAGED, "tapctl.dev/stack": "dev" },
    "CronWorkflow/orders": MANAGED,
  };
  const { written } = run(t, stateOf([], [space("pipelines"), cron("orders")]), { live });
  assert.deepEqual(
    written?.deployment.resources?.map(({ id }) => id),
    ["pipelines", "pipelines/orders"],
  );
});

for (const [what, state, live] of [
  [
    "an object without the labels",
    stateOf([saved("pipelines")], [cron("orders")]),
    { "CronWorkflow/orders": {} },
  ],
  [
    "an object in a namespace that is not the stack's",
    stateOf([], [cron("orders")]),
    { "CronWorkflow/orders": MANAGED },
  ],
  [
    "a namespace of another stack",
    stateOf([], [space("pipelines")]),
    { "Namespace/pipelines": { ...MANAGED, "tapctl.dev/stack": "prod" } },
  ],
] as const) {
  test(`recover: ${what} is rejected and not changed`, (t) => {
    const { calls, written, deleted, error } = run(t, state, { live });
    assert.match(
      String(error),
      / already exists and does not belong to this stack\.\nRename or delete it/,
    );
    assert.equal(written, undefined);
    assert.equal(deleted, "");
    assert.ok(!calls.some((call) => call.includes(" delete ")));
  });
}

test("recover: objects of the stack that its state does not have are deleted only in its own namespaces", (t) => {
  const recorded: RecordedResource = {
    urn: urn(CRON, "orders"),
    type: CRON,
    id: "pipelines/orders",
  };
  // A killed `destroy` leaves the last two: Pulumi drops them before it deletes their namespace.
  const managed = [
    "CronWorkflow/orders",
    "CronWorkflow/stray",
    "Secret/pipeline-stray",
    // Of an ExternalSecret: it has its labels, and an owner.
    "Secret/shop-password-external 58f6a0c2",
    "ConfigMap/artifact-repositories",
    "RoleBinding/singer-executor",
  ];
  const { deleted, error } = run(t, stateOf([saved("pipelines"), recorded], []), { managed });
  assert.equal(error, undefined);
  const { items } = JSON.parse(deleted) as {
    readonly items: readonly {
      readonly kind: string;
      readonly metadata: { readonly name: string; readonly namespace: string };
    }[];
  };
  assert.deepEqual(
    items.map(({ kind, metadata: { name, namespace } }) => `${kind}/${namespace}/${name}`).sort(),
    [
      "ConfigMap/pipelines/artifact-repositories",
      "CronWorkflow/pipelines/stray",
      "RoleBinding/pipelines/singer-executor",
      "Secret/pipelines/pipeline-stray",
    ],
  );
  assert.equal(run(t, stateOf([], []), { managed }).deleted, "");
});

test("recover: an unfinished Helm record is deleted; a finished one only if the state does not have the release", (t) => {
  const minio = { name: "minio", namespace: "minio" };
  const known = run(
    t,
    stateOf(
      [
        saved("pipelines"),
        { urn: urn(RELEASE, "minio"), type: RELEASE, id: "minio/minio", inputs: minio },
      ],
      [],
    ),
    {},
  );
  assert.ok(
    known.calls.some((call) =>
      call.endsWith(
        "-n minio delete secrets -l owner=helm,name=minio,status in (pending-install,pending-upgrade,pending-rollback) --ignore-not-found",
      ),
    ),
    known.calls.join("\n"),
  );
  const pending = run(t, stateOf([saved("pipelines")], [creating(RELEASE, "minio", minio)]), {});
  assert.ok(
    pending.calls.some((call) =>
      call.endsWith("-n minio delete secrets -l owner=helm,name=minio --ignore-not-found"),
    ),
    pending.calls.join("\n"),
  );
});

test("recover: claims without a volume of an interrupted installation are deleted, so that a corrected class or size counts", (t) => {
  const claim = (name: string, release: string, volumeName?: string) => ({
    metadata: { name, annotations: { "meta.helm.sh/release-name": release } },
    spec: { storageClassName: "fast", ...(volumeName !== undefined && { volumeName }) },
    status: { phase: name === "bound" ? "Bound" : "Pending" },
  });
  const claims = [
    claim("minio", "minio"),
    claim("bound", "minio", "pv-1"),
    claim("binding", "minio", "pv-2"),
    claim("theirs", "other"),
    { metadata: { name: "own" }, spec: {}, status: { phase: "Pending" } },
  ];
  const inputs = { name: "minio", namespace: "minio" };
  const deletions = (state: StackState) =>
    run(t, state, { claims }).calls.filter((call) =>
      call.includes("delete persistentvolumeclaims"),
    );
  assert.deepEqual(deletions(stateOf([saved("minio")], [creating(RELEASE, "minio", inputs)])), [
    "kubectl --context kind-a -n minio delete persistentvolumeclaims minio --ignore-not-found",
  ]);
  const installed = { urn: urn(RELEASE, "minio"), type: RELEASE, id: "minio/minio", inputs };
  assert.deepEqual(deletions(stateOf([saved("minio"), installed], [])), []);
});

test("recover: a state without pending operations is not written", (t) => {
  const { written, error } = run(t, stateOf([saved("pipelines")], []), {});
  assert.equal(error, undefined);
  assert.equal(written, undefined);
});
