import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { commandsFor } from "../../../src/common/commands";
import type { Engine } from "../../../src/deploy/pulumi";
import { run, usageOf, type Usage } from "../measure";

/** The cluster and namespace in which pipelines run. */
interface PipelinesCluster {
  /** Context of the kubeconfig. */
  readonly context: string;
  readonly namespace: string;
}

/** A stack of the real engine with its own state folder. */
export interface BenchStack {
  readonly engine: Omit<Engine, "env">;
  readonly cluster: PipelinesCluster;
  /** Folder of the Pulumi project. */
  readonly folder: string;
  /** Variables of every call. */
  readonly env: NodeJS.ProcessEnv;
}

const NAME = "bench";
const NO_IMAGE = `localhost:5000/none@sha256:${"0".repeat(64)}`;

/** Configuration of a stack of which nothing runs: no Argo, no MinIO, images that are never pulled. */
export function benchConfig(
  namespace: string,
  context: string,
): { readonly [key: string]: unknown } {
  return {
    context,
    namespace,
    argo: { install: false, namespace },
    objectStore: { kind: "s3", bucket: "singer", credentials: "ambient" },
    images: {
      ready: { "singer-runner": NO_IMAGE, "tap-postgres": NO_IMAGE, "target-jsonl": NO_IMAGE },
    },
    secrets: { "shop-password": "bench" },
  };
}

/**
 * Creates a stack.
 *
 * @param program file of the Pulumi program in `test/bench/stack`.
 */
export async function makeBenchStack(
  folder: string,
  program: string,
  cluster: PipelinesCluster,
  variables: NodeJS.ProcessEnv,
): Promise<BenchStack> {
  const state = join(folder, "state");
  for (const part of [state, join(folder, "bin")]) mkdirSync(part, { recursive: true });
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    stringify({
      name: "tapctl",
      main: "bin/program.cjs",
      runtime: { name: "nodejs", options: { typescript: false } },
    }),
  );
  writeFileSync(
    join(folder, `Pulumi.${NAME}.yaml`),
    stringify({
      config: Object.fromEntries(
        Object.entries(benchConfig(cluster.namespace, cluster.context)).map(([key, value]) => [
          `tapctl:${key}`,
          value,
        ]),
      ),
    }),
  );
  writeFileSync(
    join(folder, "bin", "program.cjs"),
    `module.exports = require(${JSON.stringify(join(__dirname, program))});\n`,
  );
  symlinkSync(join(__dirname, "..", "..", "..", "node_modules"), join(folder, "node_modules"));
  const backend = `file://${state}`;
  const env = {
    ...process.env,
    ...variables,
    BENCH_CONTEXT: cluster.context,
    PULUMI_BACKEND_URL: backend,
    PULUMI_CONFIG_PASSPHRASE: NAME,
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  await run(["pulumi", "-C", folder, "stack", "init", NAME, "--non-interactive"], { env });
  return {
    engine: {
      command: ["pulumi", "-C", folder],
      stack: ["--stack", NAME, "--non-interactive"],
      places: [],
      commands: commandsFor(),
      name: NAME,
      project: "tapctl",
      root: folder,
      backend,
    },
    cluster,
    folder,
    env,
  };
}

/** A command of the engine, such as `preview`. */
export function pulumi(
  { engine, env }: BenchStack,
  args: readonly string[],
  variables: NodeJS.ProcessEnv = {},
): Promise<Usage> {
  return usageOf([...engine.command, ...args, ...engine.stack], { env: { ...env, ...variables } });
}

/** Brings up the stack with some pipelines, as `npx tapctl up` does. */
export function bringUp(stack: BenchStack, pipelines: number): Promise<Usage> {
  return usageOf(
    [
      process.execPath,
      "--import",
      "tsx",
      join(__dirname, "up.ts"),
      JSON.stringify({ ...stack, env: undefined, pipelines }),
    ],
    {
      cwd: join(__dirname, "..", "..", ".."),
      env: { ...stack.env, BENCH_PIPELINES: String(pipelines) },
    },
  );
}

/** Destroys the stack. */
export async function destroy(stack: BenchStack): Promise<void> {
  await pulumi(stack, ["destroy", "--yes", "--skip-preview"], { PULUMI_SKIP_CHECKPOINTS: "true" });
}
