import { html, type Html } from "../report/html";

/** What the console can do to pipelines, named like the verbs of the command. */
export const ACTIONS = ["run", "cancel", "retry", "suspend", "resume", "rollback"] as const;

/** An action of the console. */
export type ActionName = (typeof ACTIONS)[number];

/** The actions that the reader of a page may take; empty if the page is read-only. */
export type Rights = ReadonlySet<ActionName>;

/** An action on a pipeline. */
export interface Action {
  readonly action: ActionName;
  readonly pipeline: string;
  /** Id of the run it is about; only for actions on runs. */
  readonly run?: string;
}

/** A button that opens the dialog of an action; null if the reader may not perform it. */
export function actionButton(
  rights: Rights,
  { action, pipeline, run }: Action,
  label: string,
): Html | null {
  if (!rights.has(action)) return null;
  const of = run === undefined ? null : html` data-run="${run}"`;
  return html`<button type="button" id="${`${action} ${pipeline} ${run ?? ""}`}" data-action="${action}" data-pipeline="${pipeline}"${of}>${label}</button>`;
}
