import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { REPOSITORY } from "../cli/support";

/** A page in Markdown: its path from the root, and its text. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

const OUTSIDE_DOCS = [
  "README.md",
  "CONTRIBUTING.md",
  "connectors/locks/README.md",
  "examples/README.md",
];

/** Every page that people read, except for the changelog. */
export function pages(): readonly Page[] {
  const docs = readdirSync(join(REPOSITORY, "docs"), { withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith(".md"),
  );
  const paths = [
    ...OUTSIDE_DOCS,
    ...docs.map(({ name }) => relative(REPOSITORY, join(REPOSITORY, "docs", name))),
  ];
  return paths.map((path) => ({ path, text: readFileSync(join(REPOSITORY, path), "utf8") }));
}

/** The anchor of a heading, as GitHub derives it. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** Anchors of a page's headings. */
export function anchors(text: string): ReadonlySet<string> {
  const prose = text.replaceAll(/^```[^]*?^```$/gm, "");
  return new Set([...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading)));
}
