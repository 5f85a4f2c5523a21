import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../src/common/errors";
import { benchArtifact } from "./artifact";
import { parseFlags, runCommand } from "./command";
import { benchConnectors } from "./connectors";
import { benchConsole } from "./console";
import type { Benchmark } from "./context";
import type { Figure } from "./figure";
import { benchFixedCost } from "./fixed-cost";
import { machineLine } from "./machine";
import { benchMasks } from "./masks";
import { benchMeltano } from "./meltano";
import { makePair } from "./pair";
import { benchParallel } from "./parallel";
import { benchPeers } from "./peers/peers";
import { benchPreviewComment } from "./preview-comment";
import { benchReport } from "./report";
import { benchStartUp } from "./start-up";
import { benchStatus } from "./status";
import { benchStream } from "./stream";
import { benchTypeCheck } from "./type-check";

const BENCHMARKS: { readonly [name: string]: Benchmark } = {
  artifact: benchArtifact,
  stream: benchStream,
  masks: benchMasks,
  "fixed-cost": benchFixedCost,
  meltano: benchMeltano,
  connectors: benchConnectors,
  parallel: benchParallel,
  peers: benchPeers,
  "preview-comment": benchPreviewComment,
  "start-up": benchStartUp,
  status: benchStatus,
  report: benchReport,
  console: benchConsole,
  "type-check": benchTypeCheck,
};

const USAGE = `usage: npm run bench -- [--records 1000000] [--only NAME]... [--json]

Measures tapctl against the same work done in a shell and by meltano, and prints a table in Markdown. Installs the
connectors it needs below .tapctl/bench; needs a C compiler and some 1 GB in ${tmpdir()}.

  --records N   records of one pass of the C connectors; published connectors move a fifth of it (default: 1000000)
  --only NAME   one of those below; may be given several times (default: all)
  --json        print the figures as JSON

names: ${Object.keys(BENCHMARKS).join(", ")}`;

interface Flags {
  readonly records: number;
  readonly only: readonly string[];
  readonly json: boolean;
}

async function measure(records: number, only: readonly string[]): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-bench-"));
  const environments = join(__dirname, "..", "..", ".tapctl", "bench");
  mkdirSync(environments, { recursive: true });
  try {
    const pair = await makePair(folder, environments);
    const figures: Figure[] = [];
    for (const name of only)
      figures.push(...((await BENCHMARKS[name]?.({ folder, environments, records, pair })) ?? []));
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readFlags(): Flags | undefined {
  const {
    records = "1000000",
    only,
    json = false,
    help,
  } = parseFlags(USAGE, {
    records: { type: "string" },
    only: { type: "string", multiple: true },
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  });
  if (help) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(records))
    throw new UserError(`--records ${records}: a whole number from 1 to 999999999`);
  const unknown = only?.find((name) => !(name in BENCHMARKS));
  if (unknown !== undefined)
    throw new UserError(`--only ${unknown}: one of ${Object.keys(BENCHMARKS).join(", ")}`);
  return { records: Number(records), only: only ?? Object.keys(BENCHMARKS), json };
}

void runCommand(USAGE, readFlags, async ({ records, only }) => ({
  machine: await machineLine(),
  parameters: { records },
  figures: await measure(records, only),
}));
