import { UserError } from "../../errors";

/** Something that is wrong with an entry of the array, or worth a word. */
export interface Problem {
  /** The entry, by place and name: `pipelines[2] "orders"`; `pipelines` where it is the array itself. */
  readonly where: string;

  /** What is wrong and what is allowed, in one line: `schedule "0 25 * * *": hour 25 is outside 0-23`. */
  readonly text: string;
}

/** One line for people: `pipelines[2] "orders": schedule "0 25 * * *": hour 25 is outside 0-23`. */
export function formatProblem(problem: Problem): string {
  return `${problem.where}: ${problem.text}`;
}

/** Refuses an array with every problem in it, one a line under a line with their number; exit code 2. */
export class InvalidPipelines extends UserError {
  /** All of them, in the order of the array. */
  readonly problems: readonly Problem[];

  /** @param problems at least one. */
  constructor(problems: readonly Problem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super([`${count} in the pipelines:`, ...problems.map(formatProblem)].join("\n"));
    this.name = "InvalidPipelines";
    this.problems = problems;
  }
}
