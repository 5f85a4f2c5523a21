import { createHash } from "node:crypto";
import type { Target } from "../connectors/connector";
import type { Json, JsonObject } from "../connectors/settings";
import type { Replication } from "./replication";

/** What a saved state belongs to: where one of these changed, the state is not used unasked. */
export interface Identity {
  /** Name of the tap. */
  readonly tap: string;

  /** Name of the target. */
  readonly target: string;

  /** Fingerprint of the settings that say where the data lands: 16 hexadecimal digits. */
  readonly destination: string;
}

/** Words in the names of settings that say where data lands, for targets that do not name those settings. */
const PLACE_WORDS = new Set(["host", "hostname", "server", "port", "database", "dbname", "schema", "dataset", "project", "account", "bucket", "path", "url", "uri"]);

/**
 * What the state of a replication belongs to. It does not depend on the order of settings, nor on the value of a
 * secret, so that a rotated password keeps the state.
 */
export function identityOf(entry: Replication): Identity {
  const { tap, target } = entry;
  const destination = createHash("sha256").update(canonicalJson(destinationSettings(target))).digest("hex").slice(0, 16);
  return { tap: tap.connector.name, target: target.connector.name, destination };
}

function destinationSettings({ connector, settings }: Target): JsonObject {
  const given = { ...connector.defaults, ...withoutUndefined(settings) };
  const names = connector.destination ?? Object.keys(given).filter(saysWhere);
  return Object.fromEntries(names.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])));
}

function saysWhere(setting: string): boolean {
  const words = setting.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase().split(/[^a-z0-9]+/);
  return words.some((word) => PLACE_WORDS.has(word));
}

function withoutUndefined(settings: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields.sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`).join()}}`;
}
