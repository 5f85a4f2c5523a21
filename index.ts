import { stack } from "tapctl/stack";
import { pipelines } from "./pipelines";

export = stack(pipelines);
