import { relative } from "node:path";
import type { Command } from "commander";
import { UserError } from "../common/errors";
import { plural } from "../common/plural";
import { print, printJson, table } from "../common/print";
import type { Replication } from "../model/replication";
import { isSystemStream, storable, type Catalog } from "../run/catalog/catalog";
import { catalogFiles, readCatalogFile, writeCatalogFiles } from "../run/catalog/catalog-files";
import { compareCatalogs, isUnchanged, type CatalogChanges } from "../run/catalog/compare-catalogs";
import { describeStream, type StreamDescription } from "../run/catalog/describe-stream";
import { discoverCatalog, type Discovered } from "../run/catalog/discover-catalog";
import { catalogNames } from "../run/catalog/typed-catalog";
import { connectorConfigs } from "../run/connector-configs";
import { findReplication } from "../run/project";
import { secretsForRuns } from "./local-secrets";
import { catalogKey } from "../store/keys";
import { contextOf, type CliContext } from "./context";
import { showProgress, type Progress } from "./progress";

interface DiscoverFlags {
  readonly diff?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

const EXAMPLES = `
Writes pipelines/catalogs/NAME.catalog.json and NAME.ts, and stores the catalog for local runs, or with
--on cluster for runs on the cluster. Exit code of --diff: 0 without differences, 1 with differences.

Examples:
  $ npx tapctl discover orders
  $ npx tapctl discover orders --diff
  $ npx tapctl discover orders --on cluster`;

/** `tapctl discover`: a tap's catalog, stored with the project and for runs. */
export function addDiscover(program: Command): void {
  program
    .command("discover <name>")
    .summary("store the catalog of a pipeline's tap")
    .description("run a tap's discovery on this machine, store its catalog and list its streams")
    .option("--diff", "compare the source with the stored catalog, and store nothing")
    .option("--json", "print as JSON")
    .option("--verbose", "show the tap's log")
    .addHelpText("after", EXAMPLES)
    .action(async (name: string, flags: DiscoverFlags, command: Command) => {
      const context = contextOf(command, "named");
      const entry = findReplication(context.project, name);
      const { root } = context.project;
      const before = flags.diff ? requireStored(root, name) : undefined;
      const progress = showProgress({ output: process.stderr, verbose: flags.verbose === true });
      const discovered = await discover(context, entry, flags, progress).finally(() =>
        progress.end(),
      );
      const catalog = storable(discovered.catalog);
      if (before) return showChanges(compareCatalogs(before, catalog), flags);
      const store = await context.openStore();
      await store.put(catalogKey(name), discovered.stored);
      const files = writeCatalogFiles(root, name, catalog);
      show(context, entry, discovered.catalog, flags, [files.json, files.typescript]);
    });
}

function requireStored(root: string, name: string): Catalog {
  const stored = readCatalogFile(root, name);
  if (stored) return stored;
  throw new UserError(`"${name}" has no stored catalog: ${catalogFiles(root, name).json}`, {
    fix: ({ tapctl }) => `Store one with: ${tapctl(`discover ${name}`)}`,
  });
}

async function discover(
  context: CliContext,
  entry: Replication,
  { json, verbose }: DiscoverFlags,
  progress: Progress,
): Promise<Discovered> {
  const { root } = context.project;
  const configs = await connectorConfigs(entry, {
    openStore: context.openStore,
    secrets: await secretsForRuns(root, [entry]),
  });
  const environment = await context.prepare(entry.tap.connector, (event) =>
    json ? undefined : progress.show({ event: "environment", pipeline: entry.name, ...event }),
  );
  progress.end();
  return discoverCatalog({
    entry,
    environment,
    config: configs.tap,
    cwd: root,
    onLog: (line) => (verbose ? progress.line(line) : undefined),
  });
}

function show(
  { project: { root } }: CliContext,
  { name, tap }: Replication,
  catalog: Catalog,
  { json }: DiscoverFlags,
  files: readonly string[],
): void {
  const own = catalog.streams.filter((entry) => !isSystemStream(entry));
  const streams = own.map(describeStream);
  const paths = files.map((file) => relative(root, file));
  if (json) return printJson({ pipeline: name, tap: tap.connector.name, files: paths, streams });
  print(streamTable(streams));
  const hidden = catalog.streams.length - own.length;
  print(
    `${plural(own.length, "stream")}${hidden > 0 ? `, and ${hidden} of system schemas, which are not shown` : ""}`,
  );
  const { select } = catalogNames(name);
  print(`Wrote ${paths.join(" and ")}. Use it in pipelines/index.ts:`);
  print(`  import { ${select} } from "./catalogs/${name}";`);
  print(`  streams: ${select}({ "${own[0]?.tap_stream_id ?? "STREAM"}": {} }),`);
}

function streamTable(streams: readonly StreamDescription[]): string {
  const counted = streams.some(({ rows }) => rows !== null);
  return table(
    ["STREAM", "KEYS", "METHOD", "REPLICATION KEY", "COLUMNS", ...(counted ? ["ROWS"] : [])],
    streams.map((one) => [
      one.stream,
      one.keys.join(", ") || "-",
      one.method === null ? "-" : `${one.method}${one.forced ? " (forced)" : ""}`,
      one.replicationKey ?? "-",
      one.columns,
      ...(counted ? [one.rows ?? "-"] : []),
    ]),
  );
}

function showChanges(changes: CatalogChanges, { json }: DiscoverFlags): void {
  process.exitCode = isUnchanged(changes) ? 0 : 1;
  if (json) return printJson(changes);
  if (isUnchanged(changes)) return print("The catalog is unchanged.");
  for (const stream of changes.added) print(`+ ${stream}`);
  for (const stream of changes.removed) print(`- ${stream}`);
  for (const { stream, changes: texts } of changes.changed) {
    print(`~ ${stream}`);
    for (const text of texts) print(`    ${text}`);
  }
}
