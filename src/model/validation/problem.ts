import { plural } from "../../common/plural";
import { UserError } from "../../common/errors";

/** A problem of an entry, or a note about it. */
export interface Problem {
  /** Position and name of the entry: `pipelines[2] "orders"`; `pipelines` for the array itself. */
  readonly where: string;

  /**
   * What is wrong and what is allowed, on one line:
   * `schedule "0 25 * * *": hour 25 is outside 0-23`.
   */
  readonly text: string;
}

/** A problem that several entries share. */
export interface ProblemGroup {
  /**
   * `pipelines[2] "orders"` for one entry; `3 pipelines ("orders", "events", "items")` for several.
   */
  readonly where: string;
  readonly text: string;
}

const NAMED_OF_GROUP = 3;

/** Groups problems by their text, in order of first occurrence. */
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

/**
 * A problem on one line: `pipelines[2] "orders": schedule "0 25 * * *": hour 25 is outside 0-23`.
 */
export function formatProblem(problem: Problem): string {
  return `${problem.where}: ${problem.text}`;
}

/** Error of an invalid array: the number of problems, then one line for each. Exit code 2. */
export class InvalidPipelines extends UserError {
  /** All problems in the order of the array. */
  readonly problems: readonly Problem[];

  /** @param problems at least one. */
  constructor(problems: readonly Problem[]) {
    super(
      [
        `${plural(problems.length, "problem")} in the pipelines:`,
        ...problems.map(formatProblem),
      ].join("\n"),
    );
    this.name = "InvalidPipelines";
    this.problems = problems;
  }
}
