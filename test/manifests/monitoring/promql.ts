import { parser } from "@prometheus-io/lezer-promql";

/** Position of the first PromQL error, by the parser of Prometheus' user interface; undefined if there is none. */
export function promqlProblem(text: string): string | undefined {
  let problem: string | undefined;
  parser.parse(text).iterate({
    enter: ({ type, from }) => {
      if (type.isError) problem ??= `no PromQL at ${from}: ${text.slice(from, from + 20)}`;
    },
  });
  return problem;
}
