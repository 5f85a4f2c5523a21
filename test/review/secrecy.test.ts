import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { secret, type Json } from "../../src/model/connector-settings";
import { COMMENT_BYTES, commentText } from "../../src/review/comment";
import { code } from "../../src/review/markdown";
import { looksSecret, shown } from "../../src/review/secrecy";
import { replication, review, shopTap } from "./support";

const SECRET_NAMES = [
  "password",
  "dbPassword",
  "api_key",
  "apiKey",
  "apikey",
  "client_secret",
  "refresh-token",
  "Authorization",
  "private_key",
  "key",
  "credentials",
  "credentials_json",
  "sqlalchemy_url",
  "connection_string",
  "webhook_url",
  "AUTH_TOKEN",
  "aws_access_key_id",
  "passphrase",
  "cookie",
];
const OPEN_NAMES = [
  "host",
  "port",
  "replication_key",
  "primary_keys",
  "key_properties",
  "start_date",
  "schema",
  "user",
  "streams",
  "batch_size_rows",
  "monkey",
  "bypass",
  "tokenizer",
  "partition_key",
];

for (const name of SECRET_NAMES)
  test(`secret names: ${name} looks like a secret`, () => assert.ok(looksSecret(name)));
for (const name of OPEN_NAMES)
  test(`secret names: ${name} does not look like a secret`, () => assert.ok(!looksSecret(name)));

/** Values that no name gives away. */
const SECRET_VALUES: readonly Json[] = [
  "postgresql://etl:hunter2@db:5432/shop",
  "https://hooks.example.com/x?api_key=hunter2",
  "Bearer hunter2",
  "-----BEGIN PRIVATE KEY-----\nhunter2",
  '{"type":"service_account","private_key":"hunter2"}',
  "ghp_0123456789abcdefghij",
  "eyJhbGciOiJIUzI1NiJ9.hunter2",
  "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  "8c07f654-6908-4b51-acef-8de3d37aecac",
  "aBcDeFgH_iJkLmNoP-qRsTuVwXyZ12345",
  '{"private_key',
  { nested: { password: "hunter2" } },
  ["https://user:hunter2@host"],
];

suite("secret values", () => {
  for (const value of SECRET_VALUES)
    test(`secret values: ${JSON.stringify(value).slice(0, 40)} is a secret under any name`, () =>
      assert.equal(shown(["tap", "option"], value), undefined));

  test("secret values: ordinary values are not secrets", () => {
    assert.deepEqual(
      [
        "2026-01-01",
        5,
        true,
        null,
        ["a", "b"],
        "https://api.example.com/v2/rates?base=USD",
        "{stream_name}.csv",
        "zoom-meetings-registrants-archive-v2",
      ].map((value: Json) => shown(["tap", "option"], value) !== undefined),
      [true, true, true, true, true, true, true, true],
    );
  });

  test("secrets in comments: a secret is shown by its name", () =>
    assert.equal(shown(["tap", "password"], secret("db") as never), '`secret("db")`'));
});

test("secrets in comments: no value of a secret appears, whatever changes", () => {
  const settings = (canary: string) => ({
    ...Object.fromEntries(SECRET_NAMES.map((name) => [name, `${canary}-${name}`])),
    headers: { "X-Api-Key": canary, Authorization: canary },
    list: [{ name: "one", token: canary }, { token: canary }],
    url: `https://etl:${canary}@host/`,
    stream_map_config: { hash_seed: canary },
  });
  const entry = (canary: string) =>
    replication({
      tap: shopTap(settings(canary)),
      initialState: { bookmark: canary },
      followUps: [
        {
          name: "dbt",
          image: "acme/dbt:1",
          command: ["dbt", canary],
          env: { DBT_PASSWORD: canary, DATABASE_URL: `postgres://u:${canary}@h` },
        },
      ],
    });
  const cases = [
    review([], [entry("canary-1")]),
    review([entry("canary-1")], [entry("canary-2")]),
    review([entry("canary-1")], []),
    review([replication()], [entry("canary-2")]),
    review([entry("canary-1")], [replication()]),
  ];
  for (const one of cases) {
    assert.ok(!commentText(one, COMMENT_BYTES).includes("canary"));
    assert.ok(!JSON.stringify(one).includes("canary"));
  }
  assert.match(
    commentText(cases[1] ?? review([], []), COMMENT_BYTES),
    /`tap\.password` changes \(value not shown\)/,
  );
});

test("secrets in comments: one in plain text causes a warning, a reference does not", () => {
  const risks = (settings: { readonly [name: string]: Json }) =>
    review([], [replication({ tap: shopTap(settings) })])
      .changes[0]?.facts.filter(({ weight }) => weight === "risk")
      .map(({ text }) => text);
  assert.deepEqual(risks({ password: "hunter2", streams: [{ name: "a", api_key: "x" }] }), [
    '`tap.password` looks like a secret in plain text: use `secret("name")`',
    '`tap.streams.a.api_key` looks like a secret in plain text: use `secret("name")`',
  ]);
  assert.deepEqual(
    risks({
      password: secret("db") as never,
      token: "https://api.example.com/token",
      replication_key: "id",
    }),
    [],
  );
});

suite("Markdown in comments", () => {
  test("Markdown: texts of the array stay in their code span", () => {
    assert.equal(code("a`b"), "``a`b``");
    assert.equal(code("`a``b`"), "``` `a``b` ```");
    assert.equal(code("a\n\n# b\r\n<!-- x --> @team"), "`a # b <!-- x --> @team`");
    assert.equal(code("\u202eabc\u200b"), "`abc`");
    assert.equal(code(""), "(empty)");
  });

  test("Markdown: texts are truncated between characters", () => {
    assert.equal(code("😀".repeat(200)), `\`${"😀".repeat(119)}…\``);
  });
});
