/** Catalogs that a discovery stored: which runs use them, and which discover again. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inWorkspace, type Fields, type Workspace } from "./support";

const catalog = (...names: readonly string[]) => ({
  streams: names.map((name) => ({ tap_stream_id: name, stream: name, schema: {}, metadata: [] })),
});
const MASKED = [["password"], ["password", { secret: "shop-password" }]];

interface Stored {
  readonly discovered: string;
  readonly tap: string;
  readonly source: string;
  readonly catalog: { readonly streams: readonly { readonly tap_stream_id: string }[] };
}

/** A tap that discovers `found`, with a source and a password. */
function tap(
  space: Workspace,
  found: readonly string[],
  { version = "1", source = "s1", password = "p1", host = "db" } = {},
): readonly Fields[] {
  const streams = space.write("source.json", catalog(...found));
  const script = `case "$*" in *--discover*) cat ${streams};; esac`;
  const command = ["sh", space.write("tap.sh", script)];
  return [
    ...space.tap([], { password, host }, { version, command }),
    {
      tapSecrets: space.write("tap-secrets.json", MASKED),
      identity: space.write("identity.json", {
        ...{ pipeline: "orders", run: "r", tap: "tap-fake", source },
        ...{ target: "target-fake", destination: "d" },
      }),
    },
  ];
}

/** Discovers and stores a catalog. */
async function discover(space: Workspace, found: readonly string[]): Promise<Stored> {
  const ended = await space.run("discover", ...tap(space, found), {
    output: space.path("found.json"),
    stored: space.path("stored.json"),
  });
  assert.equal(ended.code, 0, ended.stderr);
  assert.deepEqual(space.json("found.json"), catalog(...found));
  return space.json("stored.json") as Stored;
}

/** Runs the tap; names of the streams in its catalog, its log, and what the run stored. */
async function run(space: Workspace, fields: readonly Fields[], select: string, more: Fields = {}) {
  const ended = await space.run("extract", ...fields, {
    select: space.write("select.json", [{ stream: select }]),
    storedCatalog: space.path("stored.json"),
    discovered: space.path("discovered.json"),
    ...more,
  });
  const used = space.exists("catalog.json")
    ? (space.json("catalog.json") as Stored["catalog"]).streams.map((one) => one.tap_stream_id)
    : [];
  return { ...ended, used, stored: space.exists("discovered.json") };
}

