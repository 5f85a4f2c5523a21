import { createHash } from "node:crypto";
import { DEFAULTS } from "../../model/defaults";
import { type ConnectorDefinition } from "../../model/connector";
import { packageName, sourceVersion, type InstalledSource } from "../../model/connector-source";
import { checkedLock, type LocalPackage } from "../../../connectors/dependency-lock";
import { secretPaths, type JsonObject } from "../../model/connector-settings";
import type { ConnectorFiles } from "../../common/connector-files";
import { packageOrigin, type PackageFrom } from "./package-origin";
import { stringifyJson } from "../../common/json";

/** Repository of the image with the runner only. */
const RUNNER = "singer-runner";

/** Build of an image. */
export interface ImageBuild {
  /** Repository in the registry, such as `tap-postgres`. */
  readonly repository: string;
  /** Tag that is unique to the content, such as `0.10.0-3f1c2a9b7d04`. */
  readonly tag: string;
  /** Stage of the Dockerfile. Default: the last one. */
  readonly target?: "runner";
  /** Program of the image, if it is not the runner. Default: the runner. */
  readonly program?: "console";
  /** Build arguments of the Dockerfile. */
  readonly args: { readonly [name: string]: string };
  /**
   * Named build contexts that are the folder `connectors/NAME` of the project, because the
   * connector's file is there. Default: none; the files are those of this package.
   */
  readonly projectContexts?: readonly ConnectorFiles[];
  /** Where the connector's package is. Default: on a package index, or at the URL of a wheel. */
  readonly packageFrom?: PackageFrom;
}

/** Origin of an image: it exists already, or it is built. */
export type ImageOrigin = { readonly ready: string } | { readonly build: ImageBuild };

/** Existing images with digest or tag, by connector name; `singer-runner` for the runner. */
export type ReadyImages = { readonly [name: string]: string };

/** Content of images in addition to a connector's definition. */
export interface BuildContext {
  /** Base image. Default of the Dockerfile: `python:3.12-slim`. */
  readonly baseImage: string;
  /** Dockerfile, runner and installer by path. */
  readonly files: { readonly [path: string]: string };
  /** Launchers by file name. */
  readonly launchers: { readonly [file: string]: string };
  /** Lock files by file name. */
  readonly locks: { readonly [file: string]: string };
  /** Code of the bulk connectors by path. */
  readonly bulk: { readonly [path: string]: string };
  /**
   * Names of files that belong to the project. Default: none; all files are those of this package.
   */
  readonly projectFiles?: { readonly [kind in ConnectorFiles]: readonly string[] };
  /** Hashes of a package below the project's folder. Default: there are no such packages. */
  readonly localPackage?: (source: InstalledSource) => LocalPackage | undefined;
}

/**
 * The origin of a connector's image.
 *
 * @param ready existing images by connector name; they override the definition of the connector.
 */
export function connectorImage(
  connector: ConnectorDefinition,
  context: BuildContext,
  ready: ReadyImages = {},
): ImageOrigin {
  const image = ready[connector.name];
  if (image !== undefined) return { ready: image };
  return "image" in connector.source
    ? { ready: connector.source.image }
    : { build: connectorBuild(connector, connector.source, context) };
}

/** The origin of the image with the runner only. */
export function runnerImage(context: BuildContext, ready: ReadyImages = {}): ImageOrigin {
  const image = ready[RUNNER];
  if (image !== undefined) return { ready: image };
  const args = { BASE_IMAGE: context.baseImage };
  return {
    build: { repository: RUNNER, tag: contentHash([args, context.files]), target: "runner", args },
  };
}

/**
 * The reference of an image by tag, such as `localhost:5000/tap-postgres:0.10.0-3f1c2a9b7d04`, for
 * cases in which its digest is unknown.
 *
 * @param repository maps a name to its repository, such as `localhost:5000/tap-postgres` for
 *   `tap-postgres`.
 */
