import type { RunStatus } from "../store/runs/run-summary";
import type { WorkflowNode, WorkflowObject } from "./objects";
import { isAside, stepOf, stepText } from "./steps";
import { podNodes } from "./workflow-status";

/** How a Workflow ended. */
export interface Outcome {
  readonly status: RunStatus;
  /** Exit code of the step that failed, else 1; null while running. */
  readonly code: number | null;
  /** What failed, in one line; null if nothing did. */
  readonly error: string | null;
}

/** Descriptions of the runner's exit codes: see `images/singer/runner/codes.py`. */
const WORDS: { readonly [code: number]: string } = {
  2: "invalid flags or files",
  10: "the tap failed",
  11: "the target failed",
  12: "tap and target failed",
  13: "stopped",
  14: "the tap's output is corrupt, or has too many lines that are not Singer messages",
  15: "the extract was empty",
  16: "an expectation was not met",
  17: "the saved state belongs to another tap, source, target or destination",
  137: "killed: out of memory, or stopped",
};

/**
 * Follow-ups and jobs write errors only to their logs; the runner's own steps also report a reason.
 */
const NO_REASON = /^\S+: Error \(exit code (?!137\))\d+\)$/;

/** A tap loses its reader when its target fails, or when its output cannot be loaded. */
const READER_GONE = /\(exit code 10\).*(SIGPIPE|Broken ?pipe|EPIPE|nothing reads what it sends)/is;

/** How a Workflow ended, from its own status, for runs that could not write a summary. */
export function outcomeOf(workflow: WorkflowObject): Outcome {
  const { status, spec } = workflow;
  if (status?.phase === "Succeeded") return { status: "succeeded", code: 0, error: null };
  if (status?.phase !== "Failed" && status?.phase !== "Error")
    return { status: "running", code: null, error: null };
  if (spec.shutdown !== undefined)
    return { status: "interrupted", code: 13, error: "it was canceled" };
  const all = podNodes(workflow).filter(
    ({ phase, name }) => (phase === "Failed" || phase === "Error") && !isAside(stepOf(name).name),
  );
  const failed = all.filter(({ message }) => !READER_GONE.test(message ?? "")).at(-1) ?? all.at(-1);
  const code = Number(failed?.outputs?.exitCode ?? "");
  return {
    status: "failed",
    code: code > 0 ? code : 1,
    error: failed === undefined ? (status.message ?? "unknown error") : describeFailure(failed),
  };
}

/** Describes a failed step in one line. */
function describeFailure(node: WorkflowNode): string {
  const { message, outputs } = node;
  const word = WORDS[Number(outputs?.exitCode ?? "")];
  const said = message?.split("\n")[0] ?? "unknown error";
  const why = NO_REASON.test(said) ? "; see its log" : "";
  return `${stepText(node)}: ${word === undefined ? said : `${word} (${said})`}${why}`;
}
