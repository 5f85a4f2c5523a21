import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseAllDocuments, stringify } from "yaml";
import { LOG_KEY, PIPELINES_KEY } from "../../src/manifests/argo/artifact-repository";
import { defaultClusterSettings } from "../../src/manifests/argo/cluster-settings";
import { pipelineManifests } from "../../src/manifests/argo/manifests";
import { defaultParameters } from "../../src/manifests/argo/parameters";
import { singerTemplates } from "../../src/manifests/argo/singer-template";
import { RUN_ID, WORK } from "../../src/manifests/argo/store-artifacts";
import type { Template } from "../../src/manifests/argo/types";
import { assertValid } from "../../src/model/validation/validate";
import { images, pipelines, settings } from "./fixtures";
import { assertGolden } from "./golden";
import { validators } from "./valid";

const manifests = pipelines.map((entry) => pipelineManifests(entry, images, settings));
const shared = singerTemplates(settings);
const templates = shared.flatMap(({ spec }) => spec.templates ?? []);
const yaml = (objects: readonly object[]) =>
  objects
    .map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join("---\n");
const named = (name: string): Template => {
  const found = templates.find((one) => one.name === name);
  assert.ok(found, `there is no template ${name}`);
  return found;
};
const text = JSON.stringify(shared);

test("fixtures: all pipelines are valid", () => assertValid(pipelines));

describe("golden manifests", () => {
  for (const template of shared)
    test(`golden manifests: the template "${template.spec.entrypoint}" equals its file`, () =>
      assertGolden(`${template.metadata.name}.yaml`, yaml([template])));
  test("golden manifests: the default templates equal their file", () =>
    assertGolden("singer-templates-default.yaml", yaml(singerTemplates(defaultClusterSettings))));
  for (const { name, secret, cronWorkflow, workflow } of manifests) {
    test(`golden manifests: pipeline "${name}" equals its file`, () =>
      assertGolden(
        `pipelines/${name}.yaml`,
        yaml([...(secret ? [secret] : []), cronWorkflow, workflow]),
      ));
  }
});

test("manifests: every object is valid by the published types", async () => {
  const validate = await validators();
  const objects = [
    ...shared,
    ...manifests.flatMap(({ cronWorkflow, workflow }) => [cronWorkflow, workflow]),
  ];
  for (const object of objects)
    assert.doesNotThrow(() => validate(object), JSON.stringify(object.metadata));
  const [first] = manifests;
  assert.throws(() =>
    validate({
      ...first?.cronWorkflow,
      spec: { ...first?.cronWorkflow.spec, schedules: "0 6 * * *" },
    }),
  );
});

test("manifests: every object survives YAML", () => {
  for (const { cronWorkflow } of manifests)
    assert.deepEqual(
      parseAllDocuments(yaml([cronWorkflow]))[0]?.toJSON(),
      JSON.parse(JSON.stringify(cronWorkflow)),
    );
});

