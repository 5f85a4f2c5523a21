import { parseJson, type JsonText } from "../../src/common/json";

/** The value of a JSON text, for comparison with a literal. */
export function plain(json: JsonText | null | undefined): unknown {
  return json && parseJson(json.text);
}
