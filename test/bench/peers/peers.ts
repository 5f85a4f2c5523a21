import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Target } from "../../../src/model/connector";
import type { BenchContext } from "../context";
import { figure, seconds, type Figure } from "../figure";
import { inTurn, ratioOf, spreadOf, type Usage } from "../measure";
import { memoryFigures } from "./memory";
import {
  duckdbContenders,
  parquetContenders,
  postgresContenders,
  tapctlContender,
  type Contenders,
  type Contender,
  type Usages,
} from "./contenders";
import { expectSame } from "./same-rows";
import type { Bench, Extent } from "./sides";
import { emptyDestination, query, startDatabases } from "./sources";
import { changeSql, DOCUMENTS, LONG, ORDERS, rowsOf, WIDE, type PeerTable } from "./tables";
import { installTools, VERSIONS } from "./tools";

const ROUNDS = 2;
const CHANGED = 10_000;

/** The table for Meltano, which would take minutes for the whole one. */
const TENTH: PeerTable = { ...ORDERS, name: "orders_tenth", share: 0.1 };

/** tapctl with its bulk connectors next to other programs, on the same rows, compared afterwards. */
export async function benchPeers(context: BenchContext): Promise<readonly Figure[]> {
  const folder = join(context.folder, "peers");
  mkdirSync(folder, { recursive: true });
  const tools = await installTools(context.environments);
  const tables = [ORDERS, TENTH, LONG, WIDE, DOCUMENTS];
  const databases = await startDatabases(tables, context.records);
  const bench: Bench = { databases, tools, environments: context.environments, folder };
  try {
    return [
      ...(await fullFigures(bench, context.records)),
      ...(await changeFigures(bench, context.records)),
      ...(await fileFigures(bench, context)),
      ...(await shapeFigures(bench, context.records)),
      ...(await memoryFigures(bench, ORDERS)),
    ];
  } finally {
    await databases.stop();
  }
}

async function fullFigures(bench: Bench, records: number): Promise<readonly Figure[]> {
  const contenders = await postgresContenders(bench);
  const tenth = await compete(bench, TENTH, "full", { meltano: contenders.meltano }, 1);
  const { copy, tapctl, sling, dlt } = contenders;
  const sides = await compete(bench, ORDERS, "full", { copy, tapctl, sling, dlt });
  const what = `PostgreSQL to PostgreSQL, ${count(ORDERS, records)} rows`;
  return [
    ratio(`${what}: tapctl / \`COPY \\| COPY\``, sides.tapctl, sides.copy, { atMost: 3 }),
    ratio(`${what}: Sling ${VERSIONS.sling} / tapctl`, sides.sling, sides.tapctl, { atLeast: 1 }),
    ratio(`${what}: dlt ${VERSIONS.dlt} / tapctl`, sides.dlt, sides.tapctl, { atLeast: 1 }),
    ratio(
      `${what}: Meltano ${VERSIONS.meltano} with the published connectors / tapctl, ten times the time of a tenth of the rows`,
      tenth.meltano.map((usage) => ({ ...usage, seconds: usage.seconds * 10 })),
      sides.tapctl.slice(0, 1),
      { atLeast: 10 },
    ),
  ];
}

async function changeFigures(bench: Bench, records: number): Promise<readonly Figure[]> {
  const { tapctl, sling, dlt } = await postgresContenders(bench);
  const rows = rowsOf(ORDERS, records);
  const change = changeSql(ORDERS, rows, CHANGED);
  const sides = await compete(bench, ORDERS, "changes", { tapctl, sling, dlt }, ROUNDS, () =>
    query(bench.databases.source, [change]),
  );
  const what = `${CHANGED.toLocaleString("en")} of ${count(ORDERS, records)} rows changed, upsert`;
  return [
    figure({
      what: `${what}: tapctl`,
      unit: "s",
      target: { atMost: 3 },
      measured: spreadOf(sides.tapctl.map((usage) => usage.seconds)),
      detail: "",
    }),
    ratio(`${what}: Sling / tapctl`, sides.sling, sides.tapctl, { atLeast: 1 }),
    ratio(`${what}: dlt / tapctl`, sides.dlt, sides.tapctl, { atLeast: 1 }),
  ];
}

async function fileFigures(bench: Bench, { records, pair }: BenchContext) {
  const sink: Target = { kind: "target", connector: pair.target.definition, settings: {} };
  const alone = tapctlContender(bench, "alone", sink, () => ({ kind: "nowhere" }));
  const figures: Figure[] = [];
  for (const [kind, contenders] of [
    ["DuckDB", duckdbContenders(bench)],
    ["Parquet", parquetContenders(bench)],
  ] as const) {
    const sides = await compete(bench, ORDERS, "full", { ...contenders, alone });
    const what = `PostgreSQL to ${kind}, ${count(ORDERS, records)} rows`;
    figures.push(
      ratio(`${what}: dlt / tapctl`, sides.dlt, sides.tapctl, { atLeast: 1 }),
      ratio(`${what}: tapctl / its tap alone`, sides.tapctl, sides.alone, { atMost: 2 }),
    );
  }
  return figures;
}

async function shapeFigures(bench: Bench, records: number): Promise<readonly Figure[]> {
  const { copy, tapctl, sling } = await postgresContenders(bench);
  const figures: Figure[] = [];
  for (const [shape, table] of [
    ["of 2 kB", LONG],
    ["of 50 columns", WIDE],
    ["of JSON", DOCUMENTS],
  ] as const) {
    const sides = await compete(bench, table, "full", { copy, tapctl, sling });
    const what = `PostgreSQL to PostgreSQL, ${count(table, records)} rows ${shape}`;
    figures.push(
      ratio(`${what}: tapctl / \`COPY \\| COPY\``, sides.tapctl, sides.copy, { atMost: 3 }),
      ratio(`${what}: Sling / tapctl`, sides.sling, sides.tapctl, { atLeast: 1 }),
    );
  }
  return figures;
}

/** Runs the contenders in turn; after each run its rows are compared with the source. */
async function compete<Name extends string>(
  bench: Bench,
  table: PeerTable,
  extent: Extent,
  contenders: Contenders<Name>,
  rounds = ROUNDS,
  change?: () => Promise<unknown>,
): Promise<Usages<Name>> {
  const { databases } = bench;
  const sides = Object.fromEntries(
    Object.entries<Contender>(contenders).map(([name, { run, loaded }]) => [
      name,
      async () => {
        if (extent === "full") await emptyDestination(databases);
        const usage = await run(table, extent);
        await expectSame(bench, name, table, loaded(table));
        return usage;
      },
    ]),
  ) as { readonly [Key in Name]: () => Promise<Usage> };
  if (extent === "changes") await emptyDestination(databases);
  return inTurn(`${table.name}, ${extent}`, rounds, sides, async () => void (await change?.()));
}

function ratio(
  what: string,
  numerators: readonly Usage[],
  denominators: readonly Usage[],
  goal: NonNullable<Figure["target"]>,
): Figure {
  const wall = (side: readonly Usage[]) => side.map((usage) => usage.seconds);
  const median = (side: readonly Usage[]) => seconds(spreadOf(wall(side)).median);
  return figure({
    what,
    unit: "times",
    target: goal,
    measured: ratioOf(wall(numerators), wall(denominators)),
    detail: `${median(numerators)} / ${median(denominators)}`,
  });
}

function count(table: PeerTable, records: number): string {
  return rowsOf(table, records).toLocaleString("en");
}
