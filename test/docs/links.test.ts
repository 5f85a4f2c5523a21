import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { REPOSITORY } from "../cli/support";
import { anchors, pages, type Page } from "./pages";

/** Files of a user's project in examples. */
const OF_USERS = new Set(["connectors/locks/tap-github.txt"]);

test("docs: every link leads to a file that exists and to one of its headings", () => {
  const links = pages().flatMap((page) => linksOf(page).map((link) => ({ page, link })));
  assert.ok(links.length > 50);
  assert.deepEqual(
    links
      .filter(({ page, link }) => !leads(page, link))
      .map(({ page, link }) => `${page.path}: ${link}`),
    [],
  );
});

test("docs: the link test detects a missing file and a missing heading", () => {
  const page = { path: "docs/page.md", text: "# Title\n" };
  assert.deepEqual(
    [
      "upgrading.md",
      "upgrading.md#minio",
      "#title",
      "missing.md",
      "upgrading.md#missing",
      "#missing",
    ].map((link) => leads(page, link)),
    [true, true, true, false, false, false],
  );
});

test("docs: every page is linked from the README or another page", () => {
  const linked = new Set(
    pages().flatMap((page) => linksOf(page).map((link) => target(page, link))),
  );
  const docs = pages()
    .map(({ path }) => path)
    .filter((path) => path.startsWith("docs/"));
  assert.deepEqual(
    docs.filter((path) => !linked.has(path)),
    [],
  );
});

test("docs: every path of the repository exists", () => {
  const named = pages().flatMap(({ path, text }) =>
    [
      ...text.matchAll(
        /`((?:src|components|connectors|pipelines|policy|images|test|docs)\/[a-z][a-z0-9./-]*)`/g,
      ),
    ].map(([, name = ""]) => ({ path, name })),
  );
  assert.ok(named.length > 30);
  assert.deepEqual(
    named.filter(({ name }) => !existsSync(join(REPOSITORY, name)) && !OF_USERS.has(name)),
    [],
  );
});

function linksOf({ text }: Page): readonly string[] {
  const prose = text.replaceAll(/^```[^]*?^```$/gm, "").replaceAll(/`[^`\n]+`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) =>
    /^[a-z]+:/.test(link) ? [] : [link],
  );
}

/** Path of the file that a link leads to, from the root. */
function target({ path }: Page, link: string): string {
  const [file = ""] = link.split("#");
  return file === "" ? path : normalize(join(dirname(path), file));
}

function leads(page: Page, link: string): boolean {
  const anchor = link.split("#")[1];
  const file = target(page, link);
  if (anchor === undefined) return existsSync(join(REPOSITORY, file));
  if (file === page.path) return anchors(page.text).has(anchor);
  return (
    existsSync(join(REPOSITORY, file)) &&
    anchors(readFileSync(join(REPOSITORY, file), "utf8")).has(anchor)
  );
}
