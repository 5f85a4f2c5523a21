import { chmodSync, existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../src/common/errors";
import type { PackageSource } from "../../../src/model/connector-source";
import { createVenv, type InstallContext } from "../../../src/run/environments/installer";
import { installUnlocked } from "../../../src/run/environments/install-packages";
import { findInstaller } from "../../../src/run/environments/find-installer";
import { findPython } from "../../../src/run/environments/find-python";
import { logProgress } from "../measure";

/** Versions of the programs that tapctl is compared with. */
export const VERSIONS = { sling: "1.4.11", dlt: "1.31.0", meltano: "4.4.1" } as const;

/** A program of a peer, in an environment of its own. */
export interface Tools {
  readonly sling: string;
  /** Python with dlt. */
  readonly dlt: string;
  readonly meltano: string;
}

/** Installs the peers, or returns what an earlier benchmark installed. */
export async function installTools(environments: string): Promise<Tools> {
  const sling = await installTool(environments, {
    package: "sling-linux-amd64",
    version: VERSIONS.sling,
  });
  const dlt = await installTool(environments, {
    package: "dlt[postgres,duckdb,sql-database,parquet]",
    version: VERSIONS.dlt,
    extraPackages: ["psycopg[binary]==3.2.13", "pyarrow==21.0.0"],
  });
  return {
    sling: slingProgram(sling),
    dlt: join(dlt, "bin", "python"),
    meltano: join(await installMeltano(environments), "bin", "meltano"),
  };
}

/** Installs Meltano, or returns the environment of an earlier benchmark. */
export function installMeltano(environments: string): Promise<string> {
  return installTool(environments, { package: "meltano", version: VERSIONS.meltano });
}

async function installTool(environments: string, source: PackageSource): Promise<string> {
  const python = await findPython({ min: "3.10" });
  const name = source.package.replace(/\[.*/, "");
  const venv = join(environments, `${name}-${source.version}-${python.version}`);
  const done = join(venv, "installed");
  if (existsSync(done)) return venv;
  logProgress(`installing ${name} ${source.version}`);
  const log = `${venv}.log`;
  writeFileSync(log, "");
  const context: InstallContext = { python, root: environments, log, onLine: () => {} };
  const installer = await findInstaller(context);
  for (const step of [
    () => createVenv(installer, context, venv),
    () => installUnlocked(installer, context, venv, source),
  ]) {
    if ((await step()).code === 0) continue;
    rmSync(venv, { recursive: true, force: true });
    throw new UserError(`${name} ${source.version} cannot be installed (log: ${log})`, 1);
  }
  writeFileSync(done, "");
  return venv;
}

/** The wheel holds Sling's program without the permission to execute it. */
function slingProgram(venv: string): string {
  const python = readdirSync(join(venv, "lib"))[0] ?? "python3";
  const program = join(
    ...[venv, "lib", python, "site-packages", "sling_linux_amd64", "bin", "sling-linux-amd64"],
  );
  chmodSync(program, 0o755);
  return program;
}
