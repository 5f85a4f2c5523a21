import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { VERSION } from "../../src/common/package";
import { readCheckout, type CheckoutDescription } from "../../src/review/checkout";
import { valueFacts } from "../../src/review/values";
import { makeProject } from "../cli/support";

const BASE_IMAGE = "python:3.12-slim";

/** A folder with these files. */
function folder(t: TestContext, files: { readonly [path: string]: string }): string {
  const root = mkdtempSync(join(tmpdir(), "checkout-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

function problemOf(description: CheckoutDescription): string {
  return description.kind === "failed" ? description.problem : "none";
}

const BROKEN: readonly (readonly [string, { readonly [path: string]: string }, RegExp])[] = [
  ["has no pipelines/index.ts", {}, /^it has no pipelines\/index\.ts$/],
  [
    "does not compile",
    { "pipelines/index.ts": "export const pipelines = [;" },
    /^pipelines\/index\.ts:1:\d+: ERROR: Unexpected ";"$/,
  ],
  [
    "imports a missing package",
    { "pipelines/index.ts": 'import "no-such-package"; export const pipelines = [];' },
    /^Cannot find module 'no-such-package'/,
  ],
  [
    "exports something else",
    { "pipelines/index.ts": "export const pipes = [];" },
    /^pipelines\/index\.ts exports no array named "pipelines"$/,
  ],
  [
    "ends the process",
    { "pipelines/index.ts": "process.exit(7); export const pipelines = [];" },
    /^its array ended the process with 7$/,
  ],
  [
    "throws",
    { "pipelines/index.ts": 'throw new Error("no luck\\n  at all"); export const pipelines = [];' },
    /^no luck$/,
  ],
];

suite("checkouts that do not render", () => {
  for (const [what, files, problem] of BROKEN)
    test(`checkout: the error names one that ${what}`, async (t) =>
      assert.match(problemOf(await readCheckout(folder(t, files), BASE_IMAGE)), problem));
});

test("checkout: printing to stdout is harmless, and no array is read from a folder above", async (t) => {
  const root = makeProject(
    t,
    `[{ name: "orders", schedule: "@daily", tap: c.tapPostgres({ host: "db" }), target: c.targetJsonl({}) }].map((one) => (console.log("noise"), one)) as never`,
  );
  const description = await readCheckout(root, BASE_IMAGE);
  assert.ok(description.kind === "array" && description.manifests.kind === "rendered");
  assert.deepEqual(
    description.entries.map(({ name }) => name),
    ["orders"],
  );
  assert.deepEqual(
    description.manifests.images.map((image) => image.replace(/[0-9a-f]{12}$/, "…")),
    ["singer-runner:…", `tap-postgres:${VERSION}-…`, "target-jsonl:0.1.4-…"],
  );
  assert.match(
    problemOf(await readCheckout(join(root, "pipelines"), BASE_IMAGE)),
    /^it has no pipelines/,
  );
});

test("checkout: integers beyond 2^53 stay unchanged, and a change of their last digit is shown", async (t) => {
  const read = async (id: string) => {
    const description = await readCheckout(
      makeProject(
        t,
        `[{ name: "orders", schedule: "@daily", tap: tap({ name: "tap-x", package: "tap-x", version: "1.0.0" })({ since_id: ${id} }), target: c.targetJsonl({}) }]`,
      ),
      BASE_IMAGE,
    );
    assert.ok(
      description.kind === "array" && description.entries[0] && "tap" in description.entries[0],
      problemOf(description),
    );
    return description.entries[0].tap.settings;
  };
  const [before, after] = [await read("1234567890123456788n"), await read("1234567890123456789n")];
  assert.deepEqual(after, { since_id: 1234567890123456789n });
  assert.match(
    JSON.stringify(valueFacts(before, after, ["tap"])),
    /1234567890123456788.*1234567890123456789/,
  );
});

test("checkout: it renders with its own code and the packages of the running tapctl", async (t) => {
  const render =
    'const { stringify } = require("yaml"); exports.renderArray = () => ({ templates: [stringify({})], pipelines: [], images: { "registry/singer-runner:old": {} } });';
  const description = await readCheckout(
    folder(t, {
      "dist/src/manifests/render/render.js": render,
      "pipelines/index.ts": "export const pipelines = [];",
    }),
    BASE_IMAGE,
  );
  assert.deepEqual(
    description.kind === "array" &&
      description.manifests.kind === "rendered" &&
      description.manifests.images,
    ["singer-runner:old"],
  );
});

test("checkout: without manifests, its array is still compared", async (t) => {
  const description = await readCheckout(
    folder(t, {
      "dist/src/manifests/render/render.js": "exports.other = 1;",
      "pipelines/index.ts": "export const pipelines = [];",
    }),
    BASE_IMAGE,
  );
  assert.ok(description.kind === "array" && description.manifests.kind === "failed");
  assert.match(description.manifests.problem, /renderArray/);
});
