import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { makeProject, REPOSITORY, tapctl } from "./support";

const TWO = `[
  { name: "orders", schedule: "0 6 * * *", tap: c.tapRestApi({ api_url: "http://127.0.0.1:9" }), target: c.targetJsonl({}) },
  { name: "clean-up", kind: "job", schedule: "@daily", image: "acme/tool:1", command: ["tidy"] },
]`;

const VERBS = [
  "list",
  "validate",
  "run",
  "check",
  "test",
  "state",
  "state show",
  "state set",
  "state reset",
  "state history",
  "state rollback",
  "config",
  "config show",
  "config put",
  "config get",
  "config remove",
  "runs",
  "logs",
  "status",
  "backfill",
  "cancel",
  "retry",
  "suspend",
  "resume",
  "artifacts",
  "ui",
  "doctor",
  "report",
];

for (const verb of VERBS) {
  test(`${verb} --help: it has an example`, async () => {
    const { code, stdout } = await tapctl(REPOSITORY, [...verb.split(" "), "--help"]);
    assert.equal(code, 0);
    assert.match(stdout, /Example:\n {2}\$ npx tapctl /);
    if (verb !== "state" && verb !== "config") assert.match(stdout, /--json/);
  });
}

/** Command, what it prints on standard error, exit code. */
const MISTAKES: readonly (readonly [string, string, RegExp, number])[] = [
  [
    "an unknown pipeline",
    "run order",
    /^No pipeline is called "order"\.\nDid you mean "orders"\?\n$/,
    2,
  ],
  [
    "an unknown pipeline without a similar name",
    "runs warehouse",
    /^No pipeline is called "warehouse"\.\nAvailable pipelines: orders, clean-up\n$/,
    2,
  ],
  [
    "a call without a pipeline",
    "run",
    /^No pipeline is given\.\nName one or use --all; available: orders, clean-up\n$/,
    2,
  ],
  [
    "names together with --all",
    "run orders --all",
    /^--all cannot be combined with pipeline names\.\nOmit the names or --all\.\n$/,
    2,
  ],
  [
    "a job",
    "run clean-up",
    /^"clean-up" is a job and has no tap, target or state\.\nName a replication\.\n$/,
    2,
  ],
  ["an unknown mode", "run orders --mode batch", /Allowed choices are artifact, stream/, 2],
  [
    "an invalid number of jobs",
    "run orders --jobs many",
    /^Invalid value for --jobs: "many"\.\nUse a whole number, 1 or greater\.\n$/,
    2,
  ],
  [
    "--full-refresh with --keep-state",
    "run orders --full-refresh --keep-state",
    /^--full-refresh cannot be combined with --keep-state or --state\.\nUse only one of them\.\n$/,
    2,
  ],
  [
    "a missing state file",
    "run orders --state nowhere.json",
    /^--state nowhere.json: cannot be read \(ENOENT\)\.\nCheck the path and its permissions\.\n$/,
    2,
  ],
  [
    "a state file that is not JSON",
    "run orders --state pipelines/index.ts",
    /^--state pipelines\/index.ts: is not JSON\.\nUse a JSON object, as `state show --json` prints it\.\n$/,
    2,
  ],
  [
    "an unknown run",
    "logs orders 20260101T000000Z-000000",
    /^"orders" has not run yet, or its runs were deleted\.\nRun it with: npx tapctl run orders\n$|has no run/,
    2,
  ],
  ["an unknown verb", "rnu orders", /unknown command 'rnu'\n\(Did you mean run\?\)\n$/, 2],
  ["an unknown option", "list --jsno", /unknown option '--jsno'\n\(Did you mean --json\?\)\n$/, 2],
  [
    "a pipeline without an earlier state",
    "state rollback orders",
    /^"orders" has no earlier state to return to\.\nList the saved states with: npx tapctl state history orders\n$/,
    2,
  ],
  [
    "an unknown kind of store",
    "--store ftp://x runs orders",
    /^Object store "ftp:\/\/x": ftp:\/\/ is not supported\.\nUse a folder or s3:\/\/bucket\/prefix\?endpoint=https:\/\/host\.\n$/,
    2,
  ],
];

