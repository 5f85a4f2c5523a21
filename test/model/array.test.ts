import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { UserError } from "../../src/common/errors";
import { secret } from "../../src/model/connector-settings";
import type { PipelineEntry } from "../../src/model/define";
import { InvalidPipelines, formatProblem } from "../../src/model/validation/problem";
import {
  assertValid,
  secretsOf,
  secretVariable,
  validatePipelines,
} from "../../src/model/validation/validate";
import { COMPILED } from "../support/command";
import { job, replication, seeded, tapAny, tapShop, targetAny } from "./support";

const named = (name: string, fields: object = {}) => ({ ...replication, name, ...fields });
const withToken = (name: string, token: string) =>
  named(name, { tap: tapAny({ token: secret(token) }) });

const arrays: readonly (readonly [string, readonly unknown[], readonly string[]])[] = [
  ["no entries", [], []],
  ["different names", [named("a"), named("b"), job], []],
  [
    "a duplicate name",
    [named("a"), named("b"), named("a")],
    [
      `pipelines[0] "a": name "a": is used by another entry`,
      `pipelines[2] "a": name "a": is used by another entry`,
    ],
  ],
  [
    "a former name in use",
    [named("a"), named("b", { formerName: "a" })],
    [
      `pipelines[1] "b": formerName "a": is the current name of another entry, which owns that state`,
    ],
  ],
  [
    "a duplicate former name",
    [named("a", { formerName: "x" }), named("b", { formerName: "x" })],
    [
      `pipelines[0] "a": formerName "x": is also the formerName of another entry`,
      `pipelines[1] "b": formerName "x": is also the formerName of another entry`,
    ],
  ],
  [
    "two secrets with one variable",
    [withToken("a", "api-token"), withToken("b", "api.token"), withToken("c", "other")],
    [
      `pipelines[0] "a": secrets "api-token" and "api.token": are all read from the environment variable API_TOKEN`,
      `pipelines[1] "b": secrets "api-token" and "api.token": are all read from the environment variable API_TOKEN`,
    ],
  ],
  ["one secret in two entries", [withToken("a", "api-token"), withToken("b", "api-token")], []],
  [
    "a hole",
    Object.assign(new Array<unknown>(2), { 1: named("a") }),
    ["pipelines[0]: must be an object, not undefined"],
  ],
  ["an entry without a name", [{ ...job, name: undefined }], ["pipelines[0]: name is missing"]],
  [
    "several problems",
    [named("a", { schedule: "0 25 * * *", suspend: 1 }), 5],
    [
      `pipelines[0] "a": schedule "0 25 * * *": hour 25 is outside 0-23`,
      `pipelines[0] "a": suspend must be true or false, not a number`,
      "pipelines[1]: must be an object, not a number",
    ],
  ],
];

for (const [what, entries, expected] of arrays) {
  test(`validation: an array with ${what} has ${expected.length === 0 ? "no problem" : `${expected.length} problems`}`, () => {
    assert.deepEqual(validatePipelines(entries).problems.map(formatProblem), expected);
  });
}

for (const [value, kind] of [
  [{ pipelines: [] }, "an object"],
  [undefined, "undefined"],
  ["x", "text"],
] as const) {
  test(`validation: ${kind} is not an array`, () => {
    assert.deepEqual(validatePipelines(value).problems.map(formatProblem), [
      `pipelines: must be a list, as definePipelines([ … ]) returns, not ${kind}`,
    ]);
  });
}

test("validation: the error counts and lists all problems, with exit code 2", () => {
  const entries = [named("a", { schedule: "0 25 * * *" }), named("b", { deadline: "soon" })];
  const refusal = refusalOf(entries);
  assert.ok(refusal instanceof UserError);
  assert.equal(refusal.exitCode, 2);
  assert.equal(refusal.problems.length, 2);
  assert.equal(
    refusal.message,
    `2 problems in the pipelines:
pipelines[0] "a": schedule "0 25 * * *": hour 25 is outside 0-23
pipelines[1] "b": deadline "soon": must be a positive number with a unit of s, m, h or d, such as "90m" or "1.5h"`,
  );
  assert.match(refusalOf([named("A")]).message, /^1 problem in the pipelines:\n/);
});

test("validation: a valid array throws no error", () =>
  assert.doesNotThrow(() => assertValid([replication, job])));

