import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { REPOSITORY, SCRIPTS, tapctl } from "../cli/support";
import { workflow, workflows, type Job } from "./support";

/** Scopes that a job may write, by workflow and job; all others read, or have nothing. */
const WRITES: { readonly [job: string]: readonly string[] } = {
  "comment.yml comment": ["pull-requests"],
  "drift.yml issue": ["issues"],
  "drift.yml preview": ["id-token"],
  "lock-updates.yml propose": ["contents", "pull-requests"],
  "deploy.yml deploy": ["id-token"],
  "pull-request.yml preview": ["id-token"],
};

const jobs = workflows.flatMap(({ file, jobs }) =>
  Object.entries(jobs).map(([name, job]) => ({ file, name, job, id: `${file} ${name}` })),
);

test("workflows: they are those in the documentation", () => {
  assert.deepEqual(
    workflows.map(({ file }) => file),
    ["comment.yml", "deploy.yml", "drift.yml", "lock-updates.yml", "pull-request.yml"],
  );
});

for (const { file, text, permissions, on } of workflows) {
  suite(`workflow ${file}`, () => {
    test(`${file}: every action is pinned to a commit, with its version`, () => {
      const uses = text.split("\n").filter((line) => /^\s*(- )?uses:/.test(line));
      assert.ok(uses.length > 0);
      for (const line of uses)
        assert.match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    });

    test(`${file}: the token has no permissions by default`, () =>
      assert.deepEqual(permissions, {}));

    test(`${file}: pull_request_target is not used`, () =>
      assert.ok(!JSON.stringify(on).includes("pull_request_target")));
  });
}

test("workflows: an action has the same commit everywhere", () => {
  const pins = workflows.flatMap(({ text }) =>
    [...text.matchAll(/uses: (\S+)@(\S+) # (\S+)/g)].map(
      ([, action, commit, version]) => [action, `${commit} ${version}`] as const,
    ),
  );
  for (const action of new Set(pins.map(([name]) => name)))
    assert.equal(
      new Set(pins.filter(([name]) => name === action).map(([, pin]) => pin)).size,
      1,
      action,
    );
});

for (const { id, job, file } of jobs) {
  suite(`job ${id}`, () => {
    test(`${id}: it has only the write permissions that it needs, and a timeout`, () => {
      assert.ok(job.permissions);
      assert.deepEqual(
        Object.entries(job.permissions)
          .filter(([, right]) => right === "write")
          .map(([scope]) => scope),
        WRITES[id] ?? [],
      );
      assert.ok((job["timeout-minutes"] ?? 0) > 0);
    });

    test(`${id}: scripts contain no value of the event`, () => {
      for (const step of job.steps)
        for (const script of [step.run, step.with?.["script"]])
          assert.ok(!JSON.stringify(script ?? "").includes("${{"));
    });

    test(`${id}: checkouts keep no token`, () => {
      for (const step of job.steps.filter(({ uses }) => uses?.startsWith("actions/checkout@")))
        assert.equal(step.with?.["persist-credentials"], false);
    });

    test(`${id}: its scripts and verbs exist`, async () => {
      const lines = job.steps.flatMap(({ run }) => (run ?? "").split("\n"));
      for (const [, script] of lines.flatMap((line) => [...line.matchAll(/npm run ([\w:-]+)/g)]))
        assert.ok(script !== undefined && script in SCRIPTS, script);
      for (const [, verb] of lines.flatMap((line) => [...line.matchAll(/npx tapctl ([\w-]+)/g)]))
        assert.equal((await tapctl(REPOSITORY, [verb ?? "", "--help"])).code, 0, verb);
    });

    if (file === "pull-request.yml")
      test(`${id}: no secret where a fork's code could run`, () =>
        assert.ok(!holdsCredentials(job) || isOwnBranchOnly(job)));
  });
}

test("workflows: of the jobs of a pull request, one has credentials", () => {
  const { jobs } = workflow("pull-request.yml");
  assert.deepEqual(
    Object.entries(jobs)
      .filter(([, job]) => holdsCredentials(job))
      .map(([name]) => name),
    ["preview"],
  );
});

test("workflows: the job that posts comments runs no code of the pull request", () => {
  const steps = workflow("comment.yml").jobs["comment"]?.steps ?? [];
  assert.deepEqual(
    steps.map(({ uses, run }) => [uses?.split("@")[0], run]),
    [
      ["actions/download-artifact", undefined],
      ["actions/github-script", undefined],
    ],
  );
});

test("workflows: deployments and drift checks never run in parallel", () => {
  for (const file of ["deploy.yml", "drift.yml"])
    assert.match(
      workflow(file).text,
      /\nconcurrency:\n {2}group: deploy\n {2}cancel-in-progress: false\n/,
    );
});

function holdsCredentials(job: Job): boolean {
  return (
    /secrets\./.test(JSON.stringify(job)) ||
    job.permissions?.["id-token"] === "write" ||
    job.environment !== undefined
  );
}

function isOwnBranchOnly(job: Job): boolean {
  return (
    job.if?.startsWith("github.event.pull_request.head.repo.full_name == github.repository &&") ??
    false
  );
}
