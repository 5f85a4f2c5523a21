import { rmSync } from "node:fs";
import { join } from "node:path";
import type { BenchContext } from "./context";
import { figure, seconds, type Figure } from "./figure";
import { inTurn, ratioOf, spreadOf } from "./measure";
import {
  bareTap,
  bareTarget,
  extractFile,
  pairWork,
  runExtract,
  runLoad,
  runShell,
  type RunnerUsage,
  type Work,
} from "./runner";

const ROUNDS = 21;

interface Pass {
  /** Seconds in which tap and target ran. */
  readonly moving: number;
  /** Seconds of the scan, for each 10^9 bytes; 0 in the bare pass. */
  readonly scanPerGigabyte: number;
  /** Seconds from the start of the first process to the end of the last one. */
  readonly whole: number;
}

/** Extract and load by the runner against the same two programs with a plain file between them. */
export async function benchArtifact(context: BenchContext): Promise<readonly Figure[]> {
  const { pair, records } = context;
  const work = pairWork(pair, join(context.folder, "artifact"), records);
  const passes = await inTurn("artifact", ROUNDS, {
    bare: () => barePass(work),
    runner: () => runnerPass(work),
  });
  const of = (side: readonly Pass[], part: keyof Pass) => side.map((pass) => pass[part]);
  const median = (side: readonly Pass[], part: keyof Pass) =>
    seconds(spreadOf(of(side, part)).median);
  const { bare, runner } = passes;
  return [
    figure({
      what: "artifact mode, moving the bytes: runner's tap + target seconds / `tap > file; target < file`",
      unit: "times",
      target: { atMost: 1.05 },
      measured: ratioOf(of(runner, "moving"), of(bare, "moving")),
      detail: `${median(runner, "moving")} / ${median(bare, "moving")}`,
    }),
    figure({
      what: "artifact mode, scan of the extract",
      unit: "s/GB",
      target: { atMost: 1 },
      measured: spreadOf(of(runner, "scanPerGigabyte")),
      detail: `part of the ${median(runner, "whole")} of extract + load`,
    }),
    figure({
      what: "artifact mode, whole runner (2 starts, scan) / `tap > file; target < file`",
      unit: "times",
      target: undefined,
      measured: ratioOf(of(runner, "whole"), of(bare, "whole")),
      detail: `${median(runner, "whole")} / ${median(bare, "whole")}`,
    }),
  ];
}

async function barePass(work: Work): Promise<Pass> {
  const file = join(work.folder, "bare.jsonl");
  const tap = await runShell(`${bareTap(work)} > ${file}`);
  const target = await runShell(`${bareTarget(work)} < ${file}`);
  rmSync(file);
  const whole = tap.seconds + target.seconds;
  return { moving: whole, scanPerGigabyte: 0, whole };
}

async function runnerPass(work: Work): Promise<Pass> {
  const extract = await runExtract(work);
  const load = await runLoad(work);
  rmSync(extractFile(work));
  return {
    moving: phase(extract, "tap") + phase(load, "target"),
    scanPerGigabyte: phase(load, "scan") / ((load.result.bytes ?? Number.NaN) / 1e9),
    whole: extract.seconds + load.seconds,
  };
}

function phase({ result }: RunnerUsage, name: "tap" | "scan" | "target"): number {
  return result.seconds?.[name] ?? Number.NaN;
}
