import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { print } from "../../common/print";
import { runProgram } from "../../common/program";
import type { ConnectorDefinition, PackageSource } from "../../model/connector";
import { LOCKS } from "../../../connectors/dependency-lock";
import { shippedConnectors } from "../../../connectors/shipped";
import { UserError } from "../../common/errors";
import { isReplication } from "../../model/define";
import { fixedUv, type InstallContext } from "./installer";
import { lockDependencies } from "./lock-dependencies";
import { loadProject } from "../project";
import { findPython } from "./python";

interface Lockable {
  readonly name: string;
  readonly source: PackageSource;
}

/** `npm run lock`: writes the lock files of connectors. */
export async function main(): Promise<void> {
  const program = new Command("npm run lock --")
    .description("write connectors/locks/NAME.txt: the exact versions and hashes of all packages that a connector installs")
    .argument("[names...]", "connectors of connectors/index.ts or of the array (default: all)")
    .option("--upgrade", "take the newest versions that fit, instead of keeping those of the lock file")
    .exitOverride()
    .addHelpText("after", "\nExample:\n  $ npm run lock -- tap-github");
  program.action((names: readonly string[], { upgrade = false }: { readonly upgrade?: boolean }) => lock(names, upgrade));
  await runProgram(program);
}

async function lock(names: readonly string[], upgrade: boolean): Promise<void> {
  const connectors = chosen(names);
  const context = await installContext();
  const uv = await fixedUv(context);
  if (uv === undefined) throw new UserError(`uv, which writes lock files, cannot be installed from the package index\nSee ${context.log}`, 1);
  mkdirSync(LOCKS, { recursive: true });
  for (const { name, source } of connectors) {
    const file = join(LOCKS, `${name}.txt`);
    const current = existsSync(file) ? readFileSync(file, "utf8") : undefined;
    const text = await lockDependencies({ name, source, uv, context, current: upgrade ? undefined : current });
    writeFileSync(file, text);
    print(`${name} ${source.version}: ${text.match(/==/g)?.length ?? 0} packages, ${text === current ? "unchanged" : current === undefined ? "locked" : "changed"}`);
  }
}

/** Connectors by name, from the array first: a project may use another version than the one that is shipped. */
function chosen(names: readonly string[]): readonly Lockable[] {
  const { entries } = loadProject(process.cwd());
  const used = entries.filter(isReplication).flatMap(({ tap, target }) => [tap.connector, target.connector]);
  const known = new Map([...shippedConnectors(), ...used].flatMap(lockable).map((connector) => [connector.name, connector]));
  const missing = names.filter((name) => !known.has(name));
  if (missing.length > 0) throw new UserError(`no connector that is installed from a package index is called "${missing[0]}"\nThere are: ${[...known.keys()].join(", ")}`);
  return names.length === 0 ? [...known.values()] : names.map((name) => known.get(name)!);
}

function lockable({ name, source }: ConnectorDefinition): readonly Lockable[] {
  return "package" in source ? [{ name, source }] : [];
}

async function installContext(): Promise<InstallContext> {
  const root = join(process.cwd(), ".tapctl", "environments");
  mkdirSync(root, { recursive: true });
  const log = join(root, "lock.log");
  writeFileSync(log, "");
  return { python: await findPython({}, { memory: root }), root, log, onLine: () => undefined };
}
