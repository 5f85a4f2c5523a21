import { createHash } from "node:crypto";
import { type ConnectorDefinition } from "../../model/connector";
import { sourceVersion, type InstalledSource } from "../../model/connector-source";
import type { Python } from "./python";

/** Everything that determines the content of an environment. */
export interface EnvironmentContent {
  readonly connector: ConnectorDefinition;
  readonly source: InstalledSource;
  readonly python: Python;
  /** Text of the launcher; undefined if the connector has none. */
  readonly launcher: string | undefined;
  /** Code of a bulk connector by path; undefined for other connectors. */
  readonly code: { readonly [path: string]: string } | undefined;
  /** Text of the connector's lock file; undefined if it has none. */
  readonly lock: string | undefined;
  /** Hash of a package below the project's folder; undefined for others. */
  readonly localPackage: string | undefined;
  /** Code of the runner that describes connectors. */
  readonly describe: string;
}

/**
 * Folder name of an environment. Different content has a different folder, so that environments are
 * never changed in place.
 */
export function environmentName(content: EnvironmentContent): string {
  const { connector, source, python, lock, launcher, code, localPackage, describe } = content;
  const { name, kind, settings, outputSetting, outputAliases } = connector;
  const parts = {
    name,
    kind,
    settings,
    outputSetting,
    outputAliases,
    source,
    version: python.version,
    platform: python.platform,
    lock,
    launcher,
    code,
    localPackage,
    describe,
  };
  const key = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 12);
  return `${name.replace(/[^\w.-]/g, "_")}-${sourceVersion(source).replace(/[^\w.-]/g, "_")}-${key}`;
}
