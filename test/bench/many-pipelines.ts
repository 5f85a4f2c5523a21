import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Folder of tapctl itself. */
const ROOT = join(__dirname, "..", "..");

/** Name of a pipeline of a project of many. @example `manyName(7) === "pipeline-007"` */
export function manyName(number: number): string {
  return `pipeline-${String(number).padStart(3, "0")}`;
}

/** Writes a project of many hourly pipelines into a folder. */
export function writeManyPipelines(project: string, count: number): void {
  mkdirSync(join(project, "pipelines"), { recursive: true });
  const connectors = JSON.stringify(join(ROOT, "connectors"));
  const define = JSON.stringify(join(ROOT, "src", "model", "define"));
  const names = JSON.stringify(Array.from({ length: count }, (_, number) => manyName(number)));
  writeFileSync(
    join(project, "pipelines", "index.ts"),
    `import { tapPostgres, targetJsonl } from ${connectors};
import { definePipelines } from ${define};
import type { PipelineEntry } from ${define};
const entries: readonly PipelineEntry[] = ${names}.map((name) => ({
  name, description: "Orders of one of the shops", owner: "data@example.com", schedule: "0 * * * *", timezone: "Europe/Berlin",
  tap: tapPostgres({ host: "db", user: "etl", database: "shop" }), streams: ["public-orders"], target: targetJsonl({}),
}));
export const pipelines = definePipelines(entries as never);
`,
  );
}
