/**
 * How much a fact weighs.
 *
 * - `state`: the saved state is of no use any more, or stops the next run.
 * - `risk`: something else that a reviewer should not miss.
 * - `plain`: what changed.
 */
export type Weight = "state" | "risk" | "plain";

/** One line about a pipeline. */
export interface Fact {
  /** How much it weighs. */
  readonly weight: Weight;

  /** The line, in Markdown; texts of the array are in code spans. */
  readonly text: string;
}

/** A fact that only says what changed. */
export function plain(text: string): Fact {
  return { weight: "plain", text };
}

/** A fact that makes the saved state useless, or stops the next run. */
export function aboutState(text: string): Fact {
  return { weight: "state", text };
}

/** A fact that a reviewer should not miss. */
export function risk(text: string): Fact {
  return { weight: "risk", text };
}
