import { update } from "../../deploy/update";
import { manyPipelines } from "./entries";
import type { BenchStack } from "./project";

// What `npm run up -- --yes` does with a stack, in a process of its own that is measured.
const { engine, cluster, folder, pipelines } = JSON.parse(process.argv[2] ?? "") as BenchStack & { readonly pipelines: number };
process.env["BENCH_PIPELINES"] = String(pipelines);
void update({ engine: { ...engine, env: process.env }, cluster, entries: manyPipelines(pipelines), yes: true, again: [], refresh: true, root: folder });
