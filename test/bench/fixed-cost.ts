import { rmSync } from "node:fs";
import { join } from "node:path";
import type { BenchContext } from "./context";
import { figure, seconds, type Figure } from "./figure";
import { differenceOf, inTurn, spreadOf } from "./measure";
import { makeProject, runTapctl } from "./project";
import {
  bareTap,
  bareTarget,
  extractFile,
  pairWork,
  runExtract,
  runLoad,
  runShell,
  runStream,
  sumOf,
} from "./runner";

const ROUNDS = 15;

/**
 * The overhead of a run of one record over the same two programs connected directly, which take a few
 * milliseconds.
 */
export async function benchFixedCost(context: BenchContext): Promise<readonly Figure[]> {
  const { pair } = context;
  const work = pairWork(pair, join(context.folder, "fixed-cost"), 1);
  const project = makeProject(context, 1);
  const file = extractFile(work);
  const sides = await inTurn("fixed cost", ROUNDS, {
    bareFile: async () =>
      sumOf(
        await runShell(`${bareTap(work)} > ${file}`),
        await runShell(`${bareTarget(work)} < ${file}`),
      ).seconds,
    artifact: async () => sumOf(await runExtract(work), await runLoad(work)).seconds,
    barePipe: async () => (await runShell(`${bareTap(work)} | ${bareTarget(work)}`)).seconds,
    stream: async () => (await runStream(work)).seconds,
    node: async () => (await runTapctl(project, "node", "artifact")).seconds,
    nodeStream: async () => (await runTapctl(project, "node", "stream")).seconds,
    npx: async () => (await runTapctl(project, "npx", "artifact")).seconds,
  });
  rmSync(file);
  const cost = (what: string, atMost: number, whole: readonly number[], bare: readonly number[]) =>
    figure({
      what: `fixed cost, 1 record: ${what}`,
      unit: "s",
      target: { atMost },
      measured: differenceOf(whole, bare),
      detail: `${seconds(spreadOf(whole).median)} - ${seconds(spreadOf(bare).median)} of the connectors`,
    });
  return [
    cost("runner, extract + load", 0.15, sides.artifact, sides.bareFile),
    cost("runner, stream", 0.15, sides.stream, sides.barePipe),
    cost("`tapctl run`, artifact mode", 0.8, sides.node, sides.bareFile),
    cost("`tapctl run`, stream mode", 0.8, sides.nodeStream, sides.barePipe),
    cost("`npx tapctl run`, artifact mode", 0.8, sides.npx, sides.bareFile),
    figure({
      what: "for comparison: what npx itself adds to a run",
      unit: "s",
      target: undefined,
      measured: differenceOf(sides.npx, sides.node),
      detail: `${seconds(spreadOf(sides.npx).median)} - ${seconds(spreadOf(sides.node).median)}`,
    }),
  ];
}
