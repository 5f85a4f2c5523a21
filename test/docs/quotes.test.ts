import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { REPOSITORY } from "../cli/support";

/** Sections of the runbook whose tables begin with a text of the program. */
const SECTIONS = ["Invalid stream", "Part of the output was skipped"];

test("runbook: quoted errors and reports are texts of the program", () => {
  const runbook = readFileSync(join(REPOSITORY, "docs", "runbook.md"), "utf8");
  const program = [...sources("src"), ...sources(join("images", "singer", "runner"))]
    .map((file) => readFileSync(file, "utf8").replaceAll(/\s+/g, " "))
    .join("\n");
  const fragments = SECTIONS.flatMap((title) => quotesOf(sectionOf(runbook, title))).flatMap(
    fragmentsOf,
  );
  assert.ok(fragments.length >= SECTIONS.length * 5);
  assert.deepEqual(
    fragments.filter((fragment) => !program.includes(fragment)),
    [],
  );
});

function sources(folder: string): readonly string[] {
  return readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|py)$/.test(file))
    .map((file) => join(REPOSITORY, folder, file));
}

function sectionOf(text: string, title: string): string {
  const [, section = ""] = text.split(`\n## ${title}\n`);
  return section.split("\n## ")[0] ?? "";
}

/** Texts in the first column of a section's tables. */
function quotesOf(section: string): readonly string[] {
  const cells = [...section.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell = ""]) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, quote = ""]) => quote));
}

/** The parts of a quote that are the same in every message: without numbers, names and omissions. */
function fragmentsOf(quote: string): readonly string[] {
  return quote
    .split(/…|\d+ \w+|"[^"]*"|\b[A-Z]{2,}\b|\bNaN\b/)
    .map((part) => part.trim().replace(/^[,.;]\s*/, ""))
    .filter((part) => part.split(" ").length > 1);
}
