import { connectorNameOf } from "./connectors";
import { isFields } from "./checks";
import { schemaDefect } from "./settings-schema";

/** Schemas of settings that cannot be used, so that only names and types of settings are checked. */
export function schemaNotes(entry: unknown): readonly string[] {
  if (!isFields(entry)) return [];
  return ["tap", "target"].flatMap((at) => {
    const use = entry[at];
    const definition = isFields(use) ? use["connector"] : undefined;
    const settings = isFields(use) && isFields(use["settings"]) ? use["settings"] : {};
    const defect = isFields(definition) ? schemaDefect(definition, settings) : undefined;
    return defect === undefined || !isFields(definition)
      ? []
      : [
          `${at}: values of settings of ${connectorNameOf(definition)} are not checked, because its schema cannot be used: ${defect}`,
        ];
  });
}
