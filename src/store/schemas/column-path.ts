import { parseJson } from "../../common/json";

/** A step of a column path: a property, or the items of a list. */
export type ColumnStep = { readonly property: string } | { readonly items: true };

const STEP = /\.?(?:"((?:[^"\\]|\\.)*)"|\[\]|([^.[\]"]+))/gy;

/**
 * The steps of a column path.
 *
 * @example `columnSteps('tags[]."a.b"')` is property `tags`, items, property `a.b`
 */
export function columnSteps(path: string): readonly ColumnStep[] {
  return [...path.matchAll(STEP)].map(([text, quoted, plain]) =>
    text === "[]"
      ? { items: true }
      : {
          property: quoted === undefined ? (plain as string) : (parseJson(`"${quoted}"`) as string),
        },
  );
}

/** Paths of the objects and lists that contain a column, outermost first. */
export function columnParents(path: string): readonly string[] {
  return [...path.matchAll(STEP)].slice(1).map(({ index }) => path.slice(0, index));
}
