import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { runInNewContext } from "node:vm";
import { MARKER } from "../../src/review/comment";
import { scriptOf } from "./support";

type Call = readonly [method: string, args: { readonly [name: string]: unknown }];

interface World {
  readonly comment?: string;
  readonly link?: string;
  readonly from?: string;
  readonly pulls?: readonly object[];
  readonly comments?: readonly object[];
}

const OWN = "acme/etl";
const SHA = "a".repeat(40);

/** Runs the script of comment.yml against a fake GitHub; returns the calls. */
async function post(
  t: TestContext,
  { comment, link, from = OWN, pulls, comments = [] }: World,
): Promise<readonly Call[]> {
  const temp = mkdtempSync(join(tmpdir(), "comment-"));
  t.after(() => rmSync(temp, { recursive: true, force: true }));
  mkdirSync(join(temp, "comment"));
  if (comment !== undefined) writeFileSync(join(temp, "comment", "comment.md"), comment);
  if (link !== undefined) symlinkSync(link, join(temp, "comment", "comment.md"));
  // Compared as JSON, because objects of another context have other prototypes.
  const calls: Call[] = [];
  const does = (method: string, data?: unknown) => (args: { readonly [name: string]: unknown }) => (
    calls.push([method, args]),
    Promise.resolve({ data })
  );
  const listComments = Symbol("listComments");
  const github = {
    rest: {
      pulls: {
        list: does("list", pulls ?? [{ number: 7, head: { sha: SHA, repo: { full_name: from } } }]),
      },
      issues: {
        listComments,
        updateComment: does("updateComment"),
        createComment: does("createComment"),
      },
    },
    paginate: () => Promise.resolve(comments),
  };
  const [owner, repo] = OWN.split("/");
  const context = {
    repo: { owner, repo },
    payload: {
      workflow_run: {
        head_sha: SHA,
        head_branch: "change",
        head_repository: { full_name: from, owner: { login: from.split("/")[0] } },
      },
    },
  };
  const notices: Call[] = [];
  const core = { notice: (text: string) => void notices.push(["notice", { text }]) };
  await (runInNewContext(`(async () => {${scriptOf("comment.yml", "comment")}})()`, {
    github,
    context,
    core,
    require: createRequire(__filename),
    process: { env: { RUNNER_TEMP: temp } },
  }) as Promise<void>);
  return [...calls.filter(([method]) => method !== "list"), ...notices];
}

const TEXT = `${MARKER}\n## Pipelines: none changes\n`;
const mine = { id: 3, user: { login: "github-actions[bot]" }, body: `${MARKER}\nold` };

suite("comment workflow", () => {
  test("comment workflow: it creates a comment if there is none", async (t) => {
    assert.equal(
      JSON.stringify(
        await post(t, {
          comment: TEXT,
          comments: [{ id: 1, user: { login: "someone" }, body: `${MARKER}\nmine too` }],
        }),
      ),
      JSON.stringify([
        ["createComment", { owner: "acme", repo: "etl", issue_number: 7, body: TEXT }],
      ]),
    );
  });

  test("comment workflow: it updates its comment", async (t) => {
    assert.equal(
      JSON.stringify(
        await post(t, {
          comment: TEXT,
          comments: [{ id: 1, user: { login: "someone" }, body: "hello" }, mine],
        }),
      ),
      JSON.stringify([
        ["updateComment", { owner: "acme", repo: "etl", comment_id: 3, body: TEXT }],
      ]),
    );
  });

  test("comment workflow: the comment of a fork is marked, and mentions notify no user", async (t) => {
    const [call] = await post(t, { comment: `${TEXT}@team`, from: "stranger/etl" });
    const body = String(call?.[1]["body"]);
    assert.match(
      body,
      /^<!-- tapctl preview-comment -->\n> \[!IMPORTANT\]\n> This text was written by code of the fork stranger\/etl/,
    );
    assert.ok(!body.includes("@team") && body.includes("@\u200bteam"));
  });

  test("comment workflow: a comment never exceeds GitHub's limit", async (t) => {
    const [call] = await post(t, { comment: TEXT + "x".repeat(200_000), from: "stranger/etl" });
    assert.ok(String(call?.[1]["body"]).length <= 65_536);
  });
});

suite("comment workflow without a comment", () => {
  const cases: readonly (readonly [string, World])[] = [
    ["if the run wrote nothing", {}],
    ["from a text without the marker", { comment: "## Pipelines" }],
    ["from a symbolic link", { link: __filename }],
    [
      "if the pull request has newer commits",
      {
        comment: TEXT,
        pulls: [{ number: 7, head: { sha: "b".repeat(40), repo: { full_name: OWN } } }],
      },
    ],
    [
      "if the pull request belongs to another repository",
      {
        comment: TEXT,
        pulls: [{ number: 7, head: { sha: SHA, repo: { full_name: "other/etl" } } }],
      },
    ],
  ];
  for (const [what, world] of cases) {
    test(`comment workflow: it posts nothing ${what}`, async (t) => {
      const calls = await post(t, world);
      assert.deepEqual(
        calls.map(([method]) => method),
        ["notice"],
      );
    });
  }
});
