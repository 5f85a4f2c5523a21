import type { Commands } from "../common/commands";
import { secretPaths, type Json } from "../model/connector-settings";
import { UserError } from "../common/errors";
import { JsonText, roundedValue, whyNotJson } from "../common/json";
import type { ConfigPart } from "../store/configs";
import { bareState, isEmptyState } from "../store/state/state-envelope";

/** What each part contains. */
export const PARTS_ARE: { readonly [Part in ConfigPart]: string } = {
  tap: "settings of a tap are",
  target: "settings of a target are",
  catalog: "a Singer catalog is",
  state: "a Singer state is",
};

/**
 * Validates the text of a part and returns the text to store: unchanged, but a state without its
 * envelope.
 *
 * @param where source of the text in errors, such as a file. Errors do not quote the text, which
 *   may contain secrets.
 * @throws UserError if it is invalid
 */
export function checkedConfig(part: ConfigPart, where: string, text: string): string {
  const json = parseObject(where, text, PARTS_ARE[part]);
  if (part === "catalog") return checkCatalog(where, json, text);
  if (part === "state") return checkState(where, json, text);
  const [reference] = secretPaths(roundedValue(json) as Json);
  if (reference)
    throw new UserError(
      `${where}: ${reference.join(".")} refers to a secret, which is possible only in the array.`,
      { fix: "Write the value of the secret into the file." },
    );
  return text;
}

/** Parses a JSON object. @throws UserError as {@link parseText} does, and for other JSON values. */
export function parseObject(where: string, text: string | Buffer, what: string): JsonText {
  const json = parseText(where, text);
  if (json.kind !== "object")
    throw new UserError(`${where}: is not a JSON object, as ${what}.`, {
      fix: "Use a file with one JSON object.",
    });
  return json;
}

/**
 * Parses JSON. @throws UserError if it is invalid, without the message of the parser, which quotes
 * the text.
 */
export function parseText(where: string, text: string | Buffer): JsonText {
  const why = whyNotJson(text);
  if (why !== undefined)
    throw new UserError(`${where}: is not JSON${why}.`, { fix: "Correct the file." });
  return JsonText.parse(text);
}

/** The command that adds a part to the store. */
export function putCommand({ tapctl }: Commands, pipeline: string, part: ConfigPart): string {
  return tapctl(`config put ${pipeline} --${part} FILE`);
}

function checkCatalog(where: string, catalog: JsonText, text: string): string {
  const streams = catalog.member("streams");
  const isList = streams?.kind === "array" && streams.items.every(({ kind }) => kind === "object");
  if (!isList)
    throw new UserError(`${where}: is not a Singer catalog: it has no list "streams" of objects.`, {
      fix: "Use a catalog that the tap prints with --discover.",
    });
  return text;
}

function checkState(where: string, state: JsonText, text: string): string {
  const bare = bareState(state);
  if (isEmptyState(bare))
    throw new UserError(`${where}: the state is empty.`, {
      fix: "Omit it: a pipeline without an initial state starts from the beginning.",
    });
  return bare === state ? text : `${bare.text}\n`;
}
