import type { RunStatus } from "../store/runs/runs";
import type { WorkflowNode, WorkflowObject } from "./objects";
import { isAside, stepOf, stepText } from "./steps";
import { podNodes } from "./workflows";

/** How a Workflow ended. */
export interface Outcome {
  readonly status: RunStatus;
  /** Exit code of the step that failed it, else 1; null while it runs. */
  readonly code: number | null;
  /** What failed, in one line; null where nothing did. */
  readonly error: string | null;
}

/** Words of the exit codes of the runner that a user meets: see `images/singer/runner/codes.py`. */
const WORDS: { readonly [code: number]: string } = {
  2: "wrong flags or files",
  10: "the tap failed",
  11: "the target failed",
  12: "tap and target failed",
  13: "stopped",
  14: "the tap's output is damaged, or has too many lines that are not Singer messages",
  15: "the extract was empty",
  16: "an expectation was not met",
  17: "the saved state belongs to another tap, source, target or destination",
  137: "killed: out of memory, or stopped",
};

/** What follow-ups and jobs say goes to their logs alone; the runner's own steps give a reason. */
const NO_REASON = /^\S+: Error \(exit code (?!137\))\d+\)$/;

/** A tap loses its reader when its target has failed, or when what it sent cannot be loaded. */
const READER_GONE = /\(exit code 10\).*(SIGPIPE|Broken ?pipe|EPIPE|nothing reads what it sends)/is;

/** How a Workflow ended, from its own status: what is left where the run could not write a summary. */
export function outcomeOf(workflow: WorkflowObject): Outcome {
  const { status, spec } = workflow;
  if (status?.phase === "Succeeded") return { status: "succeeded", code: 0, error: null };
  if (status?.phase !== "Failed" && status?.phase !== "Error")
    return { status: "running", code: null, error: null };
  if (spec.shutdown !== undefined)
    return { status: "interrupted", code: 13, error: "it was cancelled" };
  const all = podNodes(workflow).filter(
    ({ phase, name }) => (phase === "Failed" || phase === "Error") && !isAside(stepOf(name).name),
  );
  const failed = all.filter(({ message }) => !READER_GONE.test(message ?? "")).at(-1) ?? all.at(-1);
  const code = Number(failed?.outputs?.exitCode ?? "");
  return {
    status: "failed",
    code: code > 0 ? code : 1,
    error: failed === undefined ? (status.message ?? "no reason given") : describeFailure(failed),
  };
}

/** A failed step in one line. */
function describeFailure(node: WorkflowNode): string {
  const { message, outputs } = node;
  const word = WORDS[Number(outputs?.exitCode ?? "")];
  const said = message?.split("\n")[0] ?? "no reason given";
  const why = NO_REASON.test(said) ? ", its log says why" : "";
  return `${stepText(node)}: ${word === undefined ? said : `${word} (${said})`}${why}`;
}
