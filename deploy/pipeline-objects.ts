import { defaultClusterSettings } from "../components/argo/cluster-settings";
import { PIPELINE_LABEL } from "../components/argo/names";
import { pipelineSecret } from "../components/argo/pipeline-secret";
import { UserError } from "../errors";
import type { PipelineEntry } from "../pipelines/define";
import { capture } from "./command";
import type { Engine } from "./pulumi";
import { recordedResources } from "./state";

/** Where pipelines run. */
export interface PipelinesCluster {
  /** Context of the kubeconfig. */
  readonly context: string;
  /** Namespace of the pipelines. */
  readonly namespace: string;
}

/** An object of a pipeline as `kind/name`, such as `Secret/pipeline-orders`. */
export type ObjectKey = `${"CronWorkflow" | "Secret"}/${string}`;

/** Kinds of a pipeline's objects, by the types that the engine calls them. */
const KINDS: { readonly [type: string]: "CronWorkflow" | "Secret" } = { "kubernetes:argoproj.io/v1alpha1:CronWorkflow": "CronWorkflow", "kubernetes:core/v1:Secret": "Secret" };
const API_VERSIONS = { CronWorkflow: "argoproj.io/v1alpha1", Secret: "v1" } as const;

/** New or removed pipelines up to this number take seconds with a saved state after each step. */
export const FEW = 50;

/** All pipelines, each with its objects, as the engine matches them. */
export const ALL_PIPELINES = ["**::tapctl:index:Pipeline::**", "**::tapctl:index:Pipeline$**"] as const;

/** The objects of an entry of the array. */
export function objectsOf(entry: PipelineEntry): readonly ObjectKey[] {
  const secret = pipelineSecret(entry);
  return [`CronWorkflow/${entry.name}`, ...(secret ? [`Secret/${secret.name}` as const] : [])];
}

/** What the engine calls an entry of the array: its component, and each of its objects. */
export function urnsOf(entry: PipelineEntry, stack: string): readonly string[] {
  const component = "tapctl:index:Pipeline";
  const kinds = objectsOf(entry).map((key) => key.split("/")[0]);
  const types = Object.entries(KINDS).filter(([, kind]) => kinds.includes(kind)).map(([type]) => `${component}$${type}`);
  return [component, ...types].map((type) => `urn:pulumi:${stack}::tapctl::${type}::${entry.name}`);
}

/** An object by what the cluster needs to find it. */
export function objectReference(key: ObjectKey, namespace: string): { readonly apiVersion: string; readonly kind: string; readonly metadata: { readonly name: string; readonly namespace: string } } {
  const [kind, name] = key.split("/") as ["CronWorkflow" | "Secret", string];
  return { apiVersion: API_VERSIONS[kind], kind, metadata: { name, namespace } };
}

/** The objects of pipelines that the stack's state has. */
export function recordedObjects(engine: Engine): ReadonlySet<ObjectKey> {
  return new Set(
    recordedResources(engine).flatMap(({ type, id }): ObjectKey[] => {
      const kind = KINDS[type];
      return kind && id !== undefined ? [`${kind}/${id.split("/").at(-1) ?? id}`] : [];
    }),
  );
}

/** How many pipelines the stack's state has. */
export function countPipelines(recorded: ReadonlySet<ObjectKey>): number {
  return [...recorded].filter((key) => key.startsWith("CronWorkflow/")).length;
}

/**
 * The objects of pipelines that the cluster has and this project made.
 *
 * @throws UserError where the cluster does not say.
 */
export function liveObjects({ context, namespace }: PipelinesCluster): ReadonlySet<ObjectKey> {
  const labels = [PIPELINE_LABEL, ...Object.entries(defaultClusterSettings.labels).map(([name, value]) => `${name}=${value}`)].join(",");
  const { ok, output, error } = capture("kubectl", ["--context", context, "-n", namespace, "get", "cronworkflows.argoproj.io,secrets", "-l", labels, "-o", 'jsonpath={range .items[*]}{.kind}/{.metadata.name}{"\\n"}{end}']);
  if (!ok) throw new UserError(`the pipelines of the namespace "${namespace}" cannot be listed: ${error.split("\n").at(-1)}`, 1);
  return new Set(output.split("\n").filter((line) => line !== "") as ObjectKey[]);
}
