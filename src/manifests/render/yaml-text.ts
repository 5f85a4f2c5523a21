import { stringify } from "yaml";

/** Objects as YAML documents. Strings are not wrapped, so that a diff shows a change on its own line. */
export function yamlText(objects: readonly object[]): string {
  return objects
    .map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join("---\n");
}
