import { update } from "../../../src/deploy/update";
import type { BenchStack } from "./project";

// What `tapctl up --yes` does with a stack, in a process of its own that is measured.
const { engine, cluster, pipelines } = JSON.parse(process.argv[2] ?? "") as BenchStack & {
  readonly pipelines: number;
};
process.env["BENCH_PIPELINES"] = String(pipelines);
void update({
  engine: { ...engine, env: process.env },
  context: cluster.context,
  namespaces: [cluster.namespace],
  again: [],
  refresh: true,
});
