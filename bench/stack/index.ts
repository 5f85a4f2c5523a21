import { loadSettings } from "../../settings";
import { deploy } from "../../stack";
import { manyPipelines } from "./entries";

module.exports = deploy(loadSettings(), manyPipelines(Number(process.env["BENCH_PIPELINES"])));
