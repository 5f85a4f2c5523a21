import { createHash } from "node:crypto";
import type { Tap, Target } from "./connector";
import type { Json, JsonObject } from "./connector-settings";
import { saysWhere, wordsOf } from "./location";
import type { Replication } from "./replication";
import { stringifyJson } from "../common/json";

/** What a saved state belongs to: where one of these changed, the state is not used unasked. */
export interface Identity {
  /** Name of the tap. */
  readonly tap: string;

  /** Fingerprint of the settings that say where the tap reads: 16 hexadecimal digits. */
  readonly source: string;

  /** Name of the target. */
  readonly target: string;

  /** Fingerprint of the settings that say where the data lands: 16 hexadecimal digits. */
  readonly destination: string;

  /** `destination` as versions before `source` made it, where that differs: states that they saved have it. */
  readonly formerDestination?: string;
}

/** {@link Identity} as a saved state has it; states of older versions say nothing of the source. */
export type SavedIdentity = Pick<Identity, "tap" | "target" | "destination"> & {
  readonly source?: string;
};

/** A part of an {@link Identity} that is compared. */
export type IdentityPart = "tap" | "source" | "target" | "destination";

/** Words that said where data lands before there were those of location.ts. */
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
 * What the state of a replication belongs to. It does not depend on the order of settings, nor on the value of a
 * secret, so that a rotated password keeps the state.
 *
 * @param source what is read instead of the entry's own source, such as made-up data
 */
export function identityOf({ tap, target }: Replication, source?: string): Identity {
  const destination = fingerprint(
    publicPart(placeOf(target, target.connector.destination, saysWhere)),
  );
  const former = fingerprint(
    placeOf(target, target.connector.destination, (name) =>
      wordsOf(name).some((word) => FORMER_WORDS.has(word)),
    ),
  );
  return {
    tap: source === undefined ? tap.connector.name : `${tap.connector.name}, ${source}`,
    source: fingerprint(source ?? publicPart(placeOf(tap, tap.connector.location, saysWhere))),
    target: target.connector.name,
    destination,
    ...(former !== destination && { formerDestination: former }),
  };
}

/** What of a saved state's identity is another now: the runner refuses such a state. As `_changed` of images/singer/runner/state.py. */
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

/** Settings without what is secret in URLs: users, passwords and tokens may change and the place is the same. */
function publicPart(value: Json): Json {
  if (typeof value === "string") return withoutCredentials(value);
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
