/** Parameters of a stack benchmark. */
export interface Scene {
  /** A temporary folder. */
  readonly folder: string;
  /** Context of the kubeconfig. */
  readonly context: string;
  /** Number of pipelines. */
  readonly pipelines: number;
  /** Number of counted rounds. */
  readonly rounds: number;
}

/** How figures name a number of pipelines. */
export function pipelinesText(count: number): string {
  return `${count.toLocaleString("en")} pipelines`;
}
