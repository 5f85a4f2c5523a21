import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ConnectorDefinition } from "../../src/model/connector";
import { tap, target } from "../../src/model/define-connector";
import { UserError } from "../../src/common/errors";
import { ensureEnvironment } from "../../src/run/environments/environments";
import type { Environment } from "../../src/run/environments/environment";
import { run } from "./measure";

/** A tap and a target in C with almost no overhead, as programs and as installed connectors. */
export interface Pair {
  /** The program that writes records. */
  readonly emit: string;
  /** The program that reads them. */
  readonly sink: string;
  readonly tap: InstalledConnector;
  readonly target: InstalledConnector;
}

/** A connector's definition with where it is installed. */
export interface InstalledConnector {
  readonly definition: ConnectorDefinition;
  readonly environment: Environment;
}

/**
 * Compiles both programs and installs them the way published connectors are installed, from wheels.
 *
 * @param folder where programs and wheels go.
 * @param environments folder of the environments, kept between runs.
 * @throws UserError if there is no C compiler.
 */
export async function makePair(folder: string, environments: string): Promise<Pair> {
  const emit = await compile("emit.c", join(folder, "tap-bench"));
  const sink = await compile("sink.c", join(folder, "target-bench"));
  const versions = {
    tap: await packWheel(folder, "tap-bench", emit),
    target: await packWheel(folder, "target-bench", sink),
  };
  addIndex(join(folder, "wheels"));
  const definitions = {
    tap: tap({ name: "tap-bench", package: "tap-bench", version: versions.tap })({}).connector,
    target: target({ name: "target-bench", package: "target-bench", version: versions.target })({})
      .connector,
  };
  return {
    emit,
    sink,
    tap: await install(definitions.tap, environments),
    target: await install(definitions.target, environments),
  };
}

/** Installs a connector, or returns its existing environment. */
export async function install(
  definition: ConnectorDefinition,
  environments: string,
): Promise<InstalledConnector> {
  return { definition, environment: await ensureEnvironment(definition, { root: environments }) };
}

async function compile(source: string, program: string): Promise<string> {
  try {
    await run(["cc", "-O2", "-o", program, join(__dirname, source)]);
    return program;
  } catch (error) {
    throw new UserError(
      `the benchmark needs a C compiler called cc (Debian: apt-get install gcc libc6-dev): ${(error as Error).message}`,
      1,
    );
  }
}

/** Packs a program as a wheel and returns its version, which depends on the program. */
async function packWheel(folder: string, name: string, program: string): Promise<string> {
  const content = createHash("sha256").update(readFileSync(program)).digest();
  const version = `1.0.${content.readUInt32BE()}`;
  mkdirSync(join(folder, "wheels"), { recursive: true });
  await run([
    "python3",
    join(__dirname, "wheel.py"),
    join(folder, "wheels"),
    name,
    version,
    program,
  ]);
  return version;
}

/** Lets pip and uv find the wheels of a folder, in addition to other indexes. */
function addIndex(folder: string): void {
  process.env.PIP_FIND_LINKS = [process.env.PIP_FIND_LINKS, folder].filter(Boolean).join(" ");
  if (process.env.UV_FIND_LINKS) process.env.UV_FIND_LINKS += `,${folder}`;
}
