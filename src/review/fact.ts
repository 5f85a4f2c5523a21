/**
 * Importance of a fact.
 *
 * - `state`: the saved state can no longer be used, or the next run fails.
 * - `risk`: something else that a reviewer must not overlook.
 * - `plain`: other changes.
 */
export type Weight = "state" | "risk" | "plain";

/** One line about a pipeline. */
export interface Fact {
  /** Its importance. */
  readonly weight: Weight;

  /** The line in Markdown; strings from the array are in code spans. */
  readonly text: string;
}

/** A fact that only describes a change. */
export function plain(text: string): Fact {
  return { weight: "plain", text };
}

/** A fact that makes the saved state unusable, or the next run fail. */
export function aboutState(text: string): Fact {
  return { weight: "state", text };
}

/** A fact that a reviewer must not overlook. */
export function risk(text: string): Fact {
  return { weight: "risk", text };
}
