import { stringifyJson } from "../common/json";
import type { ImportedConnector } from "./connectors";

const LONGEST_NAME = 52;

/**
 * Unique names for the functions of connectors, by content: equal connectors share one function.
 */
export function identifiersOf(
  connectors: readonly ImportedConnector[],
): ReadonlyMap<string, ImportedConnector> {
  const used = new Set<string>();
  return new Map(
    [...new Map(connectors.map((one) => [stringifyJson(one), one]))].map(([content, connector]) => {
      const identifier = unique(
        connector.identifier,
        used,
        (number) => `${connector.identifier}${number}`,
      );
      used.add(identifier);
      return [content, { ...connector, identifier }] as const;
    }),
  );
}

/** Unique names for entries: lowercase and short enough. */
export function namesOf(wanted: readonly string[]): readonly string[] {
  const used = new Set<string>();
  return wanted.map((text) => {
    const base =
      text
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .slice(0, LONGEST_NAME)
        .replace(/^-+|-+$/g, "") || "pipeline";
    const name = unique(
      base,
      used,
      (number) => `${base.slice(0, LONGEST_NAME - 4).replace(/-+$/, "")}-${number}`,
    );
    used.add(name);
    return name;
  });
}

function unique(
  wanted: string,
  used: ReadonlySet<string>,
  numbered: (number: number) => string,
): string {
  if (!used.has(wanted)) return wanted;
  for (let number = 2; ; number++) if (!used.has(numbered(number))) return numbered(number);
}
