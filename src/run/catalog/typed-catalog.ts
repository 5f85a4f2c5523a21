import type { Catalog } from "./catalog";
import { columnPaths } from "./describe-stream";

/** Names that the typed catalog of a pipeline exports. */
export interface CatalogNames {
  /** Function that selects streams, such as `ordersStreams`. */
  readonly select: string;
  /** Type of the streams and their columns, such as `OrdersCatalog`. */
  readonly type: string;
}

const SEPARATOR = ", ";

/** The names for a pipeline. @example `catalogNames("orders-eu").select === "ordersEuStreams"` */
export function catalogNames(pipeline: string): CatalogNames {
  const words = pipeline.split("-").filter((word) => word !== "");
  const pascal = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
  const type = /^\d/.test(pascal) ? `Pipeline${pascal}` : pascal;
  return {
    type: `${type}Catalog`,
    select: `${type.slice(0, 1).toLowerCase()}${type.slice(1)}Streams`,
  };
}

/**
 * The TypeScript file that types a pipeline's `streams` by its catalog. The same catalog gives the
 * same text.
 */
export function typedCatalog(pipeline: string, catalog: Catalog): string {
  const { select, type } = catalogNames(pipeline);
  const streams = catalog.streams.map(
    ({ tap_stream_id: id, schema }) =>
      `  readonly ${JSON.stringify(id)}: ${columnsText(columnPaths(schema))};`,
  );
  return [
    `// Written by \`tapctl discover ${pipeline}\`. Do not edit.`,
    `import { streamsOf } from "tapctl";`,
    "",
    `/** Streams of "${pipeline}" and their columns. */`,
    `export interface ${type} {`,
    ...streams,
    "}",
    "",
    "/** Selects streams: one that the catalog does not have, or an unknown column, does not compile. */",
    `export const ${select} = streamsOf<${type}>();`,
    "",
  ].join("\n");
}

/** The names as one text, or as a list if a name has the separator in it. */
function columnsText(names: readonly string[]): string {
  if (names.length === 0) return "string";
  if (!names.some((name) => name.includes(SEPARATOR))) return JSON.stringify(names.join(SEPARATOR));
  return `readonly [${names.map((name) => JSON.stringify(name)).join(", ")}]`;
}
