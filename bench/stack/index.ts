import { loadSettings } from "../../settings";
import { deploy } from "../../stack";
import { manyPipelines } from "./entries";

const pipelines = manyPipelines(Number(process.env["BENCH_PIPELINES"]));
module.exports = deploy(loadSettings(), pipelines);
