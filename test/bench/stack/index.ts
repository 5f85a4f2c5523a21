import { loadSettings } from "../../../src/settings/load-settings";
import { deploy } from "../../../components/stack";
import { manyPipelines } from "./entries";

const pipelines = manyPipelines(Number(process.env["BENCH_PIPELINES"]));
module.exports = deploy(loadSettings(), pipelines);
