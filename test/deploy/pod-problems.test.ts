import assert from "node:assert/strict";
import { test } from "node:test";
import { textWith } from "../../src/common/commands";
import { podProblems, type ClusterEvent, type PodStatus } from "../../src/deploy/pod-problems";

const pod = (status: NonNullable<PodStatus["status"]>): PodStatus => ({
  metadata: { name: "minio-0", namespace: "minio" },
  status,
});
const waiting = (reason: string, message?: string) =>
  pod({
    phase: "Pending",
    containerStatuses: [
      {
        name: "minio",
        image: "quay.io/minio/minio:1",
        state: { waiting: { reason, ...(message !== undefined && { message }) } },
      },
    ],
  });
const unscheduled = (message: string) =>
  pod({
    phase: "Pending",
    conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }],
  });
const event = (reason: string, message: string): ClusterEvent => ({
  type: "Warning",
  reason,
  message,
  involvedObject: { kind: "StatefulSet", name: "minio", namespace: "minio" },
});

const cases: readonly (readonly [
  string,
  readonly PodStatus[],
  readonly ClusterEvent[],
  RegExp,
  RegExp,
])[] = [
  [
    "an image that cannot be pulled",
    [waiting("ImagePullBackOff")],
    [],
    /^pod minio\/minio-0 cannot pull quay\.io\/minio\/minio:1: ImagePullBackOff$/,
    /tapctl:objectStore\.image/,
  ],
  [
    "a Secret that does not exist",
    [waiting("CreateContainerConfigError", 'secret "minio-root" not found')],
    [],
    /cannot start "minio": secret "minio-root" not found$/,
    /create the missing object/,
  ],
  [
    "a claim without a volume",
    [unscheduled("pod has unbound immediate PersistentVolumeClaims")],
    [],
    /cannot be scheduled: pod has unbound/,
    /default StorageClass/,
  ],
  [
    "a node without room",
    [unscheduled("0/1 nodes are available: 1 Insufficient memory")],
    [],
    /Insufficient memory$/,
    /add a node/,
  ],
  [
    "a container that crashes",
    [
      pod({
        containerStatuses: [
          {
            name: "minio",
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: { terminated: { exitCode: 1, reason: "Error" } },
          },
        ],
      }),
    ],
    [],
    /"minio" exited with 1$/,
    /^kubectl -n minio logs minio-0 -c minio --previous$/,
  ],
  [
    "a container without memory",
    [
      pod({
        initContainerStatuses: [
          { name: "init", state: { terminated: { exitCode: 137, reason: "OOMKilled" } } },
        ],
      }),
    ],
    [],
    /"init" ran out of memory$/,
    /^kubectl -n minio logs minio-0 -c init$/,
  ],
  [
    "a claim that no volume matches",
    [],
    [
      {
        ...event("FailedBinding", "no persistent volumes available for this claim"),
        type: "Normal",
      },
    ],
    /^StatefulSet minio\/minio: no persistent volumes available for this claim$/,
    /tapctl:objectStore\.storageClass and size/,
  ],
  [
    "a node that cannot create the sandbox of a pod",
    [],
    [event("FailedCreatePodSandBox", 'failed to get sandbox image "pause:1"')],
    /^StatefulSet minio\/minio: failed to get sandbox image "pause:1"$/,
    /container runtime/,
  ],
  [
    "a quota",
    [],
    [event("FailedCreate", "exceeded quota: small")],
    /^StatefulSet minio\/minio: exceeded quota: small$/,
    /quota/,
  ],
];

const PULL =
  'failed to pull and unpack image "quay.io/minio/minio:1": failed to resolve reference "quay.io/minio/minio:1": failed to do request: Head "https://quay.io/v2/minio/minio/manifests/1": dial tcp: lookup quay.io on 10.96.0.10:53: no such host';

