import assert from "node:assert/strict";
import { test } from "node:test";
import { REPOSITORY, SCRIPTS, tapctl } from "../cli/support";
import { pages } from "./pages";

/** Verbs that have verbs of their own. */
const GROUPS = new Set(["config", "state"]);

test("docs: every verb and option of tapctl exists", async () => {
  const help = new Map<string, string>([["", (await tapctl(REPOSITORY, ["--help"])).stdout]]);
  const helpOf = async (words: readonly string[]): Promise<string> => {
    const key = words.join(" ");
    if (!help.has(key)) help.set(key, (await tapctl(REPOSITORY, [...words, "--help"])).stdout);
    return help.get(key) ?? "";
  };
  const wrong: string[] = [];
  for (const { path, verb, part, options } of pages().flatMap(commandsOf)) {
    const all = await helpOf([]);
    if (!new RegExp(`^  ${verb}[ |]`, "m").test(all)) {
      wrong.push(`${path}: ${verb}`);
      continue;
    }
    const own = await helpOf([verb, ...(GROUPS.has(verb) && part !== "" ? [part] : [])]);
    wrong.push(
      ...options
        .filter((option) => !`${all}${own}`.includes(option))
        .map((option) => `${path}: ${verb} ${part} ${option}`),
    );
  }
  assert.ok(help.size > 15);
  assert.deepEqual(wrong, []);
});

test("docs: every npm script exists", () => {
  const named = pages().flatMap(({ path, text }) =>
    [...text.matchAll(/npm run ([a-z][a-z0-9:-]*[a-z0-9])/g)].map(([, script = ""]) => ({
      path,
      script,
    })),
  );
  assert.ok(named.length > 10);
  assert.deepEqual(
    named.filter(({ script }) => !Object.hasOwn(SCRIPTS, script)),
    [],
  );
});

function commandsOf({ path, text }: { readonly path: string; readonly text: string }) {
  return [
    ...text.matchAll(/npx tapctl ([a-z][a-z-]*)((?: +(?:-{1,2}[a-z-]+|[A-Za-z0-9./…-]+))*)/g),
  ].map(([, verb = "", rest = ""]) => ({
    path,
    verb,
    part: /^ *([a-z]+)\b/.exec(rest)?.[1] ?? "",
    // Options after `pulumi` are Pulumi's own.
    options: verb === "pulumi" ? [] : (rest.match(/--[a-z-]+/g) ?? []),
  }));
}
