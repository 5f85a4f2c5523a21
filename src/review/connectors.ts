import {
  stateNameOf,
  connectorVersion,
  settingsOf,
  type ConnectorDefinition,
  type Tap,
  type Target,
} from "../model/connector";
import { sourceVersion, type PackageSource } from "../model/connector-source";
import type { Json } from "../model/connector-settings";
import { changedParts, identityOf } from "../model/identity";
import type { Replication } from "../model/replication";
import { aboutState, plain, type Fact } from "./fact";
import { code } from "./markdown";
import { connectorKindFacts, isOtherKind } from "./connector-kind";
import { settingsOfCommonStreams } from "./streams";
import { valueFacts } from "./values";

/** Fields of a source, besides its version, that change a connector's environment. */
const SOURCE_FIELDS = [
  "package",
  "executable",
  "python",
  "constraints",
  "overrides",
  "extraPackages",
  "launcher",
] as const satisfies readonly (keyof PackageSource)[];

const STOPS = "the next run fails unless started with `--full-refresh` or `--keep-state`";

/**
 * Changes to the tap and target of a replication, and whether the saved state still matches them.
 */
export function connectorFacts(before: Replication, after: Replication): readonly Fact[] {
  return [
    ...useFacts(before.tap, after.tap),
    ...useFacts(before.target, after.target),
    ...placeFacts(before, after),
  ];
}

/** Display name of a connector: `tap-postgres` 0.10.0. */
export function connectorText(connector: ConnectorDefinition): string {
  return `${code(connector.name)} ${code(connectorVersion(connector))}`;
}

function useFacts(before: Tap | Target, after: Tap | Target): readonly Fact[] {
  const { kind } = after;
  if (stateNameOf(before.connector) !== stateNameOf(after.connector))
    return [
      aboutState(
        `different ${kind}: ${connectorText(before.connector)} → ${connectorText(after.connector)}; ${STOPS}`,
      ),
    ];
  if (isOtherKind(before.connector, after.connector))
    return [
      ...connectorKindFacts(kind, before.connector, after.connector),
      ...settingFacts(before, after),
    ];
  return [
    ...versionFacts(kind, before.connector, after.connector),
    ...sourceFacts(kind, before.connector, after.connector),
    ...settingFacts(before, after),
  ];
}

function settingFacts(before: Tap | Target, after: Tap | Target): readonly Fact[] {
  if (before.kind === "tap" && after.kind === "tap")
    return valueFacts(
      settingsOfCommonStreams(before, after),
      settingsOfCommonStreams(after, before),
      ["tap"],
    );
  return valueFacts(settingsOf(before), settingsOf(after), [after.kind]);
}

function versionFacts(
  kind: string,
  before: ConnectorDefinition,
  after: ConnectorDefinition,
): readonly Fact[] {
  const [old, now] = [connectorVersion(before), connectorVersion(after)];
  if (old === now) return [];
  const text = `${kind} ${code(after.name)}: ${code(old)} → ${code(now)}`;
  const [oldMajor, newMajor] = [before, after].map(majorOf);
  const major =
    kind === "tap" && oldMajor !== undefined && newMajor !== undefined && oldMajor !== newMajor;
  return [
    major
      ? aboutState(
          `${text}, a new major version, which may interpret saved bookmarks differently or reject them`,
        )
      : plain(text),
  ];
}

/**
 * The part of a version that indicates breaking changes: before 1.0, the second number, as in
 * Semantic Versioning. Undefined for an image whose tag is not a version.
 */
function majorOf({ source }: ConnectorDefinition): string | undefined {
  const version =
    "image" in source ? /:v?(\d+\.\d[^/@]*)(?:@|$)/.exec(source.image)?.[1] : sourceVersion(source);
  const [major = "", minor = ""] = version?.split(/[.+-]/) ?? [];
  return version === undefined ? undefined : major === "0" ? `0.${minor}` : major;
}

function sourceFacts(
  kind: string,
  before: ConnectorDefinition,
  after: ConnectorDefinition,
): readonly Fact[] {
  if (!("package" in before.source && "package" in after.source)) return [];
  return valueFacts(sourceFields(before.source), sourceFields(after.source), [kind, after.name]);
}

function sourceFields(source: PackageSource): Json {
  return Object.fromEntries(
    SOURCE_FIELDS.flatMap((field) => (source[field] === undefined ? [] : [[field, source[field]]])),
  );
}

/**
 * The runner compares fingerprints of source and destination; a different tap or target has its own
 * fact.
 */
function placeFacts(before: Replication, after: Replication): readonly Fact[] {
  const changed = changedParts(identityOf(before), identityOf(after));
  const places = [
    ...(changed.includes("tap") ? [] : (["source"] as const)),
    ...(changed.includes("target") ? [] : (["destination"] as const)),
  ];
  return places
    .filter((place) => changed.includes(place))
    .map((place) => aboutState(`different ${place}; ${STOPS}`));
}