test("validation: secrets that are not set are reported once per pipeline", () => {
  const entry = named("a", {
    tap: tapShop({
      host: secret("shop-host"),
      password: secret("shop-password"),
      options: { tables: [secret("shop-host")] },
    }),
  });
  const { problems, missing } = validatePipelines([entry, job], {
    secrets: new Set(["shop-password"]),
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(missing.map(formatProblem), [
    `pipelines[0] "a": secret "shop-host" (tap setting "host", tap setting "options.tables[0]") is not set\n  Set SHOP_HOST in the environment or in .env.`,
  ]);
  assert.deepEqual(validatePipelines([entry]).missing, []);
});

test("validation: too little memory for most connectors is a note", () => {
  const entries = [
    named("a", { resources: { tap: { memory: "24Mi" }, target: { memory: "64Mi" } } }),
    named("b", { resources: { target: { memory: "0.01Gi" } } }),
    replication,
    job,
  ];
  const { problems, notes } = validatePipelines(entries);
  assert.deepEqual(problems, []);
  assert.deepEqual(notes.map(formatProblem), [
    `pipelines[0] "a": resources.tap.memory "24Mi": is too little for most connectors, which use 30 to 90 MiB before they process any data`,
    `pipelines[1] "b": resources.target.memory "0.01Gi": is too little for most connectors, which use 30 to 90 MiB before they process any data`,
  ]);
});

test("validation: secrets are found everywhere in an entry", () => {
  const entry: PipelineEntry = {
    ...replication,
    schedule: "0 6 * * *",
    tap: {
      ...tapAny({ a: { b: [secret("one")] } }),
      connector: {
        ...tapAny({}).connector,
        defaults: { key: { $secret: "two" }, a: { $secret: "overridden" } },
      },
    },
    target: targetAny({ password: secret("three") }),
    notifications: { webhook: secret("four") },
    followUps: [
      { name: "dbt", image: "dbt:1", command: ["dbt"], env: { PLAIN: "x", TOKEN: secret("five") } },
    ],
  };
  const uses = (one: PipelineEntry) => secretsOf(one).map(({ name, where }) => ({ name, where }));
  assert.deepEqual(uses(entry), [
    { name: "two", where: `tap setting "key"` },
    { name: "one", where: `tap setting "a.b[0]"` },
    { name: "three", where: `target setting "password"` },
    { name: "five", where: `followUps[0] env "TOKEN"` },
    { name: "four", where: "notifications.webhook" },
  ]);
  assert.deepEqual(
    uses({ ...job, kind: "job", schedule: "@daily", env: { TOKEN: secret("six") } }),
    [{ name: "six", where: `env "TOKEN"` }],
  );
  assert.equal(secretVariable("warehouse.password-2"), "WAREHOUSE_PASSWORD_2");
});

test("validation: messages never contain values of settings or variables", () => {
  const hush = "hush-7d1";
  const entry = {
    ...replication,
    tap: {
      ...tapShop({ host: "x", password: "x" }),
      settings: { port: hush, tls: hush, options: { a: [() => hush] }, hots: hush },
    },
    notifications: { webhook: hush },
    followUps: [
      {
        name: "dbt",
        image: "dbt:1",
        command: ["dbt"],
        env: { "bad name": hush, TOKEN: `${hush}\0` },
      },
    ],
  };
  const texts = validatePipelines([entry], { secrets: new Set() }).problems.map(formatProblem);
  assert.equal(texts.length, 9);
  assert.ok(!texts.join("\n").includes(hush), texts.join("\n"));
});

test("validation: the order of the entries does not change the problems", () => {
  const entries = [
    ...arrays.flatMap(([, these]) => these),
    named("x", { formerName: "a", labels: { "app.kubernetes.io/name": "x" } }),
    named("y", { timezone: "Europe/Berln", streams: [{ stream: "a", replicationKey: "b" }] }),
    withToken("z", "api_token"),
  ];
  const random = seeded(7);
  const texts = (array: readonly unknown[]) =>
    validatePipelines(array)
      .problems.map((problem) => problem.text)
      .sort();
  const expected = texts(entries);
  assert.ok(expected.length > 10);
  for (let round = 0; round < 20; round++) {
    const shuffled = entries
      .map((entry) => ({ entry, key: random() }))
      .sort((one, other) => one.key - other.key);
    assert.deepEqual(texts(shuffled.map(({ entry }) => entry)), expected);
  }
});

test("validation: 1,000 valid pipelines take less than a second", () => {
  const random = seeded(3);
  const entries = Array.from({ length: 1000 }, (_, index) => generated(index, random));
  const start = process.cpuUsage();
  assert.deepEqual(validatePipelines(entries, { secrets: new Set() }).problems, []);
  const { user, system } = process.cpuUsage(start);
  assert.ok((user + system) / 1000 < 1000, `took ${(user + system) / 1000} ms of processor time`);
});

test("validation: importing it loads only itself, what it validates, JSON, errors and command texts", () => {
  const program = `require("./src/model/validation/validate"); console.log(JSON.stringify(Object.keys(require.cache)))`;
  const loaded = JSON.parse(
    execFileSync(process.execPath, ["-e", program], {
      encoding: "utf8",
      cwd: COMPILED,
    }),
  ) as readonly string[];
  const others = loaded.filter(
    (file) =>
      !/\/model\/((validation|cron)\/[a-z-]+|units|defaults|connector-settings|contracts|package-address|stream-(rules|pattern))\.js$|\/(errors|commands|json|json-text|plural|format-number)\.js$|\/node_modules\/jsonc-parser\//.test(
        file,
      ),
  );
  assert.deepEqual(others, []);
  assert.ok(loaded.some((file) => file.endsWith("/validate.js")));
});

function generated(index: number, random: () => number): unknown {
  const base = {
    name: `pipeline-${index}`,
    schedule: `${Math.floor(random() * 60)} ${Math.floor(random() * 24)} * * MON-FRI`,
    owner: "data",
    labels: { domain: "sales" },
    retries: { limit: 3, delay: "1m" },
  };
  if (random() < 0.2)
    return {
      ...base,
      kind: "job",
      image: "acme/dbt:1.9.0",
      command: ["dbt", "build"],
      env: { TOKEN: secret("dbt-token") },
    };
  return {
    ...base,
    timezone: ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"][index % 4],
    tap: tapShop({ host: `db-${index}`, port: 5432, password: secret(`shop-${index % 50}`) }),
    target: targetAny({ database: "warehouse", password: secret("warehouse-password") }),
    streams: [
      { stream: "public-orders", replicationMethod: "INCREMENTAL", replicationKey: "updated_at" },
      "public-*",
    ],
    resources: { tap: { cpu: "250m", memory: "512Mi" } },
    followUps: [{ name: "dbt", image: "acme/dbt:1.9.0", command: ["dbt", "build"] }],
  };
}

function refusalOf(entries: unknown): InvalidPipelines {
  try {
    assertValid(entries);
  } catch (error) {
    assert.ok(error instanceof InvalidPipelines);
    return error;
  }
  return assert.fail("the array is not refused");
}
