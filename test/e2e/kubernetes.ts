import { spawn, spawnSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

/** A Workflow of the cluster, as far as the tests look at it. */
export interface WorkflowObject {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly phase?: string; readonly message?: string; readonly startedAt?: string; readonly finishedAt?: string; readonly nodes?: { readonly [id: string]: WorkflowNode } };
}

/** A step of a Workflow. */
export interface WorkflowNode {
  readonly displayName: string;
  readonly templateName?: string;
  readonly type: string;
  readonly phase: string;
  readonly message?: string;
}

/** Runs kubectl; what it printed. */
export function kubectl(args: readonly string[], input?: string): string {
  const { status, stdout, stderr } = spawnSync("kubectl", args, { encoding: "utf8", ...(input !== undefined && { input }), maxBuffer: 64 * 2 ** 20 });
  if (status !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** An object of the cluster. */
export function get<T>(kind: string, name: string, namespace: string): T {
  return JSON.parse(kubectl(["get", kind, name, "-n", namespace, "-o", "json"])) as T;
}

/** Starts a run of a pipeline by hand, as `argo submit --from` does; its name. */
export function submit(pipeline: string, namespace: string, parameters: { readonly [name: string]: string } = {}, entrypoint?: string): string {
  const cron = get<CronWorkflowObject>("cronworkflow", pipeline, namespace);
  const { workflowSpec, workflowMetadata } = cron.spec;
  const own = (workflowSpec.arguments?.parameters ?? []).filter(({ name }) => !(name in parameters));
  const given = Object.entries(parameters).map(([name, value]) => ({ name, value }));
  const workflow = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { generateName: `${pipeline}-`, namespace, ...workflowMetadata },
    spec: { ...workflowSpec, ...(entrypoint !== undefined && { entrypoint }), arguments: { parameters: [...own, ...given] } },
  };
  return create(workflow);
}

/** Creates an object; its name. */
export function create(object: object): string {
  return (JSON.parse(kubectl(["create", "-o", "json", "-f", "-"], JSON.stringify(object))) as WorkflowObject).metadata.name;
}

/** Waits until a Workflow has ended. */
export async function finished(name: string, namespace: string, seconds = 240): Promise<WorkflowObject> {
  for (let left = seconds; ; left--) {
    const workflow = get<WorkflowObject>("workflow", name, namespace);
    if (["Succeeded", "Failed", "Error"].includes(workflow.status?.phase ?? "")) return workflow;
    if (left === 0) throw new Error(`${name} has not ended after ${seconds} s: ${JSON.stringify(workflow.status, null, 1)}`);
    await pause(1000);
  }
}

/** Seconds from the creation of a Workflow's first step to its end. */
export function duration({ status }: WorkflowObject): number {
  return (Date.parse(status?.finishedAt ?? "") - Date.parse(status?.startedAt ?? "")) / 1000;
}

/** Forwards a port of this machine to a Service. */
export async function forward(service: string, port: number, namespace: string): Promise<{ readonly port: number; stop(): void }> {
  const child = spawn("kubectl", ["port-forward", "-n", namespace, `svc/${service}`, `:${port}`], { stdio: ["ignore", "pipe", "inherit"] });
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
    readonly workflowSpec: { readonly arguments?: { readonly parameters?: readonly { readonly name: string; readonly value: string }[] } };
  };
}
