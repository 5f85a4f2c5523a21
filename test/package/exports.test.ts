import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { REPOSITORY } from "../cli/support";

interface PackageFile {
  readonly version: string;
  readonly bin: { readonly [command: string]: string };
  readonly exports: { readonly [entry: string]: string | { readonly default: string } };
  readonly files: readonly string[];
  readonly peerDependencies: { readonly [name: string]: string };
  readonly peerDependenciesMeta: { readonly [name: string]: { readonly optional: boolean } };
  readonly devDependencies: { readonly [name: string]: string };
}

const own = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as PackageFile;

test("package: every entry point and command is one of its files", () => {
  const entries = Object.values(own.exports).map((entry) =>
    typeof entry === "string" ? entry : entry.default,
  );
  for (const file of [...entries, ...Object.values(own.bin)]) {
    assert.ok(existsSync(join(REPOSITORY, file)), file);
    assert.ok(
      file === "./package.json" ||
        own.files.some((folder) => file.replace("./", "").startsWith(`${folder}/`)),
      `${file} is not packed`,
    );
  }
});

test("package: its runner has its version, which telemetry and lineage name", () => {
  const runner = readFileSync(join(REPOSITORY, "images/singer/runner/__init__.py"), "utf8");
  assert.equal(/^VERSION = "(.*)"$/m.exec(runner)?.[1], own.version);
});

test("package: it contains no tests", () => {
  for (const file of own.files) assert.doesNotMatch(file, /^(test|examples|pipelines)/);
});

test("package: packages for deployment are optional and tested in an allowed version", () => {
  for (const [name, range] of Object.entries(own.peerDependencies)) {
    assert.deepEqual(own.peerDependenciesMeta[name], { optional: true }, name);
    const [tested, oldest] = [own.devDependencies[name] ?? "", range.replace("^", "")].map((text) =>
      text.split(".").map(Number),
    ) as [number[], number[]];
    assert.equal(tested[0], oldest[0], name);
    assert.ok((tested[1] ?? 0) >= (oldest[1] ?? 0), name);
  }
});
