/** Choices of streams, and how they are written to an array. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { streamRulesOf } from "../../src/model/stream-rules";
import type { Replication } from "../../src/model/replication";
import type { Catalog } from "../../src/run/catalog/catalog";
import type { ChosenOptions } from "../../src/run/catalog/select-streams";
import { writeStreams, type WrittenStreams } from "../../src/run/catalog/write-streams";
import { temporaryFolder } from "./support";

const MODULES = join(__dirname, "..", "..", "node_modules");
const catalog: Catalog = {
  streams: ["customers", "log_a", "log_b", "orders"].map((id) => ({ tap_stream_id: id })),
};

/** Writes a choice into an array in which `streams` is the given text; what became of the file. */
function choose(
  t: TestContext,
  text: string,
  streams: Replication["streams"],
  chosen: readonly string[],
  options: { readonly [stream: string]: ChosenOptions } = {},
): { readonly written: WrittenStreams; readonly text: string; readonly files: readonly string[] } {
  const root = temporaryFolder(t);
  const file = join(root, "pipelines", "index.ts");
  mkdirSync(join(root, "pipelines"));
  symlinkSync(MODULES, join(root, "node_modules"));
  writeFileSync(file, text);
  const written = writeStreams({
    root,
    name: "shop",
    rules: streamRulesOf({ streams }),
    catalog,
    choice: { streams: new Set(chosen), options: new Map(Object.entries(options)) },
  });
  return {
    written,
    text: readFileSync(file, "utf8"),
    files: readdirSync(join(root, "pipelines")),
  };
}

const array = (streams: string) => `import { definePipelines } from "tapctl";

// The shop's tap.
const tap = tapShop({ name: "shop" });
export const pipelines = definePipelines([
  {
    name: "shop", // of the shop
    schedule: "@daily",
    tap,
    target: targetJsonl({}),${streams === "" ? "" : `\n    ${streams}`}
    retries: { limit: 1 },
  },
  { name: "other", schedule: "@daily", tap, target },
]);
`;

interface Case {
  readonly title: string;
  readonly before: string;
  readonly streams?: Replication["streams"];
  readonly chosen: readonly string[];
  readonly options?: { readonly [stream: string]: ChosenOptions };
  readonly after: string;
}

const CASES: readonly Case[] = [
  {
    title: "a pipeline without streams gets them after the target",
    before: "",
    chosen: ["customers", "orders"],
    options: { orders: { replication: "incremental", key: "updated_at", columns: ["*", "!card"] } },
    after: `streams: {
      "customers": {},
      "orders": { replication: "incremental", key: "updated_at", columns: ["*", "!card"] },
    },`,
  },
  {
    title: "all streams become one pattern",
    before: "",
    chosen: ["customers", "log_a", "log_b", "orders"],
    options: { orders: { key: "id" } },
    after: `streams: {
      "*": {},
      "orders": { key: "id" },
    },`,
  },
  {
    title: "a list becomes an object with the same options",
    before: `streams: ["customers", { stream: "orders", replicationMethod: "INCREMENTAL", replicationKey: "id", exclude: ["card"], mask: { "e-mail": "drop" } }],`,
    streams: [
      "customers",
      {
        stream: "orders",
        replicationMethod: "INCREMENTAL",
        replicationKey: "id",
        exclude: ["card"],
        mask: { "e-mail": "drop" },
      },
    ],
    chosen: ["log_a", "orders"],
    after: `streams: {
      "orders": { replication: "incremental", key: "id", columns: ["*", "!card"], mask: { "e-mail": "drop" } },
      "log_a": {},
    },`,
  },
  {
    title: "what is not changed in an object stays as it was",
    before: `streams: {
      // Orders of all shops.
      orders: { key: "id", contract: CONTRACT }, // see the contract
      'customers': {},
    },`,
    streams: { orders: { key: "id" }, customers: {} },
    chosen: ["log_b", "orders"],
    options: { orders: { replication: "incremental", key: "updated_at" } },
    after: `streams: {
      // Orders of all shops.
      orders: { key: "updated_at", contract: CONTRACT, replication: "incremental" }, // see the contract
      "log_b": {},
    },`,
  },
  {
    title: "a stream that a pattern selects is ignored, and one that was ignored is not any more",
    before: `streams: { "*": {}, "log_*": "ignore" },`,
    streams: { "*": {}, "log_*": "ignore" },
    chosen: ["log_a", "orders"],
    after: `streams: { "*": {}, "log_*": "ignore", "customers": "ignore", "log_a": {} },`,
  },
  {
    title: "a typed function stays around the object",
    before: `streams: shopStreams({ customers: {} }),`,
    streams: { customers: {} },
    chosen: ["orders"],
    after: `streams: shopStreams({
      "orders": {},
    }),`,
  },
  {
    title: "the first streams of an object are removed with their commas",
    before: `streams: { customers: {}, log_a: {}, log_b: {}, orders: {} },`,
    streams: { customers: {}, log_a: {}, log_b: {}, orders: {} },
    chosen: ["log_b"],
    after: `streams: { log_b: {} },`,
  },
];

