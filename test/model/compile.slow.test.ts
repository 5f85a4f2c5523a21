import assert from "node:assert/strict";
import { Session } from "node:inspector/promises";
import { test } from "node:test";
import { array, FILE, programOf } from "./compile-support";

test("definePipelines: type-checking time grows linearly with the number of entries", async () => {
  const [few, more, many] = [
    await callsOfCheck(200),
    await callsOfCheck(400),
    await callsOfCheck(800),
  ] as const;
  const growth = (many - more) / (more - few);
  assert.ok(growth < 2.2, `400 more entries cost ${growth.toFixed(2)} times as much as 200 more`);
});

/** Number of compiler function calls to check an array of this many entries: the same count in each run. */
async function callsOfCheck(entries: number): Promise<number> {
  const program = programOf(
    array(
      Array.from({ length: entries }, (_, index) =>
        index % 10 === 9
          ? `{ ...job, name: "job-${index}", schedule: "${index % 60} ${index % 24} * * *" }`
          : `{ name: "orders-${index}", schedule: "${index % 60} ${index % 24} * * MON-FRI", deadline: "${1 + (index % 9)}h", tap: tapPostgres({ host: "db-${index}" }), target: targetCsv({ batch_size_rows: ${1000 + index} }) }`,
      ),
    ),
  );
  program.getGlobalDiagnostics();
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  assert.deepEqual(program.getSemanticDiagnostics(program.getSourceFile(FILE)), []);
  const { result } = await session.post("Profiler.takePreciseCoverage");
  session.disconnect();
  const compiler = result.find(({ url }) => url.endsWith("typescript.js"));
  return compiler?.functions.reduce((sum, { ranges }) => sum + (ranges[0]?.count ?? 0), 0) ?? 0;
}
