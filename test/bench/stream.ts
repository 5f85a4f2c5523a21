import { join } from "node:path";
import type { BenchContext } from "./context";
import { figure, seconds, type Figure } from "./figure";
import { inTurn, ratioOf, spreadOf, usageOf, type Usage } from "./measure";
import { bareTap, bareTarget, pairWork, runShell, runStream } from "./runner";

const ROUNDS = 7;
const RELAY = join(__dirname, "relay.py");
const PIPE = join(__dirname, "pipe.py");

/** The runner between tap and target against a bare pipe, and against a Python relay that does not inspect data. */
export async function benchStream(context: BenchContext): Promise<readonly Figure[]> {
  const { pair, records } = context;
  const work = pairWork(pair, join(context.folder, "stream"), records);
  const { python } = pair.tap.environment;
  const { bare, wide, relay, runner } = await inTurn<"bare" | "wide" | "relay" | "runner", Usage>(
    "stream",
    ROUNDS,
    {
      bare: () => runShell(`${bareTap(work)} | ${bareTarget(work)}`),
      wide: () => usageOf([python, "-I", "-S", PIPE, bareTap(work), bareTarget(work)]),
      relay: () =>
        runShell(`${bareTap(work)} | '${python}' -I -S '${RELAY}' | ${bareTarget(work)}`),
      runner: () => runStream(work),
    },
  );
  const versus = (
    what: string,
    target: Figure["target"],
    side: readonly Usage[],
    other: readonly Usage[],
  ) => {
    const wall = (usages: readonly Usage[]) => usages.map((usage) => usage.seconds);
    const cpu = (usages: readonly Usage[]) =>
      seconds(spreadOf(usages.map((usage) => usage.cpu)).median);
    const detail = `${seconds(spreadOf(wall(side)).median)} / ${seconds(spreadOf(wall(other)).median)}; CPU ${cpu(side)} / ${cpu(other)}`;
    return figure({
      what,
      unit: "times",
      target,
      measured: ratioOf(wall(side), wall(other)),
      detail,
    });
  };
  return [
    versus("stream mode, whole `runner stream` / `tap \\| target`", { atMost: 2.2 }, runner, bare),
    versus(
      "for comparison: `runner stream` / `tap \\| target` over a pipe of 1 MiB, as the runner's are (a shell's: 64 KiB)",
      undefined,
      runner,
      wide,
    ),
    versus(
      "for comparison: a chunk relay in Python that counts nothing / `tap \\| target`",
      undefined,
      relay,
      bare,
    ),
    figure({
      what: "stream mode, resident memory of the runner at its peak",
      unit: "MB",
      target: { atMost: 40 },
      measured: spreadOf(runner.map((usage) => usage.rss / 1e6)),
      detail: "",
    }),
  ];
}
