import type { WorkflowNode } from "./objects";

/**
 * Template of follow-ups: each step has this name, and its input `name` is the follow-up's name.
 */
const FOLLOW_UP = "follow-up";

/** A step of a run and its attempt. */
export interface Step {
  /** E.g. `extract`, `load`, `commit`, `stream`, `follow-up`. */
  readonly name: string;
  /** Starts at 1. */
  readonly attempt: number;
}

/**
 * The step of a pod, from its node name. With retries, every attempt is a step of its own below the
 * retried one: see src/manifests/argo/singer-retry.ts.
 *
 * @example `orders-7xk2p.artifact[0].extract(1)[0].extract` is the second attempt of `extract`
 */
export function stepOf(node: string): Step {
  const match =
    /\((?<attempt>\d+)\)\[0\]\.(?<step>[^.[\]()]+)$/.exec(node) ??
    /(?<step>[^.[\]()]+)(?:\((?<attempt>\d+)(?::[^)]*)?\))?$/.exec(node);
  return { name: match?.groups?.step ?? node, attempt: Number(match?.groups?.attempt ?? 0) + 1 };
}

/** The display name of a step. @example `extract, attempt 2`, `follow-up "dbt"` */
export function stepText({ name, inputs }: Pick<WorkflowNode, "name" | "inputs">): string {
  const { name: step, attempt } = stepOf(name);
  const followUp =
    step === FOLLOW_UP
      ? inputs?.parameters?.find((parameter) => parameter.name === "name")?.value
      : undefined;
  const named = followUp === undefined ? step : `${step} "${followUp}"`;
  return attempt === 1 ? named : `${named}, attempt ${attempt}`;
}

/** Duration in seconds; null if it has not ended or is unknown. */
export function secondsBetween(
  started: string | null | undefined,
  finished: string | null | undefined,
): number | null {
  return started && finished ? (Date.parse(finished) - Date.parse(started)) / 1000 : null;
}

/** Whether a step sends notifications or writes the summary, and is not part of the run's work. */
export function isAside(step: string): boolean {
  return /^(tell-|notify-|lineage-|summar|onExit|exit$)/.test(step);
}
