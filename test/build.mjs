// Compiles the tests and what they test into .tapctl/tests, so that no test process has to: with
// the folders of the sources, for which tests ask, and with source maps, which the reporter reads.
import { readdirSync, readFileSync, rmSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { transform } from "esbuild";

const FOLDERS = ["components", "connectors", "examples", "pipelines", "policy", "src", "test"];

/** Compiles everything; returns the folder of the compiled files, which mirrors the project's. */
export async function buildTests() {
  const folder = resolve(".tapctl", "tests");
  rmSync(folder, { recursive: true, force: true });
  const files = FOLDERS.flatMap((name) =>
    readdirSync(name, { recursive: true }).map((file) => join(name, file)),
  ).filter((file) => file.endsWith(".ts"));
  await Promise.all(
    files.map((file) => compile(resolve(file), join(folder, file.replace(/ts$/, "js")))),
  );
  return folder;
}

async function compile(source, target) {
  const { code } = await transform(readFileSync(source, "utf8"), {
    loader: "ts",
    format: "cjs",
    platform: "node",
    target: "node20",
    sourcefile: source,
    sourcemap: "inline",
    sourcesContent: false,
  });
  mkdirSync(dirname(target), { recursive: true });
  const [first = "", ...rest] = code.split("\n");
  const place = `__dirname = ${JSON.stringify(dirname(source))}; __filename = ${JSON.stringify(source)};`;
  writeFileSync(
    target,
    [
      `${first.startsWith('"use strict"') ? `${first} ` : ""}${place}${first.startsWith('"use strict"') ? "" : ` ${first}`}`,
      ...rest,
    ].join("\n"),
  );
}
