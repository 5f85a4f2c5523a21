import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { connect, type Connection } from "../../src/cluster/connection";
import type { WorkflowObject } from "../../src/cluster/objects";
import { startKubernetesApi, type ApiObject, type KubernetesApi } from "../support/kubernetes-api";

/** A stand-in for a cluster, and the kubeconfig for it. */
export interface StandIn {
  readonly api: KubernetesApi;
  readonly kubeconfig: string;
  /** Connects as a command does. */
  readonly connect: () => Promise<Connection>;
}

/** Starts a stand-in until the end of the test; the kubeconfig of this process refers to it. */
export async function standIn(t: TestContext): Promise<StandIn> {
  const api = await startKubernetesApi();
  const folder = mkdtempSync(join(tmpdir(), "tapctl-cluster-"));
  const kubeconfig = join(folder, "kubeconfig");
  api.writeKubeconfig(kubeconfig, "pipelines");
  const before = process.env.KUBECONFIG;
  process.env.KUBECONFIG = kubeconfig;
  t.after(async () => {
    if (before === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = before;
    await api.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return { api, kubeconfig, connect: () => connect({}) };
}

/** Metadata of an object of a pipeline. */
export function metadata(
  name: string,
  pipeline: string,
  change: Partial<ApiObject["metadata"]> = {},
): ApiObject["metadata"] & {
  readonly name: string;
  readonly uid: string;
  readonly creationTimestamp: string;
} {
  return {
    name,
    namespace: "pipelines",
    uid: "abcdef01-0000-4000-8000-000000000000",
    creationTimestamp: "2026-11-25T12:00:00Z",
    ...change,
    labels: { "tapctl.dev/pipeline": pipeline, ...change.labels },
  };
}

/** A schedule as the stack has just deployed it, so that no run of it is late, whenever the tests run. */
export function cronWorkflow(name: string): ApiObject {
  return {
    metadata: metadata(name, name, { creationTimestamp: new Date().toISOString() }),
    spec: {
      schedules: ["0 6 * * *"],
      timezone: "UTC",
      suspend: false,
      workflowMetadata: {
        labels: { "tapctl.dev/pipeline": name, "tapctl.dev/trigger": "schedule" },
        annotations: { "tapctl.dev/owner": "data" },
      },
      workflowSpec: {
        workflowTemplateRef: { name: "singer-artifact" },
        entrypoint: "artifact",
        arguments: {
          parameters: [
            { name: "pipeline", value: name },
            { name: "trigger", value: "schedule" },
            { name: "onChange", value: "fail" },
          ],
        },
      },
    },
  };
}

/** A Workflow with some steps. */
export function workflow(
  name: string,
  pipeline: string,
  phase: string,
  nodes: readonly Partial<
    NonNullable<NonNullable<WorkflowObject["status"]>["nodes"]>[string]
  >[] = [],
  change: Partial<ApiObject["metadata"]> = {},
): WorkflowObject & ApiObject {
  const ended = ["Succeeded", "Failed", "Error"].includes(phase);
  return {
    metadata: metadata(name, pipeline, {
      ...change,
      labels: {
        "workflows.argoproj.io/phase": phase,
        ...(ended && { "workflows.argoproj.io/completed": "true" }),
        ...change.labels,
      },
    }),
    spec: {},
    status: {
      phase: phase as "Running",
      startedAt: "2026-11-25T12:00:05Z",
      ...(ended && { finishedAt: "2026-11-25T12:01:05Z" }),
      nodes: Object.fromEntries(
        nodes.map((node, index) => [
          `${name}-${index}`,
          {
            id: `${name}-${index}`,
            name: `${name}.${node.displayName ?? "extract(0)"}`,
            displayName: "extract(0)",
            type: "Pod",
            phase: "Succeeded" as const,
            startedAt: `2026-11-25T12:00:${10 + index}Z`,
            ...node,
          },
        ]),
      ),
    },
  };
}
