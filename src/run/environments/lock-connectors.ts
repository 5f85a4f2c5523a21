import { plural } from "../../common/plural";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { print } from "../../common/print";
import { type ConnectorDefinition } from "../../model/connector";
import { sourceVersion, type InstalledSource } from "../../model/connector-source";
import { hasLock } from "../../../connectors/dependency-lock";
import { isPackage } from "../../common/connector-files";
import { PACKAGE_ROOT } from "../../common/package";
import { shippedConnectors } from "../../../connectors/shipped";
import { UserError } from "../../common/errors";
import { isReplication } from "../../model/define";
import { type InstallContext } from "./installer";
import { fixedUv } from "./find-installer";
import { lockDependencies } from "./lock-dependencies";
import { lockReport, type LockChange } from "./lock-report";
import { loadProject } from "../project";
import { findPython } from "./find-python";

interface Lockable {
  readonly name: string;
  readonly source: InstalledSource;
}

/**
 * `tapctl lock`: writes the lock files of connectors into the project's `connectors/locks`. Those that this package locks
 * are left out, except in this package's own folder.
 *
 * @param root folder of the project.
 * @param names connectors; empty for all.
 * @param options `upgrade`: whether to use the newest suitable versions instead of those in the lock
 *   file; `report`: file for the changes as Markdown.
 */
export async function lockConnectors(
  root: string,
  names: readonly string[],
  { upgrade = false, report }: { readonly upgrade?: boolean; readonly report?: string } = {},
): Promise<void> {
  const connectors = chosen(root, names);
  if (connectors.length === 0) {
    if (report !== undefined) writeFileSync(report, lockReport([]));
    return print("Every connector of the array is locked by the package tapctl.");
  }
  const context = await installContext(root);
  const uv = await fixedUv(context);
  if (uv === undefined)
    throw new UserError(
      "uv, which writes lock files, cannot be installed from the package index.",
      {
        fix: `Read the full output in ${context.log}`,
        exitCode: 1,
      },
    );
  const locks = join(root, "connectors", "locks");
  mkdirSync(locks, { recursive: true });
  const changes: LockChange[] = [];
  for (const { name, source } of connectors) {
    const file = join(locks, `${name}.txt`);
    const current = existsSync(file) ? readFileSync(file, "utf8") : undefined;
    const text = await lockDependencies({
      name,
      source,
      uv,
      context,
      current: upgrade ? undefined : current,
      project: root,
      tell: (text) => print(`${name}: ${text}`),
    });
    writeFileSync(file, text);
    changes.push({ connector: name, before: current, after: text });
    print(
      `${name} ${sourceVersion(source)}: ${plural(text.match(/==/g)?.length ?? 0, "package")}, ${text === current ? "unchanged" : current === undefined ? "locked" : "changed"}`,
    );
  }
  if (report !== undefined) writeFileSync(report, lockReport(changes));
}

/** Connectors by name. The array takes precedence: it may use another version than the shipped one. */
function chosen(root: string, names: readonly string[]): readonly Lockable[] {
  const { entries } = loadProject(root);
  const used = entries
    .filter(isReplication)
    .flatMap(({ tap, target }) => [tap.connector, target.connector]);
  const known = new Map(
    (isPackage(root) ? [...shippedConnectors(), ...used] : used)
      .flatMap(lockable)
      .filter(({ name, source }) => isPackage(root) || !hasLock(name, source, PACKAGE_ROOT))
      .map((connector) => [connector.name, connector]),
  );
  const [missing] = names.filter((name) => !known.has(name));
  if (missing !== undefined) {
    const shipped = shippedConnectors().some(({ name }) => name === missing);
    throw new UserError(
      shipped
        ? `Connector "${missing}" is already locked by the package tapctl.`
        : `The array has no connector "${missing}" that is installed from a package index.`,
      known.size === 0 ? {} : { fix: `Choose one of: ${[...known.keys()].join(", ")}` },
    );
  }
  return names.length === 0 ? [...known.values()] : names.map((name) => known.get(name)!);
}

function lockable({ name, source }: ConnectorDefinition): readonly Lockable[] {
  return "image" in source ? [] : [{ name, source }];
}

async function installContext(project: string): Promise<InstallContext> {
  const root = join(project, ".tapctl", "environments");
  mkdirSync(root, { recursive: true });
  const log = join(root, "lock.log");
  writeFileSync(log, "");
  return { python: await findPython({}, { memory: root }), root, log, onLine: () => undefined };
}
