import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { print } from "../../common/print";
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

/**
 * `tapctl lock`: writes the lock files of connectors.
 *
 * @param root folder of the project.
 * @param names connectors; empty for all.
 * @param upgrade whether to take the newest versions that fit, instead of keeping those of the lock file.
 */
export async function lockConnectors(
  root: string,
  names: readonly string[],
  upgrade: boolean,
): Promise<void> {
  const connectors = chosen(root, names);
  const context = await installContext(root);
  const uv = await fixedUv(context);
  if (uv === undefined)
    throw new UserError(
      `uv, which writes lock files, cannot be installed from the package index\nSee ${context.log}`,
      1,
    );
  mkdirSync(LOCKS, { recursive: true });
  for (const { name, source } of connectors) {
    const file = join(LOCKS, `${name}.txt`);
    const current = existsSync(file) ? readFileSync(file, "utf8") : undefined;
    const text = await lockDependencies({
      name,
      source,
      uv,
      context,
      current: upgrade ? undefined : current,
    });
    writeFileSync(file, text);
    print(
      `${name} ${source.version}: ${text.match(/==/g)?.length ?? 0} packages, ${text === current ? "unchanged" : current === undefined ? "locked" : "changed"}`,
    );
  }
}

/** Connectors by name, from the array first: a project may use another version than the one that is shipped. */
function chosen(root: string, names: readonly string[]): readonly Lockable[] {
  const { entries } = loadProject(root);
  const used = entries
    .filter(isReplication)
    .flatMap(({ tap, target }) => [tap.connector, target.connector]);
  const known = new Map(
    [...shippedConnectors(), ...used]
      .flatMap(lockable)
      .map((connector) => [connector.name, connector]),
  );
  const missing = names.filter((name) => !known.has(name));
  if (missing.length > 0)
    throw new UserError(
      `no connector that is installed from a package index is called "${missing[0]}"\nThere are: ${[...known.keys()].join(", ")}`,
    );
  return names.length === 0 ? [...known.values()] : names.map((name) => known.get(name)!);
}

function lockable({ name, source }: ConnectorDefinition): readonly Lockable[] {
  return "package" in source ? [{ name, source }] : [];
}

async function installContext(project: string): Promise<InstallContext> {
  const root = join(project, ".tapctl", "environments");
  mkdirSync(root, { recursive: true });
  const log = join(root, "lock.log");
  writeFileSync(log, "");
  return { python: await findPython({}, { memory: root }), root, log, onLine: () => undefined };
}
