import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchContext } from "./context";
import { figure, seconds, type Figure } from "./figure";
import { differenceOf, inTurn, spreadOf } from "./measure";
import { extractFile, pairWork, runExtract, type Work } from "./runner";

const ROUNDS = 3;

/** Bytes of a row of the tap in C. */
const SHORTEST = 235;
/** Bytes of the member that makes it longer, without its text. */
const TEXT_MEMBER = 12;
const LENGTHS = [SHORTEST, 326, 1000] as const;

/** Options of streams for each side; undefined for none. */
const SIDES = {
  none: undefined,
  "another stream": { stream: "other*", mask: { "x*": "null" } },
  "a column dropped": { stream: "events", mask: { note: "drop" } },
  "a column set to null": { stream: "events", mask: { note: "null" } },
  "a column of repeated values hashed": { stream: "events", mask: { customer: "hash" } },
  "a column of distinct values hashed": { stream: "events", mask: { created_at: "hash" } },
  "three columns masked": {
    stream: "events",
    mask: { created_at: "hash", customer: "null", note: "drop" },
  },
  "a column hashed by a pattern": { stream: "events", mask: { "creat*": "hash" } },
  "a column hashed by a pattern for which records are parsed": {
    stream: "events",
    mask: { "creat*_at": "hash" },
  },
} as const;

type Side = keyof typeof SIDES;

interface Pass {
  /** CPU seconds of the tap and the runner. */
  readonly cpu: number;
  readonly gigabytes: number;
}

/** The CPU time that masks add to an extract, for each 10^9 bytes of it, by the length of its rows. */
export async function benchMasks(context: BenchContext): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const length of LENGTHS) figures.push(...(await benchLength(context, length)));
  return figures;
}

async function benchLength(context: BenchContext, length: number): Promise<readonly Figure[]> {
  const { pair, folder } = context;
  const records = Math.round((context.records * SHORTEST) / length);
  const text = length > SHORTEST ? length - SHORTEST - TEXT_MEMBER : 0;
  const work = pairWork(pair, join(folder, `masks-${length}`), records, text);
  const names = (Object.keys(SIDES) as Side[]).filter(
    (side) => length === SHORTEST || !side.includes("pattern"),
  );
  const sides = Object.fromEntries(names.map((side) => [side, () => pass(work, side)])) as {
    readonly [Name in Side]: () => Promise<Pass>;
  };
  const passes = await inTurn(`masks, rows of ${length} bytes`, ROUNDS, sides);
  const bytes = passes.none[0]?.gigabytes ?? Number.NaN;
  const perGigabyte = (side: Side) => passes[side].map(({ cpu }) => cpu / bytes);
  return names
    .filter((side) => side !== "none")
    .map((side) =>
      figure({
        what: `masks, rows of ${length} bytes: CPU time added to an extract, ${side}`,
        unit: "s/GB",
        target: { atMost: 3 },
        measured: differenceOf(perGigabyte(side), perGigabyte("none")),
        detail: `${seconds(spreadOf(passes[side].map(({ cpu }) => cpu)).median)} / ${seconds(spreadOf(passes.none.map(({ cpu }) => cpu)).median)} for ${bytes.toFixed(2)} GB`,
      }),
    );
}

async function pass(work: Work, side: Side): Promise<Pass> {
  const rule = SIDES[side];
  const rules = join(work.folder, "rules.json");
  const maskSalt = join(work.folder, "mask-salt");
  writeFileSync(rules, JSON.stringify(rule === undefined ? [] : [rule]));
  writeFileSync(maskSalt, "salt of the benchmark");
  const { cpu } = await runExtract(work, rule === undefined ? {} : { rules, maskSalt });
  const gigabytes = statSync(extractFile(work)).size / 1e9;
  rmSync(extractFile(work));
  return { cpu, gigabytes };
}
