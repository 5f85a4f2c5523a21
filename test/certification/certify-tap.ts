import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectorDefinition } from "../../src/model/connector";
import { outcomeOf } from "./compare";
import { certifyCases, type Cell, type Outcome } from "./outcome";
import type { TapAdapter } from "./tap-adapters";
import type { TapCase } from "./tap-cases";

/** Reads every case from a source and compares the tap's records with the source. */
export async function certifyTap(
  connector: ConnectorDefinition,
  adapter: TapAdapter,
  cases: readonly TapCase[] = adapter.cases,
): Promise<readonly Cell[]> {
  const groups = adapter.together
    ? [...new Set(cases.map(({ group }) => group))].map((group) =>
        cases.filter((one) => one.group === group),
      )
    : cases.map((one) => [one]);
  const cells: Cell[] = [];
  for (const members of groups)
    cells.push(...(await certifyCases(connector, members, (some) => runCases(adapter, some))));
  return cells;
}

async function runCases(
  adapter: TapAdapter,
  cases: readonly TapCase[],
): Promise<readonly Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-certify-"));
  try {
    const { result, tables } = await adapter.run(cases, folder);
    if (result.code !== 0)
      return cases.map(() => ({
        kind: "rejected",
        detail: result.error ?? `exit code ${result.code}`,
      }));
    return cases.map((one) => outcomeOf(one.tables, tables, true));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
