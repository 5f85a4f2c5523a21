import { isSecretReference, type Json } from "../model/connector-settings";
import { code } from "./markdown";
import { parseJson, stringifyJson } from "../common/json";

/** Words that a name has where its value is a secret, or may hold one. */
const SECRET_WORDS = new Set([
  ..."password passwd passphrase pwd pass secret secrets token tokens credential credentials auth authorization bearer".split(
    " ",
  ),
  ..."cookie cookies dsn apikey accesskey privatekey pem certificate jwt sas signature webhook sqlalchemy connection pat pin salt".split(
    " ",
  ),
]);

/** Keys of tables, which open nothing. */
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

/** Text that is a secret, or holds one, whatever its name: keys, signed tokens, addresses with a user in them. */
const SECRET_TEXTS: readonly RegExp[] = [
  /-----BEGIN /,
  /:\/\/[^/\s?#]*@/,
  /^(?:basic|bearer|token)\s/i,
  /(?:gh[oprsu]_|github_pat_|glpat-|xox[a-z]-|AKIA|ASIA|sk_live_|eyJ)[\w-]{8,}/,
];

/** Ends of names whose value is a secret itself, and not only has to do with one. */
const SECRET_NAME =
  /(?:password|passwd|passphrase|secret|token|api_?key|private_?key|access_?key|account_?key)$/i;

/** Whether a name says that its value is a secret: `password`, `apiKey` and `refresh_token` do, `replication_key` does not. */
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

/** Whether a value gives itself away as a secret. Texts in it count, at any depth. */
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

/** Whether a value is a secret that is written out, where its name should stand. */
export function isWrittenOut(name: string, value: Json): boolean {
  return typeof value === "string" && value !== "" && SECRET_NAME.test(name) && !isAddress(value);
}

/**
 * A value as a comment may show it; undefined where it may not be shown. A secret is shown by its name.
 *
 * @param path names from the outermost to the value's own; one that looks secret hides all that is in it.
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

/** A long run of letters and digits says nothing to people, and may open something. */
function isOpaque(text: string): boolean {
  if (!/\d/.test(text) || !/[A-Za-z]/.test(text) || /^https?:\/\//.test(text)) return false;
  return [...text.matchAll(/[A-Za-z0-9+/_=-]{32,}/g)].some(([run]) => !isMadeOfWords(run));
}

/** `zoom-meetings-registrants-archive-v2`: words of one case, with numbers at their ends. */
function isMadeOfWords(run: string): boolean {
  return run
    .split(/[-_/]/)
    .every((part) => /^(?:[a-z]{0,16}|[A-Z]{0,16}|[A-Z][a-z]{1,15})\d{0,4}$/.test(part));
}

/** `token: "https://…/oauth/token"` and the like name a place. */
function isAddress(value: string): boolean {
  return /^https?:\/\/[^@]*$/.test(value) || value.startsWith("/");
}

/** Settings as text, such as a service account; where it is no JSON but looks like some, nobody knows what it holds. */
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
