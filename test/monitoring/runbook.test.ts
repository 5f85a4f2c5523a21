import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { REPOSITORY, tapctl } from "../cli/support";

const runbook = readFileSync(join(REPOSITORY, "docs", "runbook.md"), "utf8");

/** Name of a heading in an address, as GitHub makes it. */
const anchor = (heading: string): string => heading.toLowerCase().replaceAll(/[^a-z0-9 -]/g, "").replaceAll(" ", "-");

const VERBS_WITH_PARTS = new Set(["config", "state"]);

test("every verb and option of the runbook is one of tapctl", async () => {
  const commands = [...runbook.matchAll(/npx tapctl ([a-z]+)((?: +(?:-{1,2}[a-z-]+|[A-Za-z.…]+))*)/g)].map(([, verb = "", rest = ""]) => ({ verb, part: rest.trim().split(" ")[0] ?? "", options: rest.match(/--[a-z-]+/g) ?? [] }));
  const help = new Map<string, string>([["", (await tapctl(REPOSITORY, ["--help"])).stdout]]);
  for (const { verb, part, options } of commands) {
    const words = [verb, ...(VERBS_WITH_PARTS.has(verb) ? [part] : [])];
    const asked = words.join(" ");
    if (!help.has(asked)) help.set(asked, (await tapctl(REPOSITORY, [...words, "--help"])).stdout);
    assert.match(help.get("") ?? "", new RegExp(`^  ${verb}[ |]`, "m"));
    for (const option of options) assert.ok(`${help.get("") ?? ""}${help.get(asked) ?? ""}`.includes(option), `${asked} ${option}`);
  }
  assert.ok(help.size > 10);
});

test("links of the runbook lead to its sections", () => {
  const sections = new Set([...runbook.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchor(heading)));
  const links = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map(([, link = ""]) => link);
  assert.ok(links.length > 5);
  assert.deepEqual(links.filter((link) => !sections.has(link)), []);
});
