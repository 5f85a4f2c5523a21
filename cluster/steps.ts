import type { WorkflowNode } from "./objects";

/** A step of a run, and which try of it. */
export interface Step {
  /** Such as `extract`, `load`, `commit`, `stream`, `follow-up`. */
  readonly name: string;
  /** From 1. */
  readonly attempt: number;
}

/**
 * The step that a pod is of, from the name of its node: the pod of a step that is tried again is called `pod` in each
 * try, as components/argo/singer-retry.ts makes it.
 *
 * @example `orders-7xk2p.artifact[0].extract(1)[0].pod` is the second try of `extract`
 */
export function stepOf(node: string): Step {
  const own = node.replace(/(?:\[\d+\])?\.pod$/, "");
  const match = /([^.[\]()]+)(?:\((\d+)(?::[^)]*)?\))?$/.exec(own);
  return { name: match?.[1] ?? own, attempt: Number(match?.[2] ?? 0) + 1 };
}

/** A step as it is told. @example `extract, try 2` */
export function stepText({ name }: Pick<WorkflowNode, "name">): string {
  const { name: step, attempt } = stepOf(name);
  return attempt === 1 ? step : `${step}, try ${attempt}`;
}

/** Whether a step is one that tells people or sums up, and not a part of the run's work. */
export function isAside(step: string): boolean {
  return /^(tell-|notify-|summar|onExit|exit$)/.test(step);
}