test("pod problems: an image that cannot be pulled is one problem with the registry's message", () => {
  const [pulls] = podProblems([waiting("ErrImagePull", PULL)]);
  const [waits] = podProblems([
    waiting(
      "ImagePullBackOff",
      `Back-off pulling image "quay.io/minio/minio:1": ErrImagePull: ${PULL}`,
    ),
  ]);
  assert.equal(
    pulls?.cause,
    "pod minio/minio-0 cannot pull quay.io/minio/minio:1: dial tcp: lookup quay.io on 10.96.0.10:53: no such host",
  );
  assert.deepEqual(waits, pulls);
  const [silent] = podProblems([
    waiting("ImagePullBackOff", 'Back-off pulling image "quay.io/minio/minio:1"'),
  ]);
  assert.equal(silent?.key, pulls.key);
  assert.match(silent.cause, /: ImagePullBackOff$/);
});

test("pod problems: a node that cannot create sandboxes is one problem, whatever the pod and the attempt", () => {
  const attempt = (name: string, id: string): ClusterEvent => ({
    ...event(
      "FailedCreatePodSandBox",
      `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${id.repeat(64)}"`,
    ),
    involvedObject: { kind: "Pod", name, namespace: "minio" },
  });
  const problems = podProblems([], [attempt("a", "a"), attempt("a", "b"), attempt("b", "c")]);
  assert.equal(problems.length, 1);
  assert.match(
    problems[0]?.cause ?? "",
    /^Pod minio\/b: failed to setup network for sandbox "c+"$/,
  );
});

for (const [what, pods, events, cause, fix] of cases) {
  test(`pod problems: ${what} has a cause and a fix`, () => {
    const problems = podProblems(pods, events);
    assert.equal(problems.length, 1);
    assert.match(problems[0]?.cause ?? "", cause);
    assert.match(textWith(problems[0]?.fix ?? ""), fix);
  });
}

test("pod problems: pods of runs and the claims of their volumes are not problems of an installation", () => {
  const failed: PodStatus = {
    metadata: {
      name: "orders-1-extract-pod-2",
      namespace: "pipelines",
      labels: { "workflows.argoproj.io/workflow": "orders-1" },
    },
    status: {
      phase: "Failed",
      containerStatuses: [{ name: "main", state: { terminated: { exitCode: 10 } } }],
    },
  };
  const about = (kind: string, name: string): ClusterEvent => ({
    type: "Warning",
    reason: kind === "Pod" ? "FailedMount" : "ProvisioningFailed",
    message: "not found",
    involvedObject: { kind, name, namespace: "pipelines" },
  });
  const events = [
    about("Pod", "orders-1-extract-pod-2"),
    about("PersistentVolumeClaim", "orders-1-extract-pod-2-scratch"),
  ];
  assert.deepEqual(podProblems([failed], events), []);
  assert.equal(podProblems([failed], [...events, about("Pod", "minio-0")]).length, 1);
});

test("pod problems: a mount that waits for the node's cache is not one", () => {
  const late = (object: string): ClusterEvent =>
    event(
      "FailedMount",
      `MountVolume.SetUp failed for volume "a" : failed to sync ${object} cache: timed out waiting for the condition`,
    );
  assert.deepEqual(podProblems([], [late("configmap"), late("secret")]), []);
  const missing = event("FailedMount", 'secret "a" not found');
  assert.equal(podProblems([], [late("secret"), missing]).length, 1);
});

test("pod problems: pods that are starting, running or succeeded have none", () => {
  const fine = [
    pod({ phase: "Running", containerStatuses: [{ name: "a", state: {} }] }),
    pod({
      phase: "Succeeded",
      containerStatuses: [{ name: "a", state: { terminated: { exitCode: 1 } } }],
    }),
    waiting("ContainerCreating"),
    waiting("PodInitializing"),
    { metadata: { name: "a", namespace: "b" } },
  ];
  assert.deepEqual(podProblems(fine, [event("Scheduled", "")]), []);
});
