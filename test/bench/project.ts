import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Mode } from "../../src/model/replication";
import type { BenchContext } from "./context";
import { usageOf, type Usage } from "./measure";

/** A separate project with one pipeline, from the tap in C to the target in C. */
export interface BenchProject {
  /** Its folder, with `pipelines/index.ts` and the object store. */
  readonly folder: string;
  /** Folder of installed connectors. */
  readonly environments: string;
}

/** Folder of tapctl itself. */
const ROOT = join(__dirname, "..", "..");

/** Writes a project, with tapctl installed, whose pipeline `bench` moves some records. */
export function makeProject(
  { folder, environments, pair }: BenchContext,
  records: number,
): BenchProject {
  const project = join(folder, `project-${records}`);
  writeProject(project, {
    name: "bench",
    schedule: "0 6 * * *",
    tap: { kind: "tap", connector: pair.tap.definition, settings: { records } },
    target: { kind: "target", connector: pair.target.definition, settings: {} },
  });
  return { folder: project, environments };
}

/** Writes a project with one pipeline, like a user's: tapctl is in its node_modules. */
export function writeProject(folder: string, entry: object): void {
  mkdirSync(join(folder, "pipelines"), { recursive: true });
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  const installed = join(folder, "node_modules", "tapctl");
  if (!existsSync(installed)) symlinkSync(ROOT, installed);
  writeFileSync(
    join(folder, "pipelines", "index.ts"),
    `import { definePipelines } from "tapctl";\nexport const pipelines = definePipelines([${JSON.stringify(entry)}]);\n`,
  );
}

/** Runs the pipeline once. */
export function runTapctl(
  { folder, environments }: BenchProject,
  by: "node" | "npx",
  mode: Mode,
): Promise<Usage> {
  const program =
    by === "node" ? ["node", join(ROOT, "dist", "src", "bin", "tapctl.js")] : ["npx", "tapctl"];
  const env = {
    ...process.env,
    TAPCTL_ENVIRONMENTS: environments,
    TAPCTL_STORE: join(folder, "store"),
  };
  return usageOf(
    [...program, "--project", folder, "run", "bench", "--mode", mode, "--keep-runs", "1"],
    { cwd: ROOT, env },
  );
}
