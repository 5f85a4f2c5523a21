import { parseJson, type JsonText } from "../../src/common/json";

/** What a JSON text says, for comparison with a literal: white space does not count. */
export function plain(json: JsonText | null | undefined): unknown {
  return json && parseJson(json.text);
}
