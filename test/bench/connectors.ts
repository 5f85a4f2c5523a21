import { rmSync } from "node:fs";
import { join } from "node:path";
import { tapPostgresSdk, targetCsv, targetJsonl } from "../../connectors";
import type { Target } from "../../src/model/connector";
import { startPostgres } from "../../src/run/postgres/postgres";
import type { BenchContext } from "./context";
import { figure, seconds, type Figure } from "./figure";
import { inTurn, ratioOf, spreadOf, logProgress, type Usage } from "./measure";
import { install, type InstalledConnector } from "./pair";
import { fillEvents, selectEvents } from "./postgres";
import {
  bareTap,
  bareTarget,
  extractFile,
  layOutWork,
  runExtract,
  runLoad,
  runShell,
  runStream,
  sumOf,
  type Work,
} from "./runner";

const ROUNDS = 3;

interface Source {
  readonly tap: InstalledConnector;
  readonly settings: unknown;
  readonly catalog: string | undefined;
}

/** CPU of the runner with published connectors against the same ones in a shell. */
export async function benchConnectors(context: BenchContext): Promise<readonly Figure[]> {
  const { environments, pair } = context;
  const records = Math.max(1, Math.round(context.records / 5));
  const folder = join(context.folder, "connectors");
  const csv = targetCsv({});
  const jsonl = targetJsonl({});
  logProgress("installing the connectors");
  const postgresTap = await install(tapPostgresSdk({}).connector, environments);
  const installed = {
    csv: await install(csv.connector, environments),
    jsonl: await install(jsonl.connector, environments),
  };
  const postgres = await startPostgres();
  try {
    logProgress(`writing ${records} rows to PostgreSQL`);
    await fillEvents(postgres, records);
    const { host, port, user, password, database } = postgres;
    const settings = { host, port, user, password, database };
    const catalog = await selectEvents(folder, postgresTap, settings);
    const work = (name: string, from: Source, to: Target, target: InstalledConnector) => {
      const own = join(folder, name);
      return layOutWork({
        folder: own,
        tap: from.tap,
        target,
        records,
        settings: { tap: from.settings, target: targetSettings(to, own) },
        catalog: from.catalog,
      });
    };
    const tables: Source = { tap: postgresTap, settings, catalog };
    const program: Source = { tap: pair.tap, settings: { records }, catalog: undefined };
    return [
      ...(await compare(
        "tap-postgres to target-csv",
        work("postgres-csv", tables, csv, installed.csv),
      )),
      ...(await compare(
        "tap-postgres to target-jsonl",
        work("postgres-jsonl", tables, jsonl, installed.jsonl),
      )),
      ...(await compare("C tap to target-csv", work("emit-csv", program, csv, installed.csv))),
    ];
  } finally {
    await postgres.stop();
  }
}

async function compare(what: string, work: Work): Promise<readonly Figure[]> {
  const file = join(work.folder, "bare.jsonl");
  const sides = await inTurn<"pipe" | "stream" | "staged" | "artifact", Usage>(what, ROUNDS, {
    pipe: () => runShell(`${bareTap(work)} | ${bareTarget(work)}`),
    stream: () => runStream(work),
    staged: async () =>
      sumOf(
        await runShell(`${bareTap(work)} > ${file}`),
        await runShell(`${bareTarget(work)} < ${file}`),
      ),
    artifact: async () => sumOf(await runExtract(work), await runLoad(work)),
  });
  rmSync(file);
  rmSync(extractFile(work));
  return [
    cpuFigure(
      `${what}, ${work.records.toLocaleString("en")} records, CPU: \`runner stream\` / \`tap \\| target\``,
      sides.stream,
      sides.pipe,
    ),
    cpuFigure(
      `${what}, ${work.records.toLocaleString("en")} records, CPU: runner's extract + load / \`tap > file; target < file\``,
      sides.artifact,
      sides.staged,
    ),
  ];
}

function cpuFigure(what: string, runner: readonly Usage[], bare: readonly Usage[]): Figure {
  const cpu = (side: readonly Usage[]) => side.map((usage) => usage.cpu);
  const median = (values: readonly number[]) => seconds(spreadOf(values).median);
  const wall = (side: readonly Usage[]) => median(side.map((usage) => usage.seconds));
  return figure({
    what,
    unit: "times",
    target: { atMost: 1.05 },
    measured: ratioOf(cpu(runner), cpu(bare)),
    detail: `CPU ${median(cpu(runner))} / ${median(cpu(bare))}; wall ${wall(runner)} / ${wall(bare)}`,
  });
}

/** The target's own defaults, and one folder for all files of it. */
function targetSettings({ connector }: Target, folder: string): unknown {
  return {
    ...connector.defaults,
    ...(connector.outputSetting && { [connector.outputSetting]: folder }),
  };
}