suite("usage errors", () => {
  for (const [what, line, printed, exit] of MISTAKES) {
    test(`tapctl ${line}: it rejects ${what}`, async (t) => {
      const { code, stdout, stderr } = await tapctl(makeProject(t, TWO), line.split(" "));
      assert.match(stderr, printed);
      assert.equal(stdout, "");
      assert.equal(code, exit);
    });
  }

  test("array: a missing pipelines/index.ts is an error", async () => {
    const { code, stderr } = await tapctl("/", ["list"]);
    assert.match(
      stderr,
      /^Neither \/ nor a folder above it has pipelines\/index\.ts\.\nChange to /,
    );
    assert.equal(code, 2);
  });

  test("array: a file that does not load is an error", async (t) => {
    const root = makeProject(t, "[]");
    writeFileSync(join(root, "pipelines", "index.ts"), "export const pipelines = [;\n");
    const { code, stderr } = await tapctl(root, ["list"]);
    assert.match(stderr, /^\S+index\.ts cannot be loaded: .*\nCorrect the file\.\n$/);
    assert.equal(code, 2);
  });

  test('array: a file without the export "pipelines" is an error', async (t) => {
    const root = makeProject(t, "[]");
    writeFileSync(join(root, "pipelines", "index.ts"), "export const pipes = [];\n");
    assert.match(
      (await tapctl(root, ["list"])).stderr,
      /exports no array named "pipelines"\.\nWrite: export const pipelines = definePipelines/,
    );
  });

  test("array: all problems of an invalid array are reported at once", async (t) => {
    const root = makeProject(
      t,
      `[{ name: "Orders", schedule: "0 25 * * *" as "@daily", timezone: "Europe/Berlyn", tap: c.tapRestApi({ api_url: "x" }), target: c.targetJsonl({}) }]`,
    );
    for (const verb of [["validate"], ["run", "Orders"]]) {
      const { code, stderr } = await tapctl(root, verb);
      assert.match(stderr, /^3 problems/);
      assert.match(stderr, /pipelines\[0\] "Orders": name "Orders"/);
      assert.match(
        stderr,
        /pipelines\[0\] "Orders": schedule "0 25 \* \* \*": hour 25 is outside 0-23/,
      );
      assert.match(stderr, /pipelines\[0\] "Orders": timezone "Europe\/Berlyn".*Europe\/Berlin/);
      assert.doesNotMatch(stderr, /\n\s+at /);
      assert.equal(code, 2);
    }
  });
});

suite("an invalid entry next to valid ones", () => {
  const entry = (name: string, schedule: string) =>
    `{ name: "${name}", schedule: "${schedule}" as "@daily", tap: c.tapRestApi({ api_url: "x", bearer_token: secret("api-token") }), target: c.targetJsonl({}) }`;
  const ARRAY = `[${entry("orders", "@daily")}, ${entry("events", "0 25 * * *")}]`;
  const PROBLEM =
    '1 problem in the pipelines:\npipelines[1] "events": schedule "0 25 * * *": hour 25 is outside 0-23\n';
  const NO_SECRET = /^orders: "orders": tap: secret "api-token" is not set\.$/m;

  test("invalid entry: run, runs and state of other pipelines work", async (t) => {
    const root = makeProject(t, ARRAY);
    const run = await tapctl(root, ["run", "orders"]);
    assert.match(run.stderr, NO_SECRET);
    assert.doesNotMatch(run.stderr, /events/);
    assert.equal((await tapctl(root, ["runs", "orders"])).code, 0);
    assert.equal((await tapctl(root, ["state", "show", "orders"])).code, 0);
  });

  test("invalid entry: run rejects it with its problems, also together with others", async (t) => {
    const root = makeProject(t, ARRAY);
    for (const names of [["events"], ["orders", "events"]]) {
      const { code, stderr } = await tapctl(root, ["run", ...names]);
      assert.deepEqual([code, stderr], [2, PROBLEM]);
    }
  });

  test("invalid entry: run --all runs the others, then reports it and fails", async (t) => {
    const { code, stderr } = await tapctl(makeProject(t, ARRAY), ["run", "--all"]);
    assert.match(stderr, NO_SECRET);
    assert.ok(stderr.endsWith(`events: ${PROBLEM}`), stderr);
    assert.equal(code, 2);
  });

  test("invalid entry: commands about the whole array reject it", async (t) => {
    const root = makeProject(t, ARRAY);
    for (const verb of ["validate", "list", "status"]) {
      const { code, stderr } = await tapctl(root, [verb]);
      assert.deepEqual([code, stderr], [2, PROBLEM]);
    }
  });
});

