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

  /** What to do about it. Default: the text shows it. */
  readonly fix?: string;
}

/** The problem of a check's text, whose second line is the fix. */
export function problemAt(where: string, finding: string): Problem {
  const [text = "", fix] = finding.split("\n");
  return { where, text, ...(fix !== undefined && { fix }) };
}

/** A problem that several entries share. */
export interface ProblemGroup {
  /**
   * `pipelines[2] "orders"` for one entry; `3 pipelines ("orders", "events", "items")` for several.
   */
  readonly where: string;
  readonly text: string;
  readonly fix?: string;
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
  return [...groups.values()].map((same) => ({
    ...(same[0] as Problem),
    where: groupName(same.map(({ where }) => where)),
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
 * A problem as text: `pipelines[2] "orders": schedule "0 25 * * *": hour 25 is outside 0-23`, and the
 * fix on a line of its own.
 */
export function formatProblem({ where, text, fix }: Problem): string {
  return `${where}: ${text}${fix === undefined ? "" : `\n  ${fix}`}`;
}

/** Error of an invalid array: the number of problems, then each problem with its fix. Exit code 2. */
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
