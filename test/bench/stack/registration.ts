import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { figure, seconds, type Figure } from "../figure";
import { spreadOf, logProgress, usageOf, type Usage } from "../measure";
import { pipelinesText, type Scene } from "./scene";

/** Time of the program itself, from its start to its last registration: no engine, no cluster. */
export async function benchRegistration({
  folder,
  context,
  pipelines,
  rounds,
}: Scene): Promise<readonly Figure[]> {
  mkdirSync(folder, { recursive: true });
  const samples: Usage[] = [];
  for (let round = 0; round <= rounds; round++) {
    logProgress(
      `registering ${pipelinesText(pipelines)}: ${round === 0 ? "warm-up" : `round ${round} of ${rounds}`}`,
    );
    const usage = await register(
      join(folder, "registrations.json"),
      "bench-stack",
      context,
      pipelines,
    );
    if (round > 0) samples.push(usage);
  }
  const measured = spreadOf(samples.map(({ cpu }) => cpu));
  const detail = `${Math.round(spreadOf(samples.map(({ rss }) => rss)).median / 1e6)} MB; wall ${seconds(spreadOf(samples.map((usage) => usage.seconds)).median)}`;
  return [
    figure({
      what: `${pipelinesText(pipelines)}: the program alone, registered without an engine, CPU`,
      unit: "s",
      target: undefined,
      measured,
      detail,
    }),
  ];
}

/** Writes the registrations of the stack into a file. */
export function register(
  file: string,
  namespace: string,
  context: string,
  pipelines: number,
): Promise<Usage> {
  return usageOf([process.execPath, join(__dirname, "register.cjs"), file], {
    env: {
      ...process.env,
      BENCH_NAMESPACE: namespace,
      BENCH_CONTEXT: context,
      BENCH_PIPELINES: String(pipelines),
    },
  });
}
