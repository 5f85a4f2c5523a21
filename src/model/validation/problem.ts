import { UserError } from "../../common/errors";

/** Something that is wrong with an entry of the array, or worth a word. */
export interface Problem {
  /** The entry, by place and name: `pipelines[2] "orders"`; `pipelines` where it is the array itself. */
  readonly where: string;

  /** What is wrong and what is allowed, in one line: `schedule "0 25 * * *": hour 25 is outside 0-23`. */
  readonly text: string;
}

/** A text that several entries share, and which ones: the first ones of many by name. */
export interface ProblemGroup {
  /** `pipelines[2] "orders"` of one; `3 pipelines ("orders", "events", "items")` of several. */
  readonly where: string;
  readonly text: string;
}

const NAMED_OF_GROUP = 3;

/** Problems with each text once, in the order of their first. */
export function groupByText(problems: readonly Problem[]): readonly ProblemGroup[] {
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) {
    const group = groups.get(problem.text);
    if (group) group.push(problem);
    else groups.set(problem.text, [problem]);
  }
  return [...groups].map(([text, same]) => ({
    where: groupName(same.map(({ where }) => where)),
    text,
  }));
}

function groupName(places: readonly string[]): string {
  if (places.length === 1) return places.join();
  const named = places
    .slice(0, NAMED_OF_GROUP)
    .map((place) => place.replace(/^pipelines\[\d+\] /, ""));
  return `${places.length} pipelines (${named.join(", ")}${places.length > named.length ? ", …" : ""})`;
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
