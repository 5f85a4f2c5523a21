import { createHash } from "node:crypto";
import type { ConnectorDefinition, PackageSource } from "../connectors/connector";

/** How an image of this project is built. */
export interface ImageBuild {
  /** Repository in the registry, such as `tap-postgres`. */
  readonly repository: string;
  /** Tag that another content does not have, such as `0.10.0-3f1c2a9b7d04`. */
  readonly tag: string;
  /** Stage of the Dockerfile; the last one where it is absent. */
  readonly target?: "runner";
  /** Build arguments of images/singer/Dockerfile. */
  readonly args: { readonly [name: string]: string };
}

/** All that goes into the images beside a connector's definition. */
export interface BuildContext {
  /** Image that they are built on. Default of the Dockerfile: `python:3.12-slim`. */
  readonly baseImage: string;
  /** Dockerfile, runner and installer by path. */
  readonly files: { readonly [path: string]: string };
  /** Launchers by file name. */
  readonly launchers: { readonly [file: string]: string };
}

/** How the image of a connector is built; undefined for one that is an image already. */
export function connectorImage(connector: ConnectorDefinition, context: BuildContext): ImageBuild | undefined {
  if ("image" in connector.source) return undefined;
  const { source } = connector;
  const args = { BASE_IMAGE: context.baseImage, ...connectorArgs(connector, source) };
  const launcher = source.launcher === undefined ? "" : (context.launchers[source.launcher] ?? "");
  return { repository: connector.name.toLowerCase(), tag: `${tagText(source.version)}-${hash([args, context.files, launcher])}`, args };
}

/** How the image of the runner alone is built. */
export function runnerImage(context: BuildContext): ImageBuild {
  const args = { BASE_IMAGE: context.baseImage };
  return { repository: "singer-runner", tag: hash([args, context.files]), target: "runner", args };
}

/** An image's reference in a registry, such as `localhost:5000/tap-postgres:0.10.0-3f1c2a9b7d04`. */
export function imageReference(registry: string, { repository, tag }: ImageBuild): string {
  return `${registry.replace(/\/$/, "")}/${repository}:${tag}`;
}

function connectorArgs({ name, kind, settings, outputSetting }: ConnectorDefinition, source: PackageSource): ImageBuild["args"] {
  return {
    CONNECTOR: name,
    KIND: kind,
    PACKAGE: source.package,
    VERSION: source.version,
    ...(source.executable !== undefined && { EXECUTABLE: source.executable }),
    ...(source.launcher !== undefined && { LAUNCHER: source.launcher }),
    ...(outputSetting !== undefined && { OUTPUT_SETTING: outputSetting }),
    ...(settings && { SETTINGS: JSON.stringify(settings) }),
    ...(source.constraints && { CONSTRAINTS: JSON.stringify(source.constraints) }),
    ...(source.overrides && { OVERRIDES: JSON.stringify(source.overrides) }),
    ...(source.extraPackages && { EXTRA_PACKAGES: JSON.stringify(source.extraPackages) }),
  };
}

/** A version as a tag takes it: `1.0+local` has a character that tags do not. */
function tagText(version: string): string {
  return version.replace(/[^\w.-]/g, "_").slice(0, 100);
}

function hash(content: unknown): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 12);
}
