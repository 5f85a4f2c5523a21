import { kubectl } from "../../e2e/kubernetes";

/** Resource usage of Argo's controller so far. */
export interface ControllerUsage {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Processor time in seconds since it started. */
  readonly cpu: number;
  /** Current memory in bytes. */
  readonly memory: number;
}

/**
 * Reads from the controller's kubelet (source: kubernetes.io/docs/reference/instrumentation/node-metrics).
 *
 * @throws Error if there is no controller, or its kubelet does not report it.
 */
export function controllerUsage(): ControllerUsage {
  const [node, pod] = kubectl([
    "get",
    "pods",
    "-n",
    "argo",
    "-l",
    "app.kubernetes.io/component=workflow-controller",
    "-o",
    "jsonpath={.items[0].spec.nodeName} {.items[0].metadata.name}",
  ]).split(" ");
  const stats = JSON.parse(
    kubectl(["get", "--raw", `/api/v1/nodes/${node}/proxy/stats/summary`]),
  ) as {
    readonly pods: readonly {
      readonly podRef: { readonly name: string };
      readonly containers: readonly {
        readonly cpu: { readonly time: string; readonly usageCoreNanoSeconds: number };
        readonly memory: { readonly workingSetBytes: number };
      }[];
    }[];
  };
  const container = stats.pods.find(({ podRef }) => podRef.name === pod)?.containers[0];
  if (container === undefined) throw new Error(`the kubelet of ${node} knows nothing of ${pod}`);
  const { cpu, memory } = container;
  return {
    at: Date.parse(cpu.time),
    cpu: cpu.usageCoreNanoSeconds / 1e9,
    memory: memory.workingSetBytes,
  };
}
