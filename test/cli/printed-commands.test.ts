import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { stringify } from "yaml";
import { cronWorkflow } from "../cluster/support";
import { startKubernetesApi, type KubernetesApi } from "../support/kubernetes-api";
import { cliEnvironment, makeProject, tapctl } from "./support";

const ARRAY = `[
  { name: "orders", schedule: "0 6 * * *", tap: c.tapRestApi({ api_url: "http://127.0.0.1:9" }), target: c.targetJsonl({}) },
  { name: "rates", schedule: "0 6 * * *", tap: c.tapRestApi({ api_url: "http://127.0.0.1:9" }), target: c.targetJsonl({}) },
]`;

const PLACE = "--context kind-b --namespace etl";

/**
 * What a project with the stacks "dev" and "two" prints of a cluster: "two" is deployed by the
 * context "kind-b" to the namespace "etl".
 */
async function printedBy(
  t: TestContext,
  lines: readonly string[],
  prepare: (api: KubernetesApi) => void = () => undefined,
): Promise<string> {
  const api = await startKubernetesApi();
  t.after(() => api.stop());
  prepare(api);
  const root = makeProject(t, ARRAY);
  const kubeconfig = join(root, "kubeconfig");
  api.writeKubeconfig(kubeconfig);
  const config = readFileSync(kubeconfig, "utf8").replaceAll(
    '"contexts":[',
    '"contexts":[{"name":"kind-b","context":{"cluster":"stand-in","user":"tester"}},',
  );
  writeFileSync(kubeconfig, config);
  mkdirSync(join(root, ".tapctl"));
  writeFileSync(join(root, "Pulumi.dev.yaml"), "config: {}\n");
  writeFileSync(
    join(root, "Pulumi.two.yaml"),
    stringify({ config: { "tapctl:namespace": "etl" } }),
  );
  writeFileSync(
    join(root, ".tapctl", "Pulumi.two.yaml"),
    stringify({ config: { "tapctl:namespace": "etl", "tapctl:context": "kind-b" } }),
  );
  const printed: string[] = [];
  for (const line of lines) {
    const { stdout, stderr } = await tapctl(root, line.split(" "), {
      env: { ...cliEnvironment(), KUBECONFIG: kubeconfig },
    });
    printed.push(stdout, stderr);
  }
  return printed.join("");
}

/**
 * Asserts that each printed command names stack, context and namespace, and that there are some.
 */
function assertPlaces(printed: string, kinds: readonly ("kubectl" | "npx tapctl")[]): void {
  for (const kind of kinds) assert.ok(printed.includes(kind), `no ${kind} in:\n${printed}`);
  for (const [command] of printed.matchAll(/kubectl [^`;\n]*/g))
    assert.match(
      command,
      /^kubectl --context kind-b .*-n etl|^kubectl --context kind-b .*-n argo/,
      printed,
    );
  for (const [command] of printed.matchAll(/npx tapctl [^`;\n]*/g))
    assert.match(
      command,
      /^npx tapctl (up|pulumi) --stack two|--on cluster --context kind-b --namespace etl/,
      printed,
    );
}

suite("printed commands on a cluster", () => {
  test("printed commands: those of doctor name the stack, the context and the namespace", async (t) => {
    const printed = await printedBy(t, [`doctor --on cluster ${PLACE}`], (api) => {
      api.put("deployments", {
        metadata: {
          name: "workflow-controller",
          namespace: "argo",
          labels: { "app.kubernetes.io/component": "workflow-controller" },
        },
        spec: { replicas: 0 },
      });
      api.put("cronworkflows", {
        ...cronWorkflow("orders"),
        metadata: { ...cronWorkflow("orders").metadata, namespace: "etl" },
        status: { phase: "Stopped" },
      });
    });
    assert.match(
      printed,
      /scaled to zero.*\n.*-> kubectl --context kind-b scale -n argo deploy\/workflow-controller --replicas=1$/m,
    );
    assertPlaces(printed, ["npx tapctl", "kubectl"]);
  });

  test("printed commands: suspend and resume name the stack of the update that reverts them", async (t) => {
    const printed = await printedBy(
      t,
      [`suspend orders --on cluster ${PLACE}`, `suspend stray --on cluster ${PLACE}`],
      (api) => {
        for (const name of ["orders", "stray"])
          api.put("cronworkflows", {
            ...cronWorkflow(name),
            metadata: { ...cronWorkflow(name).metadata, namespace: "etl" },
          });
      },
    );
    assert.match(printed, /the next `npx tapctl up --stack two` turns the schedule (off|on) again/);
    assert.match(printed, /`npx tapctl up --stack two` from here deletes it/);
    assertPlaces(printed, ["npx tapctl"]);
  });

  const errors: readonly (readonly [string, string])[] = [
    ["run", "run orders"],
    ["status of one", "status orders"],
    ["state show", "state show orders"],
    ["state rollback", "state rollback orders"],
    ["config get", "config get orders --out /nowhere"],
    ["retry", "retry orders"],
    ["runs", "runs orders"],
    ["logs", "logs orders"],
  ];
  for (const [title, line] of errors) {
    test(`printed commands: the error of ${title} in an empty namespace names the stack to deploy`, async (t) => {
      assertPlaces(await printedBy(t, [`${line} --on cluster ${PLACE}`]), ["npx tapctl"]);
    });
  }

  test("printed commands: the error of cancel names the context and the namespace", async (t) => {
    assertPlaces(await printedBy(t, [`cancel orders --on cluster ${PLACE}`]), ["npx tapctl"]);
  });

  test("printed commands: an unknown stack is a placeholder in doctor", async (t) => {
    const printed = await printedBy(t, [
      "doctor --on cluster --context stand-in --namespace other",
    ]);
    assert.match(printed, /npx tapctl up --stack NAME/);
    assert.doesNotMatch(printed, /npx tapctl up(?! --stack NAME)/);
  });

  test("printed commands: the default stack and the current context are not named", async (t) => {
    const printed = await printedBy(t, ["doctor --on cluster"]);
    assert.match(printed, /npx tapctl up$/m);
  });
});
