import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outcomeOf } from "./compare";
import { certifyCases, type Cell, type Outcome } from "./outcome";
import { load } from "./run-connector";
import type { TargetAdapter } from "./target-adapters";
import type { TargetCase } from "./target-cases";

/** Loads every case into an empty destination and compares the result with the expected rows. */
export async function certifyTarget(
  adapter: TargetAdapter,
  cases: readonly TargetCase[],
): Promise<readonly Cell[]> {
  const { connector } = adapter.create(tmpdir()).target;
  const groups = [...new Set(cases.map(({ group }) => group))];
  const cells: Cell[] = [];
  for (const group of groups) {
    const members = cases.filter((one) => one.group === group);
    cells.push(...(await certifyCases(connector, members, (some) => runCases(adapter, some))));
  }
  return cells;
}

async function runCases(
  adapter: TargetAdapter,
  cases: readonly TargetCase[],
): Promise<readonly Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-certify-"));
  try {
    const { target, output, read } = adapter.create(folder);
    const times = Math.max(...cases.map(({ loads }) => loads.length));
    for (let time = 0; time < times; time += 1) {
      const lines = cases.flatMap(({ loads }) => loads[time] ?? []);
      const result = await load(
        target,
        lines,
        join(folder, `load-${time}`),
        join(output, `${time}`),
      );
      if (result.code !== 0)
        return cases.map(() => ({
          kind: "rejected",
          detail: result.error ?? `exit code ${result.code}`,
        }));
    }
    const stored = await read();
    return cases.map((one) =>
      outcomeOf(one.tables(adapter.keeps), stored, adapter.keeps === "all"),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
