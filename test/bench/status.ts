import { join } from "node:path";
import { startSampleCluster } from "./cluster";
import type { BenchContext } from "./context";
import { figure, type Figure } from "./figure";
import { writeManyPipelines } from "./many-pipelines";
import { inTurn, spreadOf, usageOf } from "./measure";

const ROUNDS = 7;
const PIPELINES = 200;
const RUNS = 20;
const ROOT = join(__dirname, "..", "..");

/** `tapctl status --on cluster` of many pipelines, against a fake cluster on this machine. */
export async function benchStatus({ folder }: BenchContext): Promise<readonly Figure[]> {
  const cluster = await startSampleCluster(PIPELINES, RUNS);
  try {
    const project = join(folder, "status");
    writeManyPipelines(project, PIPELINES);
    cluster.api.writeKubeconfig(join(project, "kubeconfig"), "pipelines");
    const env = { ...process.env, KUBECONFIG: join(project, "kubeconfig"), NO_COLOR: "1" };
    const { status } = await inTurn("status", ROUNDS, {
      status: () =>
        usageOf(
          [
            "node",
            join(ROOT, "dist", "src", "bin", "tapctl.js"),
            "--project",
            project,
            "status",
            "--on",
            "cluster",
          ],
          { cwd: ROOT, env },
        ),
    });
    const what = `status of ${PIPELINES} pipelines with ${RUNS} runs each`;
    const detail = `${spreadOf(status.map(({ cpu }) => cpu)).median.toFixed(2)} s of processor time`;
    return [
      figure({
        what,
        unit: "s",
        target: { atMost: 2 },
        measured: spreadOf(status.map(({ seconds }) => seconds)),
        detail,
      }),
      figure({
        what: `${what}, resident memory`,
        unit: "MB",
        target: { atMost: 200 },
        measured: spreadOf(status.map(({ rss }) => rss / 1e6)),
        detail: "",
      }),
    ];
  } finally {
    await cluster.stop();
  }
}
