import { spawn, spawnSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

/** The part of a Workflow that the tests check. */
export interface WorkflowObject {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly phase?: string;
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
    readonly nodes?: { readonly [id: string]: WorkflowNode };
  };
}

/** A step of a Workflow. */
export interface WorkflowNode {
  readonly displayName: string;
  readonly templateName?: string;
  readonly type: string;
  readonly phase: string;
  readonly message?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

/** Runs kubectl; returns its output. */
export function kubectl(args: readonly string[], input?: string): string {
  const { status, stdout, stderr } = spawnSync("kubectl", args, {
    encoding: "utf8",
    ...(input !== undefined && { input }),
    maxBuffer: 64 * 2 ** 20,
  });
  if (status !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** An object of the cluster. */
export function get<T>(kind: string, name: string, namespace: string): T {
  return JSON.parse(kubectl(["get", kind, name, "-n", namespace, "-o", "json"])) as T;
}

/** The value of a parameter that a pipeline's runs have; empty if it has none. */
export function parameterOf(pipeline: string, wanted: string, namespace: string): string {
  const { workflowSpec } = get<CronWorkflowObject>("cronworkflow", pipeline, namespace).spec;
  return workflowSpec.arguments?.parameters?.find(({ name }) => name === wanted)?.value ?? "";
}

/** Options of a manual run. */
export interface Different {
  /** Parameters of the Workflow. */
  readonly parameters?: { readonly [name: string]: string };
  /** More of its specification. */
  readonly spec?: object;
}

/** Starts a manual run of a pipeline, as `argo submit --from` does; returns its name. */
export function submit(
  pipeline: string,
  namespace: string,
  { parameters = {}, spec = {} }: Different = {},
): string {
  const cron = get<CronWorkflowObject>("cronworkflow", pipeline, namespace);
  const { workflowSpec, workflowMetadata } = cron.spec;
  const own = (workflowSpec.arguments?.parameters ?? []).filter(
    ({ name }) => !(name in parameters),
  );
  const given = Object.entries(parameters).map(([name, value]) => ({ name, value }));
  const workflow = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { generateName: `${pipeline}-`, namespace, ...workflowMetadata },
    spec: { ...workflowSpec, ...spec, arguments: { parameters: [...own, ...given] } },
  };
  return create(workflow);
}

/** Creates an object; returns its name. */
export function create(object: object): string {
  return (
    JSON.parse(
      kubectl(["create", "-o", "json", "-f", "-"], JSON.stringify(object)),
    ) as WorkflowObject
  ).metadata.name;
}

/** Waits until a Workflow has ended. */
export async function finished(
  name: string,
  namespace: string,
  seconds = 240,
): Promise<WorkflowObject> {
  for (let left = seconds; ; left--) {
    const workflow = get<WorkflowObject>("workflow", name, namespace);
    if (["Succeeded", "Failed", "Error"].includes(workflow.status?.phase ?? "")) return workflow;
    if (left === 0)
      throw new Error(
        `${name} has not ended after ${seconds} s: ${JSON.stringify(workflow.status, null, 1)}`,
      );
    await pause(1000);
  }
}

/** The part of a Workflow's pod that the tests check. */
export interface PodObject {
  readonly metadata: {
    readonly name: string;
    readonly annotations?: { readonly [name: string]: string };
  };
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly state: {
        readonly running?: { readonly startedAt: string };
        readonly terminated?: object;
      };
    }[];
  };
}

/** Waits for a pod of a Workflow in a certain state, and deletes it; false if the Workflow ended first. */
export async function deletePod(
  workflow: string,
  namespace: string,
  wanted: (pod: PodObject) => boolean,
): Promise<boolean> {
  for (;;) {
    const { items } = JSON.parse(
      kubectl([
        "get",
        "pods",
        "-n",
        namespace,
        "-l",
        `workflows.argoproj.io/workflow=${workflow}`,
        "-o",
        "json",
      ]),
    ) as { readonly items: readonly PodObject[] };
    const found = items.find(wanted);
    if (found) {
      kubectl([
        "delete",
        "pod",
        "-n",
        namespace,
        found.metadata.name,
        "--wait=false",
        "--ignore-not-found",
      ]);
      return true;
    }
    const phase = get<WorkflowObject>("workflow", workflow, namespace).status?.phase;
    if (phase === "Succeeded" || phase === "Failed" || phase === "Error") return false;
    await pause(150);
  }
}

/** The pods of a template in a Workflow. */
export function podsOf({ status }: WorkflowObject, template: string): readonly WorkflowNode[] {
  return Object.values(status?.nodes ?? {}).filter(
    ({ templateName, type }) => templateName === template && type === "Pod",
  );
}

/** The result of each step of a Workflow, one line each. */
export function messages({ status }: WorkflowObject): string {
  return Object.values(status?.nodes ?? {})
    .map(({ displayName, phase, message }) => `${displayName} ${phase} ${message ?? ""}`)
    .join("\n");
}

/** Seconds from the creation of a Workflow's first step to its end. */
export function duration({ status }: WorkflowObject): number {
  return (Date.parse(status?.finishedAt ?? "") - Date.parse(status?.startedAt ?? "")) / 1000;
}

/** Forwards a port of this machine to a Service. */
export async function forward(
  service: string,
  port: number,
  namespace: string,
): Promise<{ readonly port: number; stop(): void }> {
  const child = spawn("kubectl", ["port-forward", "-n", namespace, `svc/${service}`, `:${port}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const local = await new Promise<number>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      const match = /127\.0\.0\.1:(\d+)/.exec(chunk.toString());
      if (match) resolve(Number(match[1]));
    });
    child.on("exit", () => reject(new Error(`port-forward to ${service} ended`)));
  });
  return { port: local, stop: () => child.kill() };
}

interface CronWorkflowObject {
  readonly spec: {
    readonly workflowMetadata?: object;
    readonly workflowSpec: {
      readonly arguments?: {
        readonly parameters?: readonly { readonly name: string; readonly value: string }[];
      };
    };
  };
}
