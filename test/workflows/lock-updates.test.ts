import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { runInNewContext } from "node:vm";
import { scriptOf } from "./support";

interface World {
  readonly files?: { readonly [path: string]: string };
  /** Path of a symbolic link among the files. */
  readonly link?: string;
  readonly branches?: readonly string[];
  readonly open?: readonly { readonly number: number }[];
}

type Arguments = { readonly [name: string]: unknown };

/** Runs the script of lock-updates.yml against a fake GitHub; returns the calls that change something. */
async function propose(t: TestContext, { files = {}, link, branches = [], open = [] }: World) {
  const temp = mkdtempSync(join(tmpdir(), "lock-updates-"));
  t.after(() => rmSync(temp, { recursive: true, force: true }));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(temp, "proposal", path)), { recursive: true });
    writeFileSync(join(temp, "proposal", path), text);
  };
  write("body.md", "| `tap-x` | for @acme |\n");
  for (const [path, text] of Object.entries(files)) write(`files/${path}`, text);
  if (link !== undefined) {
    mkdirSync(dirname(join(temp, "proposal", "files", link)), { recursive: true });
    symlinkSync("/etc/passwd", join(temp, "proposal", "files", link));
  }
  const calls: (readonly [method: string, args: Arguments])[] = [];
  const reads = (data: unknown) => () => Promise.resolve({ data });
  const does = (method: string, data?: unknown) => (args: Arguments) => (
    calls.push([method, args]),
    Promise.resolve({ data })
  );
  const github = {
    rest: {
      repos: { get: reads({ default_branch: "trunk" }) },
      git: {
        getRef: reads({ object: { sha: "head" } }),
        getCommit: reads({ tree: { sha: "tree" } }),
        createTree: does("createTree", { sha: "new-tree" }),
        createCommit: does("createCommit", { sha: "new-commit" }),
        listMatchingRefs: reads(branches.map((name) => ({ ref: `refs/heads/${name}` }))),
        updateRef: does("updateRef"),
        createRef: does("createRef"),
      },
      pulls: { list: reads(open), update: does("update"), create: does("create") },
    },
  };
  const notices: string[] = [];
  await (runInNewContext(`(async () => {${scriptOf("lock-updates.yml", "propose")}})()`, {
    github,
    context: { repo: { owner: "acme", repo: "etl" } },
    core: { notice: (text: string) => void notices.push(text) },
    require: createRequire(__filename),
    process: { env: { RUNNER_TEMP: temp } },
  }) as Promise<void>);
  const of = (method: string): Arguments | undefined =>
    calls.find(([name]) => name === method)?.[1];
  return { methods: calls.map(([method]) => method), of, notices };
}

const LOCK = "connectors/locks/tap-x.txt";

suite("lock updates workflow", () => {
  test("lock updates workflow: it opens a pull request from a new branch", async (t) => {
    const { methods, of } = await propose(t, { files: { [LOCK]: "x==2" } });
    assert.deepEqual(methods, ["createTree", "createCommit", "createRef", "create"]);
    assert.equal(
      JSON.stringify(of("createTree")?.["tree"]),
      JSON.stringify([{ path: LOCK, mode: "100644", type: "blob", content: "x==2" }]),
    );
    assert.equal(of("create")?.["base"], "trunk");
    assert.equal(of("create")?.["body"], "| `tap-x` | for @\u200bacme |\n");
  });

  test("lock updates workflow: it replaces the branch and updates the open pull request", async (t) => {
    const { methods, of } = await propose(t, {
      files: { [LOCK]: "x==2", "docs/connectors.md": "# Connectors" },
      branches: ["lock-updates-of-a-user", "lock-updates"],
      open: [{ number: 7 }],
    });
    assert.deepEqual(methods, ["createTree", "createCommit", "updateRef", "update"]);
    assert.equal(of("updateRef")?.["ref"], "heads/lock-updates");
    assert.equal(of("update")?.["pull_number"], 7);
  });

  test("lock updates workflow: without changed lock files it does nothing", async (t) => {
    const { methods, notices } = await propose(t, {});
    assert.deepEqual(methods, []);
    assert.deepEqual(notices, ["No lock file changed."]);
  });

  test("lock updates workflow: other files and links of the artifact are ignored", async (t) => {
    const { methods } = await propose(t, {
      files: { ".github/workflows/deploy.yml": "on: push", "connectors/locks/x.py": "" },
      link: LOCK,
    });
    assert.deepEqual(methods, []);
  });
});
