import { isSecretReference, type Json } from "../model/connector-settings";
import { code } from "./markdown";
import { parseJson, stringifyJson } from "../common/json";

/** Words in names of settings that are, or may contain, secrets. */
const SECRET_WORDS = new Set([
  ..."password passwd passphrase pwd pass secret secrets token tokens credential credentials auth authorization bearer".split(
    " ",
  ),
  ..."cookie cookies dsn apikey accesskey privatekey pem certificate jwt sas signature webhook sqlalchemy connection pat pin salt".split(
    " ",
  ),
]);

/** Table keys, which are not secrets. */
const HARMLESS_KEYS = new Set([
  "replication",
  "primary",
  "sort",
  "partition",
  "foreign",
  "unique",
  "clustering",
  "cluster",
  "distribution",
  "natural",
]);

/**
 * Patterns of values that are or contain secrets, whatever their name: keys, signed tokens, URLs
 * with a user.
 */
const SECRET_TEXTS: readonly RegExp[] = [
  /-----BEGIN /,
  /:\/\/[^/\s?#]*@/,
  /^(?:basic|bearer|token)\s/i,
  /(?:gh[oprsu]_|github_pat_|glpat-|xox[a-z]-|AKIA|ASIA|sk_live_|eyJ)[\w-]{8,}/,
];

/** Name suffixes of settings that are themselves secrets. */
const SECRET_NAME =
  /(?:password|passwd|passphrase|secret|token|api_?key|private_?key|access_?key|account_?key)$/i;

/**
 * Whether a name suggests a secret: `password`, `apiKey` and `refresh_token` do, `replication_key`
 * does not.
 */
export function looksSecret(name: string): boolean {
  const words = wordsOf(name);
  if (words.some((word) => SECRET_WORDS.has(word))) return true;
  return words.some(
    (word, index) =>
      /^keys?$/.test(word) &&
      !HARMLESS_KEYS.has(words[index - 1] ?? "") &&
      words[index + 1] !== "properties",
  );
}

/** Whether a value looks like a secret, or contains a string at any depth that does. */
export function holdsSecret(value: Json): boolean {
  if (typeof value === "string")
    return (
      SECRET_TEXTS.some((pattern) => pattern.test(value)) ||
      isOpaque(value) ||
      hasSecretParameter(value) ||
      isSecretJson(value)
    );
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(
    ([name, item]: [string, Json]) =>
      (!Array.isArray(value) && looksSecret(name)) || holdsSecret(item),
  );
}

/** Whether a value is a secret in plain text, instead of a reference. */
export function isWrittenOut(name: string, value: Json): boolean {
  return typeof value === "string" && value !== "" && SECRET_NAME.test(name) && !isAddress(value);
}

/**
 * Formats a value for a comment; undefined if it must not be shown. Secrets are shown by name.
 *
 * @param path path of the value; a name in it that looks secret hides the value.
 */
export function shown(path: readonly string[], value: Json): string | undefined {
  if (isSecretReference(value)) return code(`secret("${value.$secret}")`);
  if (path.some(looksSecret) || holdsSecret(value)) return undefined;
  return code(typeof value === "string" ? value : stringifyJson(value));
}

function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

/** Long strings of letters and digits may be keys, and are of no use to readers. */
function isOpaque(text: string): boolean {
  if (!/\d/.test(text) || !/[A-Za-z]/.test(text) || /^https?:\/\//.test(text)) return false;
  return [...text.matchAll(/[A-Za-z0-9+/_=-]{32,}/g)].some(([run]) => !isMadeOfWords(run));
}

/**
 * Whether a string consists of words with trailing numbers, e.g.
 * `zoom-meetings-registrants-archive-v2`.
 */
function isMadeOfWords(run: string): boolean {
  return run
    .split(/[-_/]/)
    .every((part) => /^(?:[a-z]{0,16}|[A-Z]{0,16}|[A-Z][a-z]{1,15})\d{0,4}$/.test(part));
}

/** URLs and paths are locations, not secrets, e.g. `token: "https://…/oauth/token"`. */
function isAddress(value: string): boolean {
  return /^https?:\/\/[^@]*$/.test(value) || value.startsWith("/");
}

/** Whether a string is JSON with secrets, e.g. a service account; invalid JSON counts as secret. */
function isSecretJson(text: string): boolean {
  if (!/^\s*[{[]\s*["{[]/.test(text)) return false;
  try {
    return holdsSecret(parseJson(text) as Json);
  } catch {
    return true;
  }
}

function hasSecretParameter(text: string): boolean {
  return [...text.matchAll(/[?&;]([^=&;\s]+)=/g)].some(([, name]) => looksSecret(name ?? ""));
}
