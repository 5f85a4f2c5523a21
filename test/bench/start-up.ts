import { join } from "node:path";
import { figure, seconds, type Figure } from "./figure";
import { inTurn, spreadOf, usageOf, type Usage } from "./measure";

const ROUNDS = 5;
const MEGABYTE = 1e6;
const ROOT = join(__dirname, "..", "..");

/** Time of a preview before the first request to Pulumi's engine, and of the type check, with and without AWS. */
export async function benchStartUp(): Promise<readonly Figure[]> {
  const node = (...args: readonly string[]) => usageOf(["node", ...args], { cwd: ROOT });
  const register = (store: string) => node(join("test", "bench", "register.cjs"), store);
  const check = (project: string) =>
    node(join("node_modules", "@typescript", "native", "bin", "tsc"), "-p", project);
  const sides = await inTurn("start-up", ROUNDS, {
    pulumi: () => node("-e", 'require("@pulumi/pulumi")'),
    minio: () => register("minio"),
    aws: () => register("aws"),
    check: () => check("test/components/tsconfig.stack.json"),
    checkAws: () => check("components/aws"),
  });
  const wall = (what: string, usages: readonly Usage[], atMost?: number) =>
    figure({
      what,
      unit: "s",
      target: atMost === undefined ? undefined : { atMost },
      measured: spreadOf(usages.map((usage) => usage.seconds)),
      detail: `${seconds(spreadOf(usages.map(({ cpu }) => cpu)).median)} of processor time`,
    });
  const memory = (what: string, usages: readonly Usage[], atMost: number) =>
    figure({
      what,
      unit: "MB",
      target: { atMost },
      measured: spreadOf(usages.map(({ rss }) => rss / MEGABYTE)),
      detail: "",
    });
  return [
    wall("preview start-up: stack registered, without AWS", sides.minio, 1.5),
    wall("preview start-up: stack registered, on AWS", sides.aws, 2.5),
    wall("for comparison: Pulumi's own package loaded, and nothing else", sides.pulumi),
    wall("check of types: a stack without AWS", sides.check, 6),
    memory("check of types: a stack without AWS, memory", sides.check, 350),
    wall("for comparison: check of types of all that is for AWS, tests included", sides.checkAws),
  ];
}