describe("shared templates", () => {
  test("shared templates: every parameter that they use has a default", () => {
    const known = new Set(Object.keys(defaultParameters(settings)));
    const used = [...text.matchAll(/workflow\.parameters\.(\w+)/g)].map(([, name]) => name ?? "");
    assert.ok(used.length > 20);
    assert.deepEqual(
      used.filter((name) => !known.has(name)),
      [],
    );
    for (const name of known) assert.ok(used.includes(name), `nothing reads the parameter ${name}`);
  });

  test("shared templates: only steps with a single pod are retried, with a limit", () => {
    for (const one of templates) {
      if (!one.retryStrategy) continue;
      assert.ok(one.retryStrategy.limit !== undefined, `${one.name} is tried for ever`);
      // Argo applies the pendingTimeout of a pod only if the pod itself is not retried.
      const pods = (one.steps ?? []).flat().map(({ template: pod }) => named(pod ?? ""));
      assert.equal(pods.length, 1, one.name);
      for (const pod of pods)
        assert.ok(
          (pod.container ?? pod.containerSet) && pod.pendingTimeout && !pod.retryStrategy,
          pod.name,
        );
    }
    for (const name of ["extract", "load", "commit", "replicate", "follow-up", "job-run"])
      assert.ok(named(name).retryStrategy, name);
    for (const { spec } of shared) assert.equal(spec.retryStrategy, undefined);
  });

  test("shared templates: containers of connectors have minimal permissions", () => {
    for (const { spec } of shared)
      assert.deepEqual(
        [spec.automountServiceAccountToken, spec.executor?.serviceAccountName],
        [false, "singer-executor"],
      );
    for (const name of [
      "extract-pod",
      "load-pod",
      "commit-pod",
      "verdict",
      "replicate-pod",
      "notify-failed",
    ]) {
      const one = named(name);
      assert.equal(one.securityContext?.runAsNonRoot, true, name);
      assert.equal(one.securityContext?.seccompProfile?.type, "RuntimeDefault", name);
      const containers = [
        one.container,
        ...(one.containerSet?.containers ?? []),
        ...(one.initContainers ?? []),
      ].filter((container) => container !== undefined);
      assert.ok(containers.length > 0);
      for (const container of containers) {
        assert.equal(container.securityContext?.readOnlyRootFilesystem, true, name);
        assert.deepEqual(container.securityContext?.capabilities?.drop, ["ALL"], name);
        assert.ok(container.command && container.command.length > 0, `${name} has no command`);
      }
    }
  });

  test("shared templates: connector images are pulled by main containers, whose state Argo reports", () => {
    for (const one of templates)
      for (const { name, image } of one.initContainers ?? [])
        assert.ok(image !== undefined && !image.includes("{{"), `${one.name}, ${name}`);
    assert.equal(named("replicate-pod").initContainers?.length, 1);
  });

  test("shared templates: each connector sees only its own settings", () => {
    const seen = (name: string) => JSON.stringify(named(name));
    assert.ok(
      !seen("extract-pod").includes("target-config") && !seen("load-pod").includes("tap-config"),
    );
    const { tap, target } = Object.fromEntries(
      (named("replicate-pod").containerSet?.containers ?? []).map((container) => [
        container.name,
        JSON.stringify(container.volumeMounts),
      ]),
    );
    assert.ok(tap?.includes("tap-config") && !tap.includes("target-config"));
    assert.ok(target?.includes("target-config") && !target.includes("tap-config"));
  });

  test("shared templates: tap and target of one pod share only the run's files and certificates", () => {
    const pod = named("replicate-pod");
    const shared = pod.containerSet?.volumeMounts ?? [];
    assert.deepEqual(
      shared.map(({ name }) => name),
      ["work"],
    );
    const [tap = [], target = []] = ["tap", "target"].map(
      (name) =>
        pod.containerSet?.containers.find((container) => container.name === name)?.volumeMounts ??
        [],
    );
    // The folder of a volume that a container sees: two folders of one volume are two places.
    const places = (mounts: typeof tap) =>
      mounts.map(({ name, subPath }) => `${name}/${subPath ?? ""}`);
    assert.deepEqual(
      places(tap).filter((place) => places(target).includes(place)),
      ["certificate-authority/"],
    );
    for (const [kind, mounts] of [
      ["tap", tap],
      ["target", target],
    ] as const) {
      const at = (path: string) => mounts.find(({ mountPath }) => mountPath === path);
      assert.equal(at("/dev/shm")?.name, `${kind}-private`);
      assert.deepEqual(pod.volumes?.find(({ name }) => name === `${kind}-private`)?.emptyDir, {
        medium: "Memory",
        sizeLimit: "64Mi",
      });
      assert.equal(at("/tmp")?.subPath, kind);
    }
    for (const { name } of [...(pod.volumes ?? [])].filter((volume) => volume.secret))
      assert.ok(
        !pod.initContainers?.some(({ volumeMounts }) =>
          volumeMounts?.some((mount) => mount.name === name),
        ),
        name,
      );
    assert.ok(!text.includes("shareProcessNamespace") && !text.includes("hostIPC"));
  });

  test("shared templates: stored files are never deleted, and files that another step reads are not packed", () => {
    for (const one of templates) {
      for (const artifact of one.steps ? [] : (one.outputs?.artifacts ?? [])) {
        assert.equal(artifact.artifactGC?.strategy, "Never", artifact.name);
        assert.ok(artifact.name === "output" || artifact.archive?.none, artifact.name);
      }
      for (const artifact of one.inputs?.artifacts ?? []) {
        // An extract may be the folder of a parallel run.
        const mode = artifact.name === "extract" ? 0o755 : 0o644;
        if (artifact.archive?.none)
          assert.equal(artifact.mode, mode, `${one.name} ${artifact.name}`);
      }
    }
  });

  test("shared templates: optional inputs are read into a volume", () => {
    for (const name of ["extract-pod", "load-pod", "replicate-pod", "notify-succeeded"]) {
      for (const artifact of named(name).inputs?.artifacts ?? [])
        if (artifact.optional)
          assert.ok(artifact.path?.startsWith(`${WORK}/`), `${name} ${artifact.name}`);
    }
  });

  test("shared templates: logs of pods with user images are stored, for each attempt under its own key", () => {
    const kept = templates.filter((one) => one.archiveLocation?.archiveLogs);
    assert.deepEqual(
      kept.map(({ name }) => name),
      ["follow-up-pod", "follow-up-pod", "job-run-pod"],
    );
    const keyOf = (name: string) =>
      (named(name).steps ?? [])
        .flat()[0]
        ?.arguments?.parameters?.find((one) => one.name === LOG_KEY)?.value;
    assert.equal(
      keyOf("follow-up"),
      "runs/{{workflow.parameters.pipeline}}/{{inputs.parameters.run}}/logs/{{inputs.parameters.name}}/{{retries}}",
    );
    assert.equal(
      keyOf("job-run"),
      `runs/{{workflow.parameters.pipeline}}/${RUN_ID}/logs/job/{{retries}}`,
    );
    for (const { name, inputs } of kept)
      assert.ok(
        inputs?.parameters?.some((one) => one.name === LOG_KEY),
        name,
      );
    assert.ok(PIPELINES_KEY.includes(`.${LOG_KEY} ??`));
  });

  test("shared templates: a state is saved by a step of its own, after the history", () => {
    const stores = (one: Template) =>
      (one.outputs?.artifacts ?? []).filter(
        ({ s3 }) => s3?.key === "state/{{workflow.parameters.pipeline}}/state.json",
      );
    assert.deepEqual(
      templates.filter((one) => stores(one).length > 0).map(({ name }) => name),
      ["commit-pod", "replicate-pod"],
    );
    assert.deepEqual(
      (named("commit-pod").outputs?.artifacts ?? []).map(({ name }) => name),
      ["history", "state", "schemas", "summary"],
    );
  });

  test("shared templates: no data of a run reaches a shell", () => {
    assert.ok(!/"(sh|bash|\/bin\/sh|\/bin\/bash)"/.test(text));
    for (const one of templates)
      assert.ok(
        !JSON.stringify([one.container?.args, one.container?.command, one.initContainers]).includes(
          "workflow.failures",
        ),
        one.name,
      );
  });

  test("shared templates: a notifier that fails or hangs does not affect the run", () => {
    const notifiers = templates
      .flatMap((one) => [...(one.dag?.tasks ?? []), ...(one.steps ?? []).flat()])
      .filter(({ template: used }) => used?.startsWith("notify-"));
    // Also at the start of `retry` and `load-only`.
    assert.equal(notifiers.length, 3 * shared.length + 2);
    for (const notifier of notifiers)
      assert.deepEqual(notifier.continueOn, { failed: true, error: true });
    // A group of steps fails with a pod past its deadline, whatever its step's continueOn.
    for (const one of templates)
      for (const step of (one.steps ?? []).flat())
        assert.ok(!step.template?.startsWith("notify-"), one.name);
    for (const event of ["started", "failed", "succeeded"]) {
      const one = named(`notify-${event}`);
      assert.ok(one.timeout && one.activeDeadlineSeconds && !one.retryStrategy, event);
    }
    assert.deepEqual(named("notify-failed").inputs?.artifacts, undefined);
  });
});

