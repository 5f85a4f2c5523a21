import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DEFAULTS } from "../../src/model/defaults";
import { packageFile } from "../../src/common/package";

const ROOT = packageFile(".");

const HOME = "src/model/defaults.ts";

/** Files that contain the same text with another meaning, and how often. */
const OTHER_MEANINGS: { readonly [literal: string]: readonly string[] } = {
  "15m": ["src/manifests/complete/flux.ts", "src/manifests/monitoring/alerts.ts"],
  "1h": ["src/manifests/complete/external-secret.ts", "src/manifests/complete/flux.ts"],
  "20Gi": ["src/settings/object-store.ts"],
  "512Mi": ["src/settings/argo.ts"],
};

const LITERALS = [
  DEFAULTS.deadline,
  DEFAULTS.pendingDeadline,
  DEFAULTS.idleTimeout,
  DEFAULTS.followUpDeadline,
  DEFAULTS.resources.memory,
  DEFAULTS.scratchSize,
  DEFAULTS.baseImage,
  DEFAULTS.registry,
  ...DEFAULTS.constraints,
];

const sources = ["src", "components", "connectors", "images", "policy"]
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((path) =>
      join(folder, path),
    ),
  )
  .filter((path) => /\.(ts|py)$/.test(path) && !path.includes("node_modules"));

for (const literal of new Set(LITERALS)) {
  test(`defaults: "${literal}" is defined once`, () => {
    const found = sources.filter((path) => {
      const code = readFileSync(join(ROOT, path), "utf8").replace(
        /\/\*[^]*?\*\/|^\s*(\/\/|#).*$/gm,
        "",
      );
      return code.replace(/such as "[^"]*"/g, "").includes(`"${literal}"`);
    });
    assert.deepEqual(found.sort(), [HOME, ...(OTHER_MEANINGS[literal] ?? [])].sort());
  });
}

test("defaults: the Dockerfile has the same base image", () => {
  const dockerfile = readFileSync(join(ROOT, "images/singer/Dockerfile"), "utf8");
  assert.match(dockerfile, new RegExp(`^ARG BASE_IMAGE=${DEFAULTS.baseImage}( |$)`, "m"));
});
