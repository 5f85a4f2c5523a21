import { readFileSync } from "node:fs";
import { parseJson } from "../common/json";
import { packageFile } from "../common/package";
import type { ConnectorKind } from "../model/connector";
import { shippedConnectors } from "../../connectors/shipped";

/** A connector that `tapctl add` may add. */
export interface FoundConnector {
  readonly name: string;
  readonly kind: ConnectorKind;
  /** What it reads from or writes to, such as `GitHub`. */
  readonly title: string;
  /** Name on the package index, or git address. */
  readonly source: string;
  readonly maintainer: string;
  /** Address of its repository; empty if unknown. */
  readonly repository: string;
  /** Whether this package has it, with a lock file and a certification. */
  readonly certified: boolean;
}

/** The connectors that match a text, and the date of the index. */
export interface SearchResult {
  readonly date: string;
  readonly connectors: readonly FoundConnector[];
}

interface Index {
  readonly date: string;
  readonly connectors: readonly Omit<FoundConnector, "certified">[];
}

/**
 * Searches the index of this package. Every word must be part of the name, title, source or
 * maintainer; certified connectors come first, then those on a package index.
 */
export function searchConnectors(text: string): SearchResult {
  const file = packageFile("src", "add", "search-index.json");
  const { date, connectors } = parseJson(readFileSync(file, "utf8")) as Index;
  const certified = new Set(
    shippedConnectors().flatMap(({ source }) =>
      "package" in source ? [source.package.replace(/\[.*/, "").toLowerCase()] : [],
    ),
  );
  const own = shippedConnectors().flatMap(({ name, kind, source }) =>
    "bulk" in source
      ? [
          {
            ...{ name, kind, title: name, maintainer: "tapctl" },
            source: "part of tapctl",
            repository: "",
          },
        ]
      : [],
  );
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const found = [...own, ...connectors]
    .filter(({ name, title, source, maintainer }) => {
      const all = `${name} ${title} ${source} ${maintainer}`.toLowerCase();
      return words.every((word) => all.includes(word));
    })
    .map((one) => ({
      ...one,
      certified: one.maintainer === "tapctl" || certified.has(one.source.toLowerCase()),
    }));
  const rank = ({ certified: is, source }: FoundConnector) =>
    is ? 0 : source.startsWith("git+") ? 2 : 1;
  return { date, connectors: found.sort((one, other) => rank(one) - rank(other)) };
}