describe("manifests of a pipeline", () => {
  const orders = manifests[0];
  test("pipeline Secret: secrets are references", () => {
    assert.ok(orders?.secret);
    const { stringData } = orders.secret;
    assert.deepEqual(JSON.parse(stringData["tap-secrets.json"] ?? ""), [
      ["password"],
      ["tables", 0, "token"],
      ["password", { secret: "shop-password" }],
      ["tables", 0, "token", { secret: "table-token" }],
    ]);
    assert.deepEqual(
      (JSON.parse(stringData["tap-config.json"] ?? "") as { readonly password: unknown }).password,
      { $secret: "shop-password" },
    );
    assert.equal(
      stringData["secret.warehouse-password"],
      JSON.stringify({ $secret: "warehouse-password" }),
    );
    assert.equal(stringData["webhook"], JSON.stringify({ $secret: "orders-channel" }));
  });

  test("follow-ups and jobs: secrets are references", () => {
    const value = (index: number, name: string) =>
      manifests[index]?.cronWorkflow.spec.workflowSpec.arguments?.parameters?.find(
        (one) => one.name === name,
      )?.value;
    const [dbt] = JSON.parse(String(value(0, "followUps"))) as readonly {
      readonly patch: string;
      readonly deadline: string;
    }[];
    const [container] = (
      JSON.parse(dbt?.patch ?? "") as {
        readonly containers: readonly {
          readonly env: unknown;
          readonly command: unknown;
          readonly args: unknown;
        }[];
      }
    ).containers;
    assert.deepEqual(container?.env, [
      { name: "TARGET", value: "prod" },
      {
        name: "PASSWORD",
        valueFrom: { secretKeyRef: { name: "pipeline-orders", key: "secret.warehouse-password" } },
      },
    ]);
    assert.deepEqual(
      [container?.command, container?.args, dbt?.deadline],
      [["dbt"], ["build", "--vars", "{x: 1}"], "1200"],
    );
    assert.match(
      String(value(3, "jobPatch")),
      /"secretKeyRef":\{"name":"pipeline-clean-up","key":"secret.clean-token"\}/,
    );
  });

  test("pipeline Secret: a job without secrets has none", () =>
    assert.equal(manifests[4]?.secret, undefined));
});