test("validate: a note that many pipelines share is printed once", async (t) => {
  const root = makeProject(
    t,
    `Array.from({ length: 50 }, (_, index) => ({ name: \`orders-\${index}\`, schedule: "@daily" as const, resources: index === 7 ? {} : { tap: { memory: "32Mi" as const } }, tap: c.tapRestApi({ api_url: "x" }), target: c.targetJsonl({}) }))`,
  );
  const { code, stdout } = await tapctl(root, ["validate"]);
  assert.deepEqual(stdout.split("\n").slice(0, 1), [
    'note: 49 pipelines ("orders-0", "orders-1", "orders-2", …): resources.tap.memory "32Mi": is too little for most connectors, which use 30 to 90 MiB before they process any data',
  ]);
  assert.deepEqual([code, stdout.split("\n").length], [0, 3]);
  const { notes } = JSON.parse((await tapctl(root, ["validate", "--json"])).stdout) as {
    readonly notes: readonly unknown[];
  };
  assert.equal(notes.length, 49);
});

test("validate: the first of many different notes are printed, and the number of the others", async (t) => {
  const root = makeProject(
    t,
    `Array.from({ length: 50 }, (_, index) => ({ name: \`orders-\${index}\`, schedule: "@daily" as const, tap: c.tapRestApi({ api_url: "x", bearer_token: secret(\`shop-\${index}\`) }), target: c.targetJsonl({}) }))`,
  );
  const lines = (await tapctl(root, ["validate"])).stdout.trim().split("\n");
  assert.equal(lines.length, 42);
  assert.match(lines[38] ?? "", /^note: pipelines\[19\] "orders-19": secret "shop-19"/);
  assert.equal(lines[40], "note: 30 more; list all with --json");
});

suite("secrets that are not set", () => {
  const ARRAY = `[{ name: "orders", schedule: "@daily", tap: c.tapRestApi({ api_url: "x", bearer_token: secret("api-token") }), target: c.targetJsonl({}) }]`;

  test("validate: a secret that is not set is a note", async (t) => {
    const { code, stdout } = await tapctl(makeProject(t, ARRAY), ["validate"]);
    assert.match(
      stdout,
      /^note: pipelines\[0\] "orders": secret "api-token" \(tap setting "bearer_token"\) is not set\n {2}Set API_TOKEN in the environment or in \.env\.\n/,
    );
    assert.equal(code, 0);
  });

  test("validate --secrets, run: a secret that is not set is an error", async (t) => {
    const root = makeProject(t, ARRAY);
    assert.equal((await tapctl(root, ["validate", "--secrets"])).code, 2);
    const { code, stderr } = await tapctl(root, ["run", "orders"]);
    assert.match(
      stderr,
      /^orders: "orders": tap: secret "api-token" is not set\.\nSet API_TOKEN in the environment or in \.env\.\n$/,
    );
    assert.equal(code, 2);
  });

  test("secrets: .env can set them", async (t) => {
    const root = makeProject(t, ARRAY);
    writeFileSync(join(root, ".env"), "API_TOKEN='t 1'\n");
    assert.equal((await tapctl(root, ["validate", "--secrets"])).code, 0);
  });
});

test("--json: an error is printed as JSON with its fix apart, and as text to standard error", async (t) => {
  const root = makeProject(t, TWO);
  const { code, stdout, stderr } = await tapctl(root, ["runs", "orders", "--limit", "0", "--json"]);
  const [error, fix] = ['Invalid value for --limit: "0".', "Use a whole number, 1 or greater."];
  assert.deepEqual(JSON.parse(stdout), { error, fix });
  assert.deepEqual([code, stderr], [2, `${error}\n${fix}\n`]);
});
