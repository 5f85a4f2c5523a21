// Writes the index of `tapctl search`: `node src/bin/build-search-index.mjs REPOSITORY`, with the git folder of a clone of
// github.com/meltano/hub. The index has facts only: names, addresses of packages, maintainers and the date of the commit.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const FOLDERS = { extractors: "tap", loaders: "target" };
const output = join(dirname(fileURLToPath(import.meta.url)), "..", "add", "search-index.json");
const [repository] = process.argv.slice(2);
if (repository === undefined) throw new Error("usage: build-search-index.mjs REPOSITORY");
const git = (...args) => execFileSync("git", ["-C", repository, ...args], { maxBuffer: 1 << 28 });

const folder = mkdtempSync(join(tmpdir(), "tapctl-index-"));
try {
  const paths = Object.keys(FOLDERS).map((name) => `_data/meltano/${name}`);
  execFileSync("tar", ["-x", "-C", folder], { input: git("archive", "HEAD", ...paths) });
  const entries = Object.entries(FOLDERS).flatMap(([name, kind]) =>
    filesBelow(join(folder, "_data", "meltano", name)).flatMap((file) => entryOf(kind, file)),
  );
  const lines = entries
    .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
    .map((entry) => JSON.stringify(entry));
  const date = git("log", "-1", "--format=%cs").toString().trim();
  writeFileSync(output, `{"date":"${date}","connectors":[\n${lines.join(",\n")}\n]}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

function filesBelow(path) {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Name, title, package or git address, and maintainer; none for connectors that only wrap an image of another tool. */
function entryOf(kind, file) {
  const { name, label, variant, pip_url: pip = "", repo = "" } = parse(readFileSync(file, "utf8"));
  const [first = ""] = pip.trim().split(/\s+/);
  if (first === "" || /airbyte/.test(`${first} ${variant}`)) return [];
  const address = first.replace(/^['"]|['"]$/g, "").replace(/^[^@]+@(?=git\+)/, "");
  const source = address.startsWith("git+") ? address : address.replace(/[=~<>!].*$/, "");
  return [{ name, kind, title: label ?? name, source, maintainer: variant, repository: repo }];
}

function keyOf({ name, maintainer }) {
  return `${name} ${maintainer}`;
}
