import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { settingsModule } from "../../src/add/settings-types";
import { schemaOfSample } from "../../src/add/settings-schema";
import type { JsonObject } from "../../src/model/connector-settings";
import { compileProblems } from "./compile";

async function moduleOf(properties: JsonObject, more: JsonObject = {}) {
  return settingsModule({
    title: "tap-x 1.0.0",
    command: "npx tapctl add tap-x",
    typeName: "TapXSettings",
    schema: { type: "object", properties, ...more },
  });
}

/** What the compiler says of a call with these settings. */
async function problemsOf(properties: JsonObject, settings: string, more: JsonObject = {}) {
  const { text } = await moduleOf(properties, more);
  const isOpen = more["additionalProperties"] === true;
  return compileProblems({
    "settings.ts": text,
    "use.ts": `import { secret, tap } from "tapctl";
import { required, ${isOpen ? "" : "settings, "}type TapXSettings } from "./settings";
void secret;
export const use = tap<TapXSettings>({ name: "tap-x", package: "tap-x", version: "1", ${isOpen ? "" : "settings, "}required })(${settings});
`,
  });
}

const text = { type: ["string", "null"] };

suite("types of settings", () => {
  const VALID: readonly (readonly [string, JsonObject, string, JsonObject?])[] = [
    [
      "reserved words, dots and dashes",
      { class: text, "a.b": text, "c-d": text, default: text },
      `{ class: "x", "a.b": "y", "c-d": "z", default: "1" }`,
    ],
    [
      "names that differ only in case",
      { apiUrl: text, apiurl: text, ApiUrl: text },
      `{ apiUrl: "a", apiurl: "b", ApiUrl: "c" }`,
    ],
    [
      "an enum of 500 values",
      { region: { enum: Array.from({ length: 500 }, (_, at) => `r${at}`) } },
      `{ region: "r499" }`,
    ],
    [
      "anyOf",
      {
        when: {
          anyOf: [
            { type: "integer" },
            { type: "array", items: { type: "string" } },
            { type: "null" },
          ],
        },
      },
      `{ when: ["a"] }`,
    ],
    [
      "references",
      { node: { $ref: "#/definitions/node" } },
      `{ node: { name: "a", next: { name: "b" } } }`,
      {
        definitions: {
          node: {
            type: "object",
            properties: { name: { type: "string" }, next: { $ref: "#/definitions/node" } },
            required: ["name"],
          },
        },
      },
    ],
    ["a secret", { password: { type: "string", secret: true } }, `{ password: secret("x") }`],
    [
      "a secret inside of a list",
      { accounts: { type: "array", items: { type: "object", properties: { token: text } } } },
      `{ accounts: [{ token: secret("x") }] }`,
    ],
    [
      "any JSON",
      { anything: {}, map: { type: "object" } },
      `{ anything: [1, { a: null }], map: { b: [true] } }`,
    ],
    [
      "a required setting that has a default",
      { host: { type: "string", default: "x" } },
      "{}",
      { required: ["host"] },
    ],
    [
      "other settings, if the schema is open",
      { host: text },
      `{ host: "x", other: 5, more: secret("y") }`,
      { additionalProperties: true },
    ],
    [
      "comments with */",
      { a: { type: "string", description: "x */ y", default: "*/" } },
      `{ a: "b" }`,
    ],
  ];
  for (const [name, properties, settings, more] of VALID)
    test(`types of settings: ${name} compile`, async () =>
      assert.deepEqual(await problemsOf(properties, settings, more), []));

  const INVALID: readonly (readonly [string, JsonObject, string, RegExp, JsonObject?])[] = [
    [
      "a secret as text",
      { password: { type: "string", secret: true } },
      `{ password: "x" }`,
      /'string' is not assignable to type .*SecretReference/,
    ],
    ["a secret by its name", { api_key: text }, `{ api_key: "x" }`, /SecretReference/],
    [
      "a value that is not allowed",
      { mode: { type: "string", enum: ["a", "b"] } },
      `{ mode: "c" }`,
      /'"c"' is not assignable/,
    ],
    ["an unknown setting", { host: text }, `{ hots: "x" }`, /'hots' does not exist/],
    [
      "a missing setting",
      { host: text },
      "{}",
      /Property 'host' is missing/,
      { required: ["host"] },
    ],
    [
      "a missing setting of an open schema",
      { host: text },
      "{}",
      /Property 'host' is missing/,
      { required: ["host"], additionalProperties: true },
    ],
  ];
  for (const [name, properties, settings, message, more] of INVALID)
    test(`types of settings: ${name} does not compile`, async () => {
      const [problem, ...others] = await problemsOf(properties, settings, more);
      assert.match(problem ?? "it compiles", message);
      assert.deepEqual(others, []);
    });

  test("types of settings: a reference to another document is any JSON, and reported", async () => {
    const { untyped } = await moduleOf({
      a: { $ref: "https://example.com/a.json" },
      b: { $ref: "#/definitions/none" },
    });
    assert.deepEqual(untyped, [
      "a: its schema https://example.com/a.json is not part of the settings",
      "b: its schema #/definitions/none is not part of the settings",
    ]);
  });

  test("types of settings: descriptions and defaults are comments, without the default of a secret", async () => {
    const { text: written } = await moduleOf({
      host: { type: "string", description: "Host of the API", default: "localhost" },
      password: { type: "string", secret: true, default: "hunter2" },
    });
    assert.match(written, /\* Host of the API\. Default: `"localhost"`\.\n/);
    assert.doesNotMatch(written, /hunter2/);
  });
});

test("settings of an older connector: sample and list of required settings make an open schema", () => {
  const facts = {
    ...{
      name: "tap-old",
      version: "1",
      summary: "",
      homePage: "",
      requiresPython: "",
      commands: [],
    },
    requiredKeys: ["start_date", "api_key"],
    sample: { from: "config.json.example", config: { api_key: "xxx", pages: 5, deep: { a: 1 } } },
  };
  assert.deepEqual(schemaOfSample(facts), {
    type: "object",
    properties: {
      start_date: {},
      api_key: { type: "string", secret: true },
      pages: { type: "number" },
      deep: { type: "object" },
    },
    required: ["start_date", "api_key"],
    additionalProperties: true,
  });
  assert.equal(
    schemaOfSample({ ...facts, requiredKeys: [], sample: { from: "x", config: {} } }),
    undefined,
  );
});
