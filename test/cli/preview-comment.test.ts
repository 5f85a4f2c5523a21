import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { makeProject, REPOSITORY, tapctl } from "./support";

const entry = (name: string, schedule: string, more = "") =>
  `{ name: "${name}", schedule: "${schedule}", tap: c.tapPostgres({ host: "db", password: secret("shop-password") }), streams: ["public-orders"], target: c.targetJsonl({})${more} }`;

const NOW = ["--now", "2026-11-24T00:00Z"];

function emptyFolder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "preview-comment-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function compare(base: string, head: string, ...flags: readonly string[]) {
  return tapctl("/", ["preview-comment", "--base", base, "--head", head, ...NOW, ...flags]);
}

test("preview-comment: it compares two checkouts without a cluster, with the same output each time", async (t) => {
  const base = makeProject(t, `[${entry("orders", "0 6 * * *")}, ${entry("items", "0 7 * * *")}]`);
  const head = makeProject(t, `[${entry("orders", "0 8 * * *")}, ${entry("customers", "@daily")}]`);
  const out = join(emptyFolder(t), "comment.md");
  const first = await compare(base, head, "--out", out, "--summary", `${out}.all`);
  assert.deepEqual(first, { code: 0, stdout: "", stderr: "" });
  const text = readFileSync(out, "utf8");
  assert.match(
    text,
    /^<!-- tapctl preview-comment -->\n## Pipelines: 1 added, 1 changed, 1 removed \(2 after the merge\)/,
  );
  assert.match(text, /schedule: at 06:00, every day \(`0 6 \* \* \*`\), UTC → at 08:00, every day/);
  assert.match(text, /next runs: 2026-11-24 08:00, 2026-11-25 08:00, 2026-11-26 08:00/);
  assert.ok(!text.includes("Images that will be built"));
  assert.equal(readFileSync(`${out}.all`, "utf8"), text);
  assert.equal((await compare(base, head)).stdout, text);
});

test("preview-comment --json: it prints the changes and the images to build", async (t) => {
  const { stdout, code } = await compare(
    makeProject(t, "[]"),
    makeProject(t, `[${entry("orders", "0 6 * * *")}]`),
    "--json",
  );
  const review = JSON.parse(stdout) as {
    readonly changes: readonly { readonly change: string; readonly name: string }[];
    readonly images: readonly string[];
  };
  assert.equal(code, 0);
  assert.deepEqual(
    review.changes.map(({ change, name }) => [change, name]),
    [["added", "orders"]],
  );
  assert.equal(review.images.length, 2);
  assert.match(review.images[0] ?? "", /^tap-postgres:\d+\.\d+\.\d+-[0-9a-f]{12}$/);
});

test("preview-comment: without a base that loads, all pipelines are shown as new", async (t) => {
  const { code, stdout } = await compare(
    emptyFolder(t),
    makeProject(t, `[${entry("orders", "0 6 * * *")}]`),
  );
  assert.equal(code, 0);
  assert.match(
    stdout,
    /The base branch cannot be loaded: `it has no pipelines\/index\.ts`\. All pipelines are shown as new\./,
  );
  assert.match(stdout, /1 added/);
});

test("preview-comment: an error has at most two lines", async (t) => {
  const good = makeProject(t, "[]");
  const broken = emptyFolder(t);
  const file = join(broken, "preview.json");
  writeFileSync(file, '{"version": 9}');
  const cases = [
    [
      ["--base", join(broken, "no"), "--head", good],
      /^--base \S+\/no: the folder does not exist\.\nUse the path of a checkout/,
      2,
    ],
    [["--base", good, "--head", broken], /^--head \S+: it has no pipelines\/index\.ts\n$/, 2],
    [
      ["--base", good, "--head", good, "--now", "soon"],
      /^Invalid value for --now: "soon"\.\nUse a time/,
      2,
    ],
    [
      ["--base", good, "--head", good, "--preview", file],
      /^--preview \S+: it has no steps and no changeSummary\.\n.*Pulumi 3/,
      2,
    ],
    [
      ["--base", good, "--head", good, "--preview", `${file}.no`],
      /^--preview \S+: cannot be read \(ENOENT\)\.\nCheck the path and its permissions\.\n$/,
      2,
    ],
    [
      ["--base", good, "--head", good, "--out", join(broken, "no", "x")],
      /^--out \S+: cannot be written \(ENOENT\)\.\nCheck that the folder exists and is writable\.\n$/,
      1,
    ],
    [["--head", good], /^error: required option '--base <dir>' not specified\n$/, 2],
  ] as const;
  for (const [flags, message, expected] of cases) {
    const { code, stderr } = await tapctl("/", ["preview-comment", ...flags]);
    assert.match(stderr, message);
    assert.equal(code, expected);
    assert.ok(stderr.trimEnd().split("\n").length <= 2);
  }
  const invalid = await compare(
    good,
    makeProject(
      t,
      `[{ name: "Orders", schedule: "0 25 * * *", tap: c.tapPostgres({}), target: c.targetJsonl({}) }] as never`,
    ),
  );
  assert.match(invalid.stderr, /^2 problems in the pipelines:\n/);
  assert.equal(invalid.code, 2);
});

test("preview-comment --help: it has an example", async () => {
  const { stdout } = await tapctl(REPOSITORY, ["preview-comment", "--help"]);
  assert.match(stdout, /Example:\n {2}\$ git worktree add/);
  assert.match(stdout, /npx tapctl preview-comment --base/);
});
