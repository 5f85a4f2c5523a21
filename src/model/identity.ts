import { createHash } from "node:crypto";
import { stateNameOf, type Tap, type Target } from "./connector";
import { isSecretReference, type Json, type JsonObject } from "./connector-settings";
import { saysWhere, wordsOf } from "./location";
import type { Replication } from "./replication";
import { stringifyJson } from "../common/json";

/**
 * What a saved state belongs to. If any of these change, a run refuses the state until the user
 * confirms.
 */
export interface Identity {
  /** Name of the tap. */
  readonly tap: string;

  /** Fingerprint of the settings that identify the source: 16 hexadecimal digits. */
  readonly source: string;

  /** Name of the target. */
  readonly target: string;

  /** Fingerprint of the settings that identify the destination: 16 hexadecimal digits. */
  readonly destination: string;

  /**
   * `destination` as computed by versions without `source`, if it differs. States that those
   * versions saved contain it.
   */
  readonly formerDestination?: string;
}

/** {@link Identity} as stored in a saved state. States of older versions have no source. */
export type SavedIdentity = Pick<Identity, "tap" | "target" | "destination"> & {
  readonly source?: string;
};

/** A part of an {@link Identity} that is compared. */
export type IdentityPart = "tap" | "source" | "target" | "destination";

/** Words that identified a destination before location.ts. */
const FORMER_WORDS = new Set([
  "host",
  "hostname",
  "server",
  "port",
  "database",
  "dbname",
  "schema",
  "dataset",
  "project",
  "account",
  "bucket",
  "path",
  "url",
  "uri",
]);

/**
 * Identity of a replication's state. It does not depend on the order of settings or on the values
 * of secrets, so that a rotated password keeps the state.
 *
 * @param source description of the source if it is not the entry's own, such as sample data.
 */
export function identityOf({ tap, target }: Replication, source?: string): Identity {
  const tapName = stateNameOf(tap.connector);
  const destination = fingerprint(
    publicPart(placeOf(target, target.connector.destination, saysWhere)),
  );
  const former = fingerprint(
    placeOf(target, target.connector.destination, (name) =>
      wordsOf(name).some((word) => FORMER_WORDS.has(word)),
    ),
  );
  return {
    tap: source === undefined ? tapName : `${tapName}, ${source}`,
    source: fingerprint(source ?? publicPart(placeOf(tap, tap.connector.location, saysWhere))),
    target: stateNameOf(target.connector),
    destination,
    ...(former !== destination && { formerDestination: former }),
  };
}

/**
 * Parts of a saved state's identity that have changed. The runner refuses such a state; `_changed`
 * in images/singer/runner/state.py is the same rule.
 */
export function changedParts(saved: SavedIdentity, now: Identity): readonly IdentityPart[] {
  const parts = ["tap", "source", "target", "destination"] as const;
  return parts.filter((part) => {
    if (
      saved.source === undefined &&
      (part === "source" || (part === "destination" && saved.destination === now.formerDestination))
    )
      return false;
    return saved[part] !== now[part];
  });
}

function placeOf(
  { connector, settings }: Tap | Target,
  names: readonly string[] | undefined,
  isPlace: (name: string) => boolean,
): JsonObject {
  const given = { ...connector.defaults, ...withoutUndefined(settings) };
  return Object.fromEntries(
    (names ?? Object.keys(given).filter(isPlace)).flatMap((name) =>
      given[name] === undefined ? [] : [[name, given[name]]],
    ),
  );
}

/**
 * Settings without the credentials in URLs: users, passwords and tokens may change while the
 * location stays the same.
 */
function publicPart(value: Json): Json {
  if (typeof value === "string") return withoutCredentials(value);
  if (isSecretReference(value)) return { $secret: value.$secret };
  if (Array.isArray(value)) return value.map(publicPart);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) =>
      field === undefined ? [] : [[name, publicPart(field)]],
    ),
  );
}

function withoutCredentials(text: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  return text
    .replace(/^([^/?#]*:\/\/)[^/?#]*@/, "$1")
    .replace(
      /([?&])[^=&#]*(?:password|pwd|secret|token|key|user|credential|signature)[^=&#]*=[^&#]*/gi,
      "$1",
    );
}

function fingerprint(value: Json): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 16);
}

function withoutUndefined(settings: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  if (typeof value !== "object" || value === null) return stringifyJson(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`)
    .join()}}`;
}
