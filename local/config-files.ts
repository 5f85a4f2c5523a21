import { tapctl } from "../command-text";
import { secretPaths, type Json, type JsonObject } from "../connectors/settings";
import { UserError } from "../errors";
import { CONFIG_PARTS, type ConfigPart } from "../store/configs";
import { bareState, isEmptyState } from "../store/state-envelope";

/** What the content of each part is. */
export const PARTS_ARE: { readonly [Part in ConfigPart]: string } = {
  tap: "settings of a tap are",
  target: "settings of a target are",
  catalog: "a Singer catalog is",
  state: "a Singer state is",
};

/**
 * The text to keep of a file for a part, once it was found to be one: as it is, of a state without its envelope.
 *
 * @param where named in errors, such as a file; they quote nothing of the text, which may hold secrets
 * @throws UserError where it is none
 */
export function checkedConfig(part: ConfigPart, where: string, text: string): string {
  const value = parseObject(where, text, PARTS_ARE[part]);
  if (part === "catalog") return checkCatalog(where, value, text);
  if (part === "state") return checkState(where, value, text);
  const [reference] = secretPaths(value);
  if (reference) throw new UserError(`${where}: ${reference.join(".")} names a secret, which only the array can: files in the store hold its value`);
  return text;
}

/** A JSON object in a text. @throws UserError as {@link parseJson} does, and for other JSON. */
export function parseObject(where: string, text: string, what: string): JsonObject {
  const value = parseJson(where, text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new UserError(`${where}: ${what} a JSON object`);
  return value as JsonObject;
}

/** The JSON in a text. @throws UserError where it is none, without the parser's words, which quote the text. */
export function parseJson(where: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new UserError(`${where}: not JSON`);
  }
}

/** How a part that is missing is put into the store. */
export function howToPut(pipeline: string, part: ConfigPart): string {
  return `${CONFIG_PARTS[part]} is missing; put it there: ${putCommand(pipeline, part)}`;
}

/** The command that puts a part into the store. */
export function putCommand(pipeline: string, part: ConfigPart): string {
  return tapctl(`config put ${pipeline} --${part} FILE`);
}

function checkCatalog(where: string, { streams }: JsonObject, text: string): string {
  const isList = Array.isArray(streams) && streams.every((stream: Json) => typeof stream === "object" && stream !== null && !Array.isArray(stream));
  if (!isList) throw new UserError(`${where}: not a Singer catalog: it has no list "streams" of objects`);
  return text;
}

function checkState(where: string, value: JsonObject, text: string): string {
  const bare = bareState(value);
  if (isEmptyState(bare)) throw new UserError(`${where}: the state is empty; a pipeline without a first state begins at the beginning`);
  return bare === value ? text : `${JSON.stringify(bare, null, 2)}\n`;
}