export function taggedReference(repository: (name: string) => string, origin: ImageOrigin): string {
  return "ready" in origin
    ? origin.ready
    : `${repository(origin.build.repository)}:${origin.build.tag}`;
}

/** Text that identifies an image, independent of the registry. */
export function originKey(origin: ImageOrigin): string {
  return taggedReference((name) => `/${name}`, origin);
}

function connectorBuild(
  connector: ConnectorDefinition,
  source: InstalledSource,
  context: BuildContext,
): ImageBuild {
  const launcherFile = "bulk" in source ? undefined : source.launcher;
  const launcher = launcherFile === undefined ? "" : (context.launchers[launcherFile] ?? "");
  const lockFile = `${connector.name}.txt`;
  const lock = context.locks[lockFile];
  const local = context.localPackage?.(source);
  const locked = lock === undefined ? undefined : checkedLock(connector.name, source, lock, local);
  const origin = packageOrigin(connector.name, source, locked, local);
  const own = [
    ...(context.projectFiles?.locks.includes(lockFile) ? (["locks"] as const) : []),
    ...(context.projectFiles?.launchers.includes(launcherFile ?? "")
      ? (["launchers"] as const)
      : []),
  ];
  const args = {
    BASE_IMAGE: context.baseImage,
    ...connectorArgs(connector, source),
    ...origin?.args,
  };
  const content = [
    args,
    context.files,
    launcher,
    locked ?? "",
    ...("bulk" in source ? [context.bulk] : []),
    ...(local === undefined ? [] : [local.content]),
  ];
  return {
    repository: connector.name.toLowerCase(),
    tag: `${tagText(sourceVersion(source))}-${contentHash(content)}`,
    args,
    ...(own.length > 0 && { projectContexts: own }),
    ...(origin?.from && { packageFrom: origin.from }),
  };
}

function connectorArgs(
  { name, kind, settings, outputSetting, outputAliases, defaults, required }: ConnectorDefinition,
  source: InstalledSource,
): ImageBuild["args"] {
  return {
    CONNECTOR: name,
    KIND: kind,
    PACKAGE: packageName(source),
    VERSION: sourceVersion(source),
    ...startArgs(source),
    ...(outputSetting !== undefined && { OUTPUT_SETTING: outputSetting }),
    ...(outputAliases && { OUTPUT_ALIASES: JSON.stringify(outputAliases) }),
    ...(settings && { SETTINGS: JSON.stringify(settings) }),
    ...(defaults && { DEFAULTS: stringifyJson(withoutSecrets(defaults)) }),
    ...(required?.length && { REQUIRED: JSON.stringify(required) }),
    ...packageArgs(source),
  };
}

/** Build arguments that start the connector. */
function startArgs(source: InstalledSource): ImageBuild["args"] {
  if ("bulk" in source) return { BULK: source.bulk };
  return {
    ...(source.executable !== undefined && { EXECUTABLE: source.executable }),
    ...(source.launcher !== undefined && { LAUNCHER: source.launcher }),
  };
}

/** Build arguments for a connector without a lock file. */
function packageArgs(source: InstalledSource): ImageBuild["args"] {
  if ("bulk" in source) return {};
  return {
    CONSTRAINTS: JSON.stringify(source.constraints ?? DEFAULTS.constraints),
    ...(source.overrides && { OVERRIDES: JSON.stringify(source.overrides) }),
    ...(source.extraPackages && { EXTRA_PACKAGES: JSON.stringify(source.extraPackages) }),
  };
}

/** Settings without the names of secrets, which must not be part of an image. */
function withoutSecrets(settings: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => secretPaths(value).length === 0),
  );
}

/** A version as part of a tag: tags do not allow the `+` of `1.0+local`. */
function tagText(version: string): string {
  return version.replace(/[^\w.-]/g, "_").slice(0, 100);
}

/** Part of a tag that identifies the content of an image. */
export function contentHash(content: unknown): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 12);
}
