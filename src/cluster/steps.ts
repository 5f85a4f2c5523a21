import type { WorkflowNode } from "./objects";

/** Template of a follow-up; each is a step of this name, and its input `name` says which. */
const FOLLOW_UP = "follow-up";

/** A step of a run, and which try of it. */
export interface Step {
  /** Such as `extract`, `load`, `commit`, `stream`, `follow-up`. */
  readonly name: string;
  /** From 1. */
  readonly attempt: number;
}

/**
 * The step that a pod is of, from the name of its node: the pod of a step that is tried again is a step of its own in
 * each try, and has the same name, as src/manifests/argo/singer-retry.ts makes it.
 *
 * @example `orders-7xk2p.artifact[0].extract(1)[0].extract` is the second try of `extract`
 */
export function stepOf(node: string): Step {
  const tried =
    /([^.[\]()]+)\((\d+)\)\[0\]\.\1$/.exec(node) ??
    /([^.[\]()]+)(?:\((\d+)(?::[^)]*)?\))?$/.exec(node);
  return { name: tried?.[1] ?? node, attempt: Number(tried?.[2] ?? 0) + 1 };
}

/** A step as it is told. @example `extract, try 2`, `follow-up "dbt"` */
export function stepText({ name, inputs }: Pick<WorkflowNode, "name" | "inputs">): string {
  const { name: step, attempt } = stepOf(name);
  const followUp =
    step === FOLLOW_UP
      ? inputs?.parameters?.find((parameter) => parameter.name === "name")?.value
      : undefined;
  const named = followUp === undefined ? step : `${step} "${followUp}"`;
  return attempt === 1 ? named : `${named}, try ${attempt}`;
}

/** How long something took, in seconds; null where it has not ended, or nobody knows. */
export function secondsBetween(
  started: string | null | undefined,
  finished: string | null | undefined,
): number | null {
  return started && finished ? (Date.parse(finished) - Date.parse(started)) / 1000 : null;
}

/** Whether a step is one that tells people or sums up, and not a part of the run's work. */
export function isAside(step: string): boolean {
  return /^(tell-|notify-|summar|onExit|exit$)/.test(step);
}
