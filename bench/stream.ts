import { join } from "node:path";
import type { BenchContext } from "./context";
import { figure, seconds, type Figure } from "./figure";
import { inTurn, ratioOf, spreadOf, type Usage } from "./measure";
import { bareTap, bareTarget, layOutWork, runShell, runStream } from "./runner";

const ROUNDS = 7;
const RELAY = join(__dirname, "relay.py");

/** The runner between tap and target against a bare pipe, and against a relay in Python that looks at nothing. */
export async function benchStream(context: BenchContext): Promise<readonly Figure[]> {
  const { pair, records } = context;
  const work = layOutWork(join(context.folder, "stream"), pair.tap, pair.target, { tap: { records }, target: {} });
  const { bare, relay, runner } = await inTurn<"bare" | "relay" | "runner", Usage>("stream", ROUNDS, {
    bare: () => runShell(`${bareTap(work)} | ${bareTarget(work)}`),
    relay: () => runShell(`${bareTap(work)} | '${pair.tap.environment.python}' -I '${RELAY}' | ${bareTarget(work)}`),
    runner: () => runStream(work),
  });
  const wall = (side: readonly Usage[]) => side.map((usage) => usage.seconds);
  const median = (side: readonly Usage[]) => seconds(spreadOf(wall(side)).median);
  return [
    figure({
      what: "stream mode, whole `runner stream` / `tap \\| target`",
      unit: "times",
      target: { atMost: 2.2 },
      measured: ratioOf(wall(runner), wall(bare)),
      detail: `${median(runner)} / ${median(bare)}`,
    }),
    figure({
      what: "for comparison: a chunk relay in Python that counts nothing / `tap \\| target`",
      unit: "times",
      target: undefined,
      measured: ratioOf(wall(relay), wall(bare)),
      detail: `${median(relay)} / ${median(bare)}`,
    }),
    figure({
      what: "stream mode, resident memory of the runner at its peak",
      unit: "MB",
      target: { atMost: 40 },
      measured: spreadOf(runner.map((usage) => usage.rss / 1e6)),
      detail: "",
    }),
  ];
}
