import type { Figure } from "./figure";
import type { Pair } from "./pair";

/** The context of all benchmarks. */
export interface BenchContext {
  /** A temporary folder of this run. */
  readonly folder: string;
  /** Folder of installed connectors, kept from one run to the next. */
  readonly environments: string;
  /** Records of one pass with the C pair; passes with published connectors move a fifth of it. */
  readonly records: number;
  readonly pair: Pair;
}

/** One group of figures. */
export type Benchmark = (context: BenchContext) => Promise<readonly Figure[]>;