for (const { title, before, streams, chosen, options, after } of CASES)
  test(`select: ${title}`, (t) => {
    const { written, text, files } = choose(t, array(before), streams, chosen, options);
    assert.equal(written.kind, "written");
    assert.equal(text, array(after));
    assert.deepEqual(files, ["index.ts"]);
  });

test("select: a choice that changes nothing does not touch the file", (t) => {
  const before = array(`streams: { "log_*": {} },`);
  const { written, text } = choose(t, before, { "log_*": {} }, ["log_a", "log_b"]);
  assert.equal(written.kind === "written" && written.changed, false);
  assert.equal(text, before);
});

const NOT_EDITABLE: readonly (readonly [title: string, text: string, problem: RegExp])[] = [
  [
    "streams that are a variable",
    array("streams: STREAMS,"),
    /streams of "shop" in .*index.ts are computed/,
  ],
  ["streams in short form", array("streams,"), /are computed/],
  ["streams with a spread", array("streams: { ...STREAMS },"), /are computed/],
  [
    "an entry that is computed",
    `export const pipelines = NAMES.map((name) => ({ name, schedule: "@daily" })); // shop`,
    /No file of pipelines\/ has the pipeline "shop" as an object/,
  ],
  ["an entry that is there twice", array("") + array(""), /"shop" is defined 2 times/],
];

for (const [title, text, problem] of NOT_EDITABLE)
  test(`select: ${title} cannot be edited; the form to paste is shown`, (t) => {
    const { written, text: after } = choose(t, text, { customers: {} }, ["orders"], {
      orders: { key: "id" },
    });
    assert.equal(written.kind, "computed");
    assert.match(written.kind === "computed" ? written.problem : "", problem);
    assert.equal(written.kind === "computed" && written.text, `{\n  "orders": { key: "id" },\n}`);
    assert.equal(after, text);
  });

for (const [title, api] of [
  ["has no TypeScript", undefined],
  ["has TypeScript 7", "exports.version = '7.0.2';"],
] as const)
  test(`select: in a project that ${title}, the error names what to install, and the file is unchanged`, (t) => {
    const root = temporaryFolder(t);
    mkdirSync(join(root, "pipelines"));
    const file = join(root, "pipelines", "index.ts");
    writeFileSync(file, array(`streams: ["orders"],`));
    if (api !== undefined) {
      mkdirSync(join(root, "node_modules", "typescript"), { recursive: true });
      writeFileSync(join(root, "node_modules", "typescript", "index.js"), api);
    }
    const choice = { streams: new Set(["customers"]), options: new Map() };
    const written = writeStreams({ root, name: "shop", rules: undefined, catalog, choice });
    assert.deepEqual(written, {
      kind: "computed",
      problem: `"shop": the project has no TypeScript 5, with which select edits the array (TypeScript 7 has no API for it).`,
      remedy: "Install it with: npm install --save-dev typescript@5",
      text: written.kind === "computed" ? written.text : "",
    });
    assert.equal(readFileSync(file, "utf8"), array(`streams: ["orders"],`));
  });