describe("stored catalog", () => {
  test("stored catalog: discovery keeps what it belongs to, and a run uses it without discovering", () =>
    inWorkspace(async (space) => {
      const stored = await discover(space, ["a", "b"]);
      assert.match(stored.discovered, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.deepEqual([stored.tap, stored.source], ["tap-fake 1", "s1"]);
      assert.deepEqual(stored.catalog, catalog("a", "b"));
      assert.doesNotMatch(space.text("stored.json"), /p1/);
      const { code, used, stderr } = await run(space, tap(space, ["c"]), "a");
      assert.equal(code, 0, stderr);
      assert.deepEqual(used, ["a", "b"]);
      assert.ok(stderr.includes(`uses the catalog that was discovered ${stored.discovered}`));
    }));

  test("stored catalog: a rotated password does not matter", () =>
    inWorkspace(async (space) => {
      await discover(space, ["a"]);
      const { used } = await run(space, tap(space, ["a", "b"], { password: "p2" }), "a");
      assert.deepEqual(used, ["a"]);
    }));

  for (const [title, change, why] of [
    ["another version of the tap", { version: "2" }, "with another tap or version"],
    ["another source", { source: "s2" }, "with another source"],
    ["other settings", { host: "replica" }, "with other settings"],
  ] as const)
    test(`stored catalog: a run with ${title} discovers`, () =>
      inWorkspace(async (space) => {
        await discover(space, ["a"]);
        const { used, stderr, stored } = await run(space, tap(space, ["a", "b"], change), "a");
        assert.deepEqual(used, ["a", "b"]);
        assert.match(stderr, new RegExp(`the stored catalog is not used: .*${why}`));
        assert.match(stderr, /stores the discovered catalog for the next runs/);
        assert.equal(stored, true);
      }));

  test("stored catalog: what replaces an unusable one fits the next run", () =>
    inWorkspace(async (space) => {
      await discover(space, ["a"]);
      const changed = () => tap(space, ["a", "b"], { host: "replica" });
      await run(space, changed(), "a");
      const next = {
        storedCatalog: space.path("discovered.json"),
        discovered: space.path("2.json"),
      };
      const { used, stderr } = await run(space, changed(), "a", next);
      assert.deepEqual(used, ["a", "b"]);
      assert.match(stderr, /uses the catalog that was discovered/);
      assert.equal(space.exists("2.json"), false);
    }));

  test("stored catalog: with a maximum age, an older one is discovered again and stored", () =>
    inWorkspace(async (space) => {
      const old = await discover(space, ["a"]);
      const discovered = new Date(Date.now() - 7200_000).toISOString().replace(/\.\d+Z/, "Z");
      space.write("stored.json", { ...old, discovered });
      const young = await run(space, tap(space, ["a", "b"]), "a", { catalogMaxAge: 7300 });
      assert.deepEqual([young.used, young.stored], [["a"], false]);
      const late = await run(space, tap(space, ["a", "b"]), "a", { catalogMaxAge: 7100 });
      assert.deepEqual([late.used, late.stored], [["a", "b"], true]);
      assert.match(late.stderr, /longer ago than its maxAge/);
      const { catalog: kept, tap: by } = space.json("discovered.json") as Stored;
      assert.deepEqual([kept, by], [catalog("a", "b"), "tap-fake 1"]);
    }));

  test("stored catalog: without one and without a maximum age, a run stores nothing", () =>
    inWorkspace(async (space) => {
      const { used, stored } = await run(space, tap(space, ["a"]), "a");
      assert.deepEqual([used, stored], [["a"], false]);
    }));

  test("stored catalog: without one, a run with a maximum age stores what it discovers", () =>
    inWorkspace(async (space) => {
      const { used, stored } = await run(space, tap(space, ["a"]), "a", { catalogMaxAge: 60 });
      assert.deepEqual([used, stored], [["a"], true]);
    }));

  test("stored catalog: a selected stream that it does not have is discovered", () =>
    inWorkspace(async (space) => {
      await discover(space, ["a"]);
      const { code, used, stderr, stored } = await run(space, tap(space, ["a", "b"]), "b");
      assert.equal(code, 0, stderr);
      assert.deepEqual([used, stored], [["a", "b"], true]);
      assert.match(stderr, /discovers again: in the stored catalog, .*no stream matches "b"/);
    }));

  test("stored catalog: one is kept if a discovery does not have a selected stream", () =>
    inWorkspace(async (space) => {
      await discover(space, ["a"]);
      const { code, stored } = await run(space, tap(space, ["a"]), "b");
      assert.deepEqual([code, stored], [2, false]);
    }));

  const columns = (of: { readonly [name: string]: object }) => ({
    streams: [
      { tap_stream_id: "a", stream: "a", schema: { properties: of }, metadata: [] },
      { tap_stream_id: "x", stream: "x", schema: {}, metadata: [] },
    ],
  });
  const id = { type: "integer" };
  for (const [title, now, replaced] of [
    [
      "is kept if a column was added and a stream that is not selected is gone",
      { id, b: id },
      false,
    ],
    ["is replaced if a column is gone", {}, true],
    ["is replaced if a column has another type", { id: { type: "string" } }, true],
  ] as const)
    test(`stored catalog: in a retry, it ${title}`, () =>
      inWorkspace(async (space) => {
        const old = await discover(space, ["a"]);
        space.write("stored.json", { ...old, catalog: columns({ id }) });
        const fields = tap(space, []);
        space.write("source.json", { streams: columns(now).streams.slice(0, 1) });
        const { used, stored, stderr } = await run(space, fields, "a", { attempt: 1 });
        assert.deepEqual([used, stored], [replaced ? ["a"] : ["a", "x"], replaced], stderr);
        assert.equal(stderr.includes("uses the stored catalog"), !replaced);
      }));

  test("stored catalog: in a retry, it is replaced if a selected stream is gone", () =>
    inWorkspace(async (space) => {
      await discover(space, ["a", "b"]);
      const { used, stored } = await run(space, tap(space, ["a"]), "*", { attempt: 1 });
      assert.deepEqual([used, stored], [["a"], true]);
    }));

  for (const [title, text] of [
    ["is cut short", '{"version": 1, "catalog": {"str'],
    ["has no catalog", '{"discovered": "2026-01-01T00:00:00Z"}'],
    ["has no time", '{"catalog": {"streams": []}}'],
  ] as const)
    test(`stored catalog: a run discovers if it ${title}`, () =>
      inWorkspace(async (space) => {
        space.write("stored.json", text);
        const { code, used, stderr } = await run(space, tap(space, ["a"]), "a");
        assert.equal(code, 0, stderr);
        assert.deepEqual(used, ["a"]);
        assert.match(stderr, /the stored catalog is not used/);
      }));
});
