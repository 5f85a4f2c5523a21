import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { definitionText } from "../../src/add/definition";
import { settingsModule } from "../../src/add/settings-types";
import { identifierOf, settingsTypeName } from "../../src/add/typescript-text";
import type { JsonObject } from "../../src/model/connector-settings";
import type { Schema } from "../../src/run/catalog/catalog";
import { catalogNames, typedCatalog } from "../../src/run/catalog/typed-catalog";
import type { BenchContext } from "./context";
import { figure, seconds, type Figure } from "./figure";
import { manyName } from "./many-pipelines";
import { inTurn, spreadOf, usageOf } from "./measure";

const PIPELINES = 200;
const CONNECTORS = 30;
const STREAMS = 300;
const COLUMNS = 15;
const SETTINGS = 25;
const ROUNDS = 3;

/** Folder of tapctl itself. */
const ROOT = join(__dirname, "..", "..");
const TSC = {
  "TypeScript 5.9": join(ROOT, "node_modules", "typescript", "bin", "tsc"),
  "TypeScript 7": join(ROOT, "node_modules", "@typescript", "native", "bin", "tsc"),
};

/**
 * The type check of 200 pipelines with 30 added connectors, each pipeline with a stored catalog of 300 streams of its
 * own, of which it selects five. Builds the declarations of the package first.
 */
export async function benchTypeCheck({ folder }: BenchContext): Promise<readonly Figure[]> {
  await usageOf(["node", join(ROOT, "src", "bin", "build.mjs"), "--types"]);
  const project = await writeProject(join(folder, "type-check"));
  const check = (tsc: string) => () => usageOf(["node", tsc, "-p", project]);
  const sides = await inTurn("type-check", ROUNDS, {
    old: check(TSC["TypeScript 5.9"]),
    native: check(TSC["TypeScript 7"]),
  });
  const [old, native] = [sides.old, sides.native].map((usages) => ({
    time: spreadOf(usages.map((usage) => usage.seconds)),
    memory: spreadOf(usages.map(({ rss }) => rss / 1e6)),
  }));
  if (!old || !native) return [];
  const what = `type check of ${PIPELINES} pipelines, ${CONNECTORS} connectors, catalogs of ${STREAMS} streams`;
  const detail = `TypeScript 7: ${seconds(native.time.median)}, ${native.memory.median.toFixed(0)} MB`;
  return [
    figure({ what, unit: "s", target: { atMost: 10 }, measured: old.time, detail }),
    figure({
      ...{ what: `${what}: memory`, unit: "MB", target: { atMost: 600 } },
      ...{ measured: old.memory, detail },
    }),
  ];
}

async function writeProject(project: string): Promise<string> {
  for (const path of ["pipelines/catalogs", "connectors", "node_modules"])
    mkdirSync(join(project, path), { recursive: true });
  symlinkSync(ROOT, join(project, "node_modules", "tapctl"));
  symlinkSync(join(ROOT, "node_modules", "@types"), join(project, "node_modules", "@types"));
  const compilerOptions = {
    ...{ target: "ES2022", module: "node20", lib: ["ES2023"], types: ["node"] },
    ...{ strict: true, isolatedModules: true, skipLibCheck: true, noEmit: true },
  };
  const files = { compilerOptions, include: ["pipelines", "connectors"] };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify(files));
  for (const name of numbered("tap-source", CONNECTORS)) await writeConnector(project, name);
  const pipelines = Array.from({ length: PIPELINES }, (_, number) => manyName(number));
  for (const name of pipelines)
    writeFileSync(
      join(project, "pipelines", "catalogs", `${name}.ts`),
      typedCatalog(name, { streams: numbered("public-table", STREAMS).map(streamOf) }),
    );
  writeFileSync(join(project, "pipelines", "index.ts"), pipelinesText(pipelines));
  return project;
}

async function writeConnector(project: string, name: string): Promise<void> {
  const folder = join(project, "connectors", name);
  mkdirSync(folder);
  const properties = Object.fromEntries([
    ["token", { type: "string", secret: true }],
    ["mode", { type: "string", enum: ["full", "changes"] }],
    ...numbered("setting", SETTINGS - 2).map((setting, index) => [
      setting.replace("-", "_"),
      { type: index % 2 === 0 ? "string" : ["integer", "null"], description: "A setting." },
    ]),
  ]) as JsonObject;
  const schema: JsonObject = { type: "object", properties, required: ["token"] };
  const { text } = await settingsModule({
    title: `${name} 1.0.0`,
    command: `npx tapctl add ${name}`,
    typeName: settingsTypeName(name),
    schema,
  });
  writeFileSync(join(folder, "settings.ts"), text);
  writeFileSync(join(folder, "settings.schema.json"), JSON.stringify(schema));
  const definition = definitionText({
    ...{ name, kind: "tap", source: { package: name, version: "1.0.0" } },
    ...{ capabilities: ["catalog", "state"], typed: true, open: false, esm: false },
  });
  writeFileSync(join(folder, "index.ts"), definition);
}

function streamOf(name: string) {
  const columns = numbered("column", COLUMNS).map((column) => [column, { type: "string" }]);
  return {
    tap_stream_id: name,
    stream: name,
    schema: {
      type: "object",
      properties: Object.fromEntries(columns) as Schema["properties"] & {},
    },
  };
}

function pipelinesText(names: readonly string[]): string {
  const taps = numbered("tap-source", CONNECTORS);
  const entries = names.map((name, index) => {
    const streams = numbered("public-table", 5).map(
      (stream) =>
        `"${stream}": { replication: "incremental", key: "column-1", columns: ["*", "!column-2"] }`,
    );
    const tap = identifierOf(taps[index % CONNECTORS] ?? "");
    return `  {
    name: "${name}",
    schedule: "${index % 60} * * * *",
    tap: ${tap}({ token: secret("${name}-token"), mode: "changes", setting_1: 10 }),
    target: targetDuckdb({ path: "warehouse.duckdb" }),
    streams: ${catalogNames(name).select}({ ${streams.join(", ")} }),
  },`;
  });
  return [
    `import { definePipelines, secret, targetDuckdb } from "tapctl";`,
    ...taps.map((tap) => `import { ${identifierOf(tap)} } from "../connectors/${tap}";`),
    ...names.map((name) => `import { ${catalogNames(name).select} } from "./catalogs/${name}";`),
    `export const pipelines = definePipelines([\n${entries.join("\n")}\n]);\n`,
  ].join("\n");
}

function numbered(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, number) => `${name}-${number}`);
}
