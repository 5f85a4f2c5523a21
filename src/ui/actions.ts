import type { Action } from "./buttons";

/** Something the reader can choose in the dialog of an action. */
export interface PlanOption {
  readonly name: OptionName;
  readonly label: string;
}

/** Options of actions, named like those of the command. */
export const OPTIONS = ["fullRefresh", "offline", "dataOnly"] as const;

/** An option of an action. */
export type OptionName = (typeof OPTIONS)[number];

/** The option of a run that starts over. */
export const FULL_REFRESH: PlanOption = {
  name: "fullRefresh",
  label: "Ignore the saved state and replicate everything (--full-refresh)",
};

/** What an action will do, for the dialog that confirms it. */
export interface Plan {
  readonly title: string;
  /** What will happen, one sentence or more each. */
  readonly text: readonly string[];
  /** Differences, e.g. of a state. Default: none. */
  readonly changes?: readonly string[];
  /** The command that does the same. */
  readonly command: string;
  readonly options: readonly PlanOption[];
}

/** Takes actions. */
export interface ConsoleActions {
  /** @throws UserError if the action is not possible. */
  plan(action: Action): Promise<Plan>;
  /** Returns what happened. @throws UserError if the action fails. */
  take(action: Action, options: ReadonlySet<OptionName>): Promise<string>;
}
