import { parser } from "@prometheus-io/lezer-promql";

/** Where a text is no PromQL, by the parser of Prometheus' own user interface; undefined where it is. */
export function promqlProblem(text: string): string | undefined {
  let problem: string | undefined;
  parser.parse(text).iterate({
    enter: ({ type, from }) => {
      if (type.isError) problem ??= `no PromQL at ${from}: ${text.slice(from, from + 20)}`;
    },
  });
  return problem;
}
