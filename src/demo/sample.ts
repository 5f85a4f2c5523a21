import { readFileSync } from "node:fs";
import { join } from "node:path";
import pc from "picocolors";
import type { RunSummary } from "../store/runs/run-summary";

const LINES = 5;
const WIDTH = 100;

/** Shows the first lines of a run's first output file. */
export function showSample(summary: RunSummary, runs: string, line: (text: string) => void): void {
  const [output] = summary.outputs;
  if (!output) return;
  const file = join(runs, summary.pipeline, summary.run, "output", output.path);
  const lines = readFileSync(file, "utf8")
    .split(/\r?\n/)
    .filter((text) => text !== "");
  line(pc.dim(`  ${output.path}:`));
  for (const text of lines.slice(0, LINES))
    line(`    ${text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text}`);
  if (lines.length > LINES) line(pc.dim(`    … ${lines.length - LINES} more lines`));
}
