import { createHash } from "node:crypto";
import type { ConnectorDefinition, PackageSource } from "../../model/connector";
import type { Python } from "./python";

/** All that an environment is made from. */
export interface EnvironmentContent {
  readonly connector: ConnectorDefinition;
  readonly source: PackageSource;
  readonly python: Python;
  /** Text of the launcher; undefined where the connector has none. */
  readonly launcher: string | undefined;
  /** Text of the connector's lock file; undefined if it has none. */
  readonly lock: string | undefined;
  /** Text of the runner's code that describes connectors. */
  readonly describe: string;
}

/** Name of an environment's folder: another content is another folder, so that nothing is ever changed in place. */
export function environmentName(content: EnvironmentContent): string {
  const { connector, source, python, lock, launcher, describe } = content;
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
    describe,
  };
  const key = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 12);
  return `${name.replace(/[^\w.-]/g, "_")}-${source.version.replace(/[^\w.-]/g, "_")}-${key}`;
}
