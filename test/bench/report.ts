import { statSync } from "node:fs";
import { join } from "node:path";
import { openFolder } from "../../src/store/folder";
import { writeSummary } from "../../src/store/runs/runs";
import { sampleRun } from "../report/support";
import type { BenchContext } from "./context";
import { figure, type Figure } from "./figure";
import { manyName, writeManyPipelines } from "./many-pipelines";
import { inTurn, spreadOf, usageOf } from "./measure";

const ROUNDS = 5;
const PIPELINES = 1000;
const RUNS = 20;
const HOUR_MS = 3_600_000;
const ROOT = join(__dirname, "..", "..");

/** `tapctl report` of many pipelines, from a store in a folder. */
export async function benchReport({ folder }: BenchContext): Promise<readonly Figure[]> {
  const project = join(folder, "report");
  writeManyPipelines(project, PIPELINES);
  await writeRuns(project);
  const command = [
    "node",
    join(ROOT, "dist", "src", "bin", "tapctl.js"),
    "--project",
    project,
    "report",
    "--out",
    join(project, "report.html"),
  ];
  const { report } = await inTurn("report", ROUNDS, {
    report: () => usageOf(command, { cwd: ROOT, env: { ...process.env, TAPCTL_STORE: undefined } }),
  });
  const megabytes = statSync(join(project, "report.html")).size / 1e6;
  const what = `report of ${PIPELINES} pipelines with ${RUNS} runs each`;
  const detail = `${spreadOf(report.map(({ cpu }) => cpu)).median.toFixed(2)} s of processor time, ${Math.round(spreadOf(report.map(({ rss }) => rss)).median / 1e6)} MB of memory`;
  return [
    figure({
      what,
      unit: "s",
      target: { atMost: 5 },
      measured: spreadOf(report.map(({ seconds }) => seconds)),
      detail,
    }),
    figure({
      what: `${what}, size of the page`,
      unit: "MB",
      target: { atMost: 5 },
      measured: spreadOf([megabytes]),
      detail: `${megabytes.toFixed(1)} MB`,
    }),
  ];
}

/** Runs of which each tenth pipeline's last has failed. */
async function writeRuns(project: string): Promise<void> {
  const store = openFolder(join(project, ".tapctl", "store"));
  for (let number = 0; number < PIPELINES; number += 1) {
    const name = manyName(number);
    await Promise.all(
      Array.from({ length: RUNS }, (_, run) => {
        const failed = run === 0 && number % 10 === 0;
        const started = new Date(Date.UTC(2026, 10, 25, 12) - run * HOUR_MS)
          .toISOString()
          .replace(".000Z", "Z");
        const error = failed
          ? "target-postgres: could not connect to server: Connection refused (10.2.3.4:5432)"
          : null;
        return writeSummary(
          store,
          sampleRun({
            pipeline: name,
            started,
            status: failed ? "failed" : "succeeded",
            seconds: 61 + run,
            records: failed ? 0 : 12_345 + 100 * run,
            error,
            seed: run,
          }),
        );
      }),
    );
  }
}
