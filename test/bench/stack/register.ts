import { writeFileSync } from "node:fs";
import { loadSettings } from "../../../src/settings/load-settings";
import { deploy } from "../../../components/stack";
import { record } from "../../support/record";
import { manyPipelines } from "./entries";
import { benchConfig } from "./project";

/**
 * Records what the stack registers, without an engine; `BENCH_PIPELINES` pipelines in the namespace
 * `BENCH_NAMESPACE`.
 */
export async function main(file: string): Promise<void> {
  const config = Object.fromEntries(
    Object.entries(
      benchConfig(process.env["BENCH_NAMESPACE"] ?? "", process.env["BENCH_CONTEXT"] ?? ""),
    ).map(([key, value]) => [
      `tapctl:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  const found = await record(
    () => deploy(loadSettings(), manyPipelines(Number(process.env["BENCH_PIPELINES"]))),
    { config },
  );
  const resources = found.filter(({ type }) => !type.startsWith("pulumi:providers:"));
  writeFileSync(
    file,
    JSON.stringify(
      resources.map(({ type, name, urn, inputs, options }) => ({
        type,
        name,
        urn,
        inputs,
        parent: options.parent,
      })),
    ),
  );
}
