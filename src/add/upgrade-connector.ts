import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../common/errors";
import { parseJson, stringifyJson } from "../common/json";
import { loadTypeScript } from "../common/typescript";
import type { Tap, Target } from "../model/connector";
import type { PackageSource } from "../model/connector-source";
import type { JsonObject } from "../model/connector-settings";
import { isAddress, type PackageAddress } from "../model/package-address";
import { addConnector, connectorFolder, type AddedConnector } from "./add-connector";
import { compareSettings, type SettingChange } from "./compare-settings";
import type { LearnedConnector } from "./learn-connector";
import { formatJsonValue, identifierOf } from "./typescript-text";

/** Which connector is upgraded. */
export interface UpgradeOptions {
  readonly project: string;
  readonly name: string;
  /** Version, or git reference. Default: the newest version; for git, the same reference again. */
  readonly version?: string | undefined;
  /** Address that the package comes from now. Default: where it comes from already. */
  readonly from?: PackageAddress | undefined;
  readonly report: (step: string) => void;
}

/** What an upgrade changed. */
export interface UpgradedConnector extends AddedConnector {
  readonly before: PackageSource;
  readonly changes: readonly SettingChange[];
}

/**
 * Replaces the settings and the lock file of a connector that was added by those of another version,
 * and the version in its definition.
 *
 * @throws UserError if the connector was not added, or the new version cannot be; nothing is changed
 *   then.
 */
export async function upgradeConnector(options: UpgradeOptions): Promise<UpgradedConnector> {
  const { project, name, report } = options;
  const file = join(project, connectorFolder(name), "index.ts");
  if (!existsSync(file))
    throw new UserError(`connectors/${name}/index.ts does not exist`, {
      fix: `Add the connector with: npx tapctl add ${name}`,
    });
  const before = sourceIn(file, name);
  const text = readFileSync(file, "utf8");
  const old = schemaOf(project, name);
  const added = await addConnector({
    project,
    name,
    source: sourceAfter(before, options),
    report,
    replace: true,
    definition: (learned) => replaceSource(text, before, learned, file),
  });
  return {
    ...added,
    before,
    changes: compareSettings(old, added.learned.schema ?? {}),
  };
}

function schemaOf(project: string, name: string): JsonObject {
  const file = join(project, connectorFolder(name), "settings.schema.json");
  return existsSync(file) ? (parseJson(readFileSync(file, "utf8")) as JsonObject) : {};
}

function sourceIn(file: string, name: string): PackageSource {
  const exported = loadTypeScript(file) as { readonly [name: string]: unknown };
  const use = exported[identifierOf(name)];
  const source =
    typeof use === "function"
      ? (use as (settings: object) => Tap | Target)({}).connector.source
      : undefined;
  if (source !== undefined && "package" in source) return source;
  throw new UserError(`${file} exports no connector ${identifierOf(name)} with a package`, {
    fix: "Export it under this name, as tapctl add does.",
  });
}

function sourceAfter(before: PackageSource, { version, from }: UpgradeOptions): PackageSource {
  const { package: was } = before;
  const rest = { ...before, version: undefined };
  if (from !== undefined) return { ...rest, package: from };
  if (!isAddress(was)) return { ...rest, package: was, version: version ?? "latest" };
  if (version === undefined) return { ...rest, package: was };
  if (!was.startsWith("git+"))
    throw new UserError(`--version cannot be used with ${was}: the version is part of its name`, {
      fix: "Name the new package with --from.",
    });
  return { ...rest, package: was.replace(/@[^@#]*(?=#|$)/, `@${version}`) as PackageAddress };
}

/** The definition with another package and version; everything else in it is the user's. */
function replaceSource(
  text: string,
  before: PackageSource,
  { source, name }: LearnedConnector,
  file: string,
): string {
  const replacements = [
    ["package", before.package, source.package],
    ["version", before.version, source.version],
  ] as const;
  let changed = text;
  for (const [field, old, now] of replacements) {
    if (old === now || old === undefined || now === undefined) continue;
    const pattern = new RegExp(`(\\b${field}\\s*:\\s*["'\`])${escaped(old)}(?=["'\`])`);
    if (!pattern.test(changed))
      throw new UserError(`${file} has no line ${field}: "${old}" to replace`, {
        fix: `Write ${field}: "${now}" there, and run: npx tapctl lock ${name}`,
      });
    changed = changed.replace(pattern, (_all, start: string) => `${start}${now}`);
  }
  if (source.python !== undefined && before.python === undefined)
    changed = changed.replace(
      /^(\s*)package:.*$/m,
      `$&\n$1python: ${formatJsonValue(source.python, false)},`,
    );
  const extra = source.extraPackages ?? [];
  if (stringifyJson(extra) !== stringifyJson(before.extraPackages ?? []))
    changed = changed.includes("extraPackages:")
      ? changed.replace(/extraPackages:\s*\[[^\]]*\]/, `extraPackages: ${JSON.stringify(extra)}`)
      : changed.replace(/^(\s*)package:.*$/m, `$&\n$1extraPackages: ${JSON.stringify(extra)},`);
  return changed;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
