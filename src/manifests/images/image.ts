import { createHash } from "node:crypto";
import { DEFAULTS } from "../../model/defaults";
import {
  packageName,
  sourceVersion,
  type ConnectorDefinition,
  type InstalledSource,
} from "../../model/connector";
import { checkedLock } from "../../../connectors/dependency-lock";
import { secretPaths, type JsonObject } from "../../model/connector-settings";
import type { ConnectorFiles } from "../../common/connector-files";
import { stringifyJson } from "../../common/json";

/** Repository of the image that has the runner and no connector. */
const RUNNER = "singer-runner";

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
  /**
   * Named build contexts that are the project's folder `connectors/NAME`, because the connector's file there is the
   * project's own. Default: none; the files are those of this package.
   */
  readonly projectContexts?: readonly ConnectorFiles[];
}

/** Where an image comes from: it is there already, or it is built. */
export type ImageOrigin = { readonly ready: string } | { readonly build: ImageBuild };

/** Images that are there already, with digest or tag, by connector name; `singer-runner` for the runner alone. */
export type ReadyImages = { readonly [name: string]: string };

/** All that goes into the images beside a connector's definition. */
export interface BuildContext {
  /** Image that they are built on. Default of the Dockerfile: `python:3.12-slim`. */
  readonly baseImage: string;
  /** Dockerfile, runner and installer by path. */
  readonly files: { readonly [path: string]: string };
  /** Launchers by file name. */
  readonly launchers: { readonly [file: string]: string };
  /** Lock files by file name. */
  readonly locks: { readonly [file: string]: string };
  /** Code of the bulk connectors by path. */
  readonly bulk: { readonly [path: string]: string };
  /** Names of those that are the project's own. Default: none, all are this package's. */
  readonly projectFiles?: { readonly [kind in ConnectorFiles]: readonly string[] };
}

/**
 * Where the image of a connector comes from.
 *
 * @param ready images that are there already, by connector name: they win over what the connector says.
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

/** Where the image of the runner alone comes from. */
export function runnerImage(context: BuildContext, ready: ReadyImages = {}): ImageOrigin {
  const image = ready[RUNNER];
  if (image !== undefined) return { ready: image };
  const args = { BASE_IMAGE: context.baseImage };
  return {
    build: { repository: RUNNER, tag: hash([args, context.files]), target: "runner", args },
  };
}

/**
 * The reference of an image where the registry has not been asked for its digest, such as
 * `localhost:5000/tap-postgres:0.10.0-3f1c2a9b7d04`.
 *
 * @param repository where the images of a name are, such as `localhost:5000/tap-postgres` for `tap-postgres`.
 */
export function taggedReference(repository: (name: string) => string, origin: ImageOrigin): string {
  return "ready" in origin
    ? origin.ready
    : `${repository(origin.build.repository)}:${origin.build.tag}`;
}

/** Text that is the same for the same image alone, wherever it is pushed to. */
export function originKey(origin: ImageOrigin): string {
  return taggedReference((name) => `/${name}`, origin);
}

function connectorBuild(
  connector: ConnectorDefinition,
  source: InstalledSource,
  context: BuildContext,
): ImageBuild {
  const args = { BASE_IMAGE: context.baseImage, ...connectorArgs(connector, source) };
  const launcherFile = "bulk" in source ? undefined : source.launcher;
  const launcher = launcherFile === undefined ? "" : (context.launchers[launcherFile] ?? "");
  const lockFile = `${connector.name}.txt`;
  const lock = context.locks[lockFile];
  const own = [
    ...(context.projectFiles?.locks.includes(lockFile) ? (["locks"] as const) : []),
    ...(context.projectFiles?.launchers.includes(launcherFile ?? "")
      ? (["launchers"] as const)
      : []),
  ];
  const content = [
    args,
    context.files,
    launcher,
    lock === undefined ? "" : checkedLock(connector.name, source, lock),
    ...("bulk" in source ? [context.bulk] : []),
  ];
  return {
    repository: connector.name.toLowerCase(),
    tag: `${tagText(sourceVersion(source))}-${hash(content)}`,
    args,
    ...(own.length > 0 && { projectContexts: own }),
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

/** How the connector starts. */
function startArgs(source: InstalledSource): ImageBuild["args"] {
  if ("bulk" in source) return { BULK: source.bulk };
  return {
    ...(source.executable !== undefined && { EXECUTABLE: source.executable }),
    ...(source.launcher !== undefined && { LAUNCHER: source.launcher }),
  };
}

/** What is installed if the connector has no lock file. */
function packageArgs(source: InstalledSource): ImageBuild["args"] {
  if ("bulk" in source) return {};
  return {
    CONSTRAINTS: JSON.stringify(source.constraints ?? DEFAULTS.constraints),
    ...(source.overrides && { OVERRIDES: JSON.stringify(source.overrides) }),
    ...(source.extraPackages && { EXTRA_PACKAGES: JSON.stringify(source.extraPackages) }),
  };
}

/** Nothing in an image says what a secret is called. */
function withoutSecrets(settings: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => secretPaths(value).length === 0),
  );
}

/** A version as a tag takes it: `1.0+local` has a character that tags do not. */
function tagText(version: string): string {
  return version.replace(/[^\w.-]/g, "_").slice(0, 100);
}

function hash(content: unknown): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 12);
}
