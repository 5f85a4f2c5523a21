import { join } from "node:path";
import { KUBE_CLIENT } from "../../../components/kube-client";
import { figure, seconds, type Figure } from "../figure";
import { inTurn, ratioOf, spreadOf, logProgress, type Usage } from "../measure";
import { destroy, makeBenchStack, pulumi, type BenchStack } from "./project";
import { register } from "./registration";
import { pipelinesText, type Scene } from "./scene";

const ALL_AT_ONCE = { PULUMI_SKIP_CHECKPOINTS: "true" };

/** `pulumi preview` with nothing changed, against a program that registers the same resources by a loop. */
export async function benchPreview({
  folder,
  context,
  pipelines,
  rounds,
}: Scene): Promise<readonly Figure[]> {
  const what = `preview of ${pipelinesText(pipelines)}`;
  const file = join(folder, "bare.json");
  await register(file, "bench-bare", context, pipelines);
  const variables = {
    BENCH_PIPELINES: String(pipelines),
    BENCH_REGISTRATIONS: file,
    BENCH_KUBE_CLIENT: JSON.stringify(KUBE_CLIENT),
  };
  const stack = await makeBenchStack(
    join(folder, "preview"),
    "program.cjs",
    { context, namespace: "bench-stack" },
    variables,
  );
  const bare = await makeBenchStack(
    join(folder, "bare"),
    "bare.cjs",
    { context, namespace: "bench-bare" },
    variables,
  );
  const preview = (side: BenchStack) => pulumi(side, ["preview", "--expect-no-changes"]);
  try {
    for (const side of [stack, bare]) {
      logProgress(`${what}: creating`);
      await pulumi(side, ["up", "--yes", "--skip-preview"], ALL_AT_ONCE);
    }
    const sides = await inTurn(what, rounds, {
      stack: () => preview(stack),
      bare: () => preview(bare),
    });
    return figures(`${pipelinesText(pipelines)}: \`pulumi preview\` with nothing changed`, sides);
  } finally {
    logProgress(`${what}: destroying`);
    await destroy(stack);
    await destroy(bare);
  }
}

function figures(
  what: string,
  { stack, bare }: { readonly stack: readonly Usage[]; readonly bare: readonly Usage[] },
): readonly Figure[] {
  const of = (side: readonly Usage[], field: keyof Usage) => side.map((usage) => usage[field]);
  const both = (field: "seconds" | "cpu") =>
    `${seconds(spreadOf(of(stack, field)).median)} / ${seconds(spreadOf(of(bare, field)).median)}`;
  const megabytes = (side: readonly Usage[]) =>
    spreadOf(of(side, "rss").map((bytes) => bytes / 1e6));
  return [
    figure({
      what: `${what}, wall time, stack / bare registrations of the same resources`,
      unit: "times",
      target: { atMost: 1.3 },
      measured: ratioOf(of(stack, "seconds"), of(bare, "seconds")),
      detail: both("seconds"),
    }),
    figure({
      what: `${what}, CPU, stack / bare`,
      unit: "times",
      target: undefined,
      measured: ratioOf(of(stack, "cpu"), of(bare, "cpu")),
      detail: both("cpu"),
    }),
    figure({
      what: `${what}, memory of the largest process`,
      unit: "MB",
      target: undefined,
      measured: megabytes(stack),
      detail: `bare ${Math.round(megabytes(bare).median)} MB`,
    }),
  ];
}
