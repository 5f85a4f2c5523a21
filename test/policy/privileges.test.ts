import assert from "node:assert/strict";
import { test } from "node:test";
import { privileges } from "../../policy/privileges";
import { cronWorkflow, judge, pod, workflowTemplate } from "./support";

const securityContext = { runAsNonRoot: true, runAsUser: 1000 };

test("no-privileges: a container that is not root by its own, its pod's or its Workflow's setting passes", () => {
  for (const one of [
    pod({ securityContext }),
    pod({}, { securityContext }),
    workflowTemplate({ container: {}, securityContext }),
    workflowTemplate({ container: {} }, { securityContext }),
  ])
    assert.deepEqual(judge(privileges, one), []);
});

test("no-privileges: a container that is or may be root is rejected", () => {
  assert.deepEqual(judge(privileges, pod({})), [
    'container "main" may run as root: set runAsNonRoot to true',
  ]);
  assert.deepEqual(
    judge(privileges, pod({ securityContext: { runAsUser: 0 } }, { securityContext })),
    ['container "main" runs as root: runAsUser is 0'],
  );
  assert.deepEqual(
    judge(privileges, pod({ securityContext: { runAsNonRoot: false } }, { securityContext })),
    ['container "main" may run as root: set runAsNonRoot to true'],
  );
  assert.deepEqual(judge(privileges, workflowTemplate({ script: {} })), [
    'template "extract": container "main" may run as root: set runAsNonRoot to true',
  ]);
});

test("no-privileges: templates with user images may be root, and nothing more", () => {
  assert.deepEqual(
    judge(privileges, workflowTemplate({ name: "follow-up-pod", container: {} })),
    [],
  );
  assert.deepEqual(
    judge(
      privileges,
      workflowTemplate({
        name: "follow-up-pod",
        container: { securityContext: { privileged: true } },
      }),
    ),
    ['template "follow-up-pod": container "main" is privileged'],
  );
  assert.equal(
    judge(privileges, workflowTemplate({ name: "follow-up-pod", container: {} }), { mayBeRoot: [] })
      .length,
    1,
  );
});

test("no-privileges: privileges beyond a container are rejected", () => {
  assert.deepEqual(
    judge(
      privileges,
      pod({
        securityContext: {
          ...securityContext,
          privileged: true,
          allowPrivilegeEscalation: true,
          capabilities: { add: ["SYS_ADMIN", "CHOWN"] },
        },
      }),
      { capabilities: ["CHOWN"] },
    ),
    [
      'container "main" is privileged',
      'container "main" can gain privileges: allowPrivilegeEscalation is true',
      'container "main" adds capabilities: SYS_ADMIN',
    ],
  );
  assert.deepEqual(
    judge(
      privileges,
      pod(
        {},
        {
          securityContext,
          hostNetwork: true,
          hostPID: true,
          volumes: [{ name: "x", hostPath: { path: "/" } }],
        },
      ),
    ),
    [
      "the pod sets hostNetwork",
      "the pod sets hostPID",
      "the pod mounts a directory of the node (hostPath)",
    ],
  );
});

test("no-privileges: a patch that makes a container root is rejected, another patch passes", () => {
  const patch = (one: object) =>
    cronWorkflow({ jobPatch: JSON.stringify({ containers: [{ name: "main", ...one }] }) });
  assert.deepEqual(judge(privileges, patch({ command: ["x"] })), []);
  assert.deepEqual(judge(privileges, patch({ securityContext: { runAsUser: 0 } })), [
    'argument "jobPatch": container "main" runs as root: runAsUser is 0',
  ]);
});
