import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../common/errors";
import { stringifyJson } from "../../common/json";
import { parseCatalog, type Catalog } from "./catalog";
import { typedCatalog } from "./typed-catalog";

/** Where the catalog of a pipeline is in a project. */
export interface CatalogFiles {
  readonly json: string;
  readonly typescript: string;
}

/**
 * Where the catalog of a pipeline is in a project. The names differ in more than their extension,
 * because Node resolves an import of `./catalogs/orders` to `orders.json` before `orders.ts`.
 */
export function catalogFiles(root: string, pipeline: string): CatalogFiles {
  const path = join(root, "pipelines", "catalogs", pipeline);
  return { json: `${path}.catalog.json`, typescript: `${path}.ts` };
}

/** The stored catalog of a pipeline; undefined if there is none. @throws UserError if it is not a catalog. */
export function readCatalogFile(root: string, pipeline: string): Catalog | undefined {
  const { json } = catalogFiles(root, pipeline);
  return existsSync(json) ? parseCatalog(json, readFileSync(json)) : undefined;
}

/**
 * Writes the catalog of a pipeline and its TypeScript file: both, or none.
 *
 * @throws UserError if a file cannot be written.
 */
export function writeCatalogFiles(root: string, pipeline: string, catalog: Catalog): CatalogFiles {
  const files = catalogFiles(root, pipeline);
  const parts = [
    { path: files.json, text: `${stringifyJson(catalog, 2)}\n` },
    { path: files.typescript, text: typedCatalog(pipeline, catalog) },
  ].map((part) => ({ ...part, temporary: `${part.path}.${process.pid}.tmp` }));
  try {
    mkdirSync(dirname(files.json), { recursive: true });
    for (const { temporary, text } of parts) writeFileSync(temporary, text);
    for (const { temporary, path } of parts) renameSync(temporary, path);
  } catch (error) {
    for (const { temporary } of parts) rmSync(temporary, { force: true, recursive: true });
    const { code, path } = error as NodeJS.ErrnoException;
    throw new UserError(`${path ?? files.json} cannot be written (${code}).`, {
      fix: "Check the folder's permissions and the free disk space.",
      exitCode: 1,
    });
  }
  return files;
}
