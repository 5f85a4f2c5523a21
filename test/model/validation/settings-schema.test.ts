import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  secret,
  tap,
  targetFiles,
  targetJsonl,
  targetPostgres,
  targetPostgresSdk,
  type Target,
} from "../../../connectors";
import { shippedConnectors } from "../../../connectors/shipped";
import { schemaDefect } from "../../../src/model/validation/settings-schema";
import { validatePipelines } from "../../../src/model/validation/validate";

const SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  properties: {
    mode: { type: "string", enum: ["append", "upsert", "replace"] },
    region: { enum: Array.from({ length: 500 }, (_, at) => `region-${at}`) },
    token: { type: "string", pattern: "^tok_" },
    pages: { type: ["integer", "null"], minimum: 1 },
    when: { anyOf: [{ type: "integer" }, { type: "array", items: { type: "string" } }] },
    auth: {
      oneOf: [
        {
          type: "object",
          properties: { key: { type: "string" } },
          required: ["key"],
          additionalProperties: false,
        },
        {
          type: "object",
          properties: { user: { type: "string" } },
          required: ["user"],
          additionalProperties: false,
        },
      ],
    },
    streams: {
      type: "array",
      items: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
    },
    node: { $ref: "#/$defs/node" },
  },
  required: ["mode", "host"],
  $defs: {
    node: { type: "object", properties: { size: { type: "number" } }, additionalProperties: false },
  },
};

const tapOwn = tap({ name: "tap-own", package: "tap-own", version: "1", settingsSchema: SCHEMA });

function validate(settings: object, use: (settings: never) => unknown = tapOwn) {
  return validatePipelines([
    {
      ...{ name: "own", schedule: "0 6 * * *", target: targetJsonl({}) },
      tap: use(settings as never),
    },
  ]);
}

const problemsOf = (settings: object) => validate(settings).problems.map(({ text }) => text);

suite("settings and their JSON Schema", () => {
  const VALID: readonly object[] = [
    {},
    { mode: "upsert", region: "region-499", pages: 3n, when: ["a"], node: { size: 1.5 } },
    { pages: undefined, streams: [{ path: "/a", more: 1 }], auth: { user: "x" } },
    { token: secret("token"), pages: secret("pages"), mode: secret("mode"), when: secret("when") },
    {
      auth: { key: secret("key") },
      streams: [{ path: secret("stream-path") }],
      node: { size: secret("size") },
    },
    { auth: secret("auth"), streams: secret("streams") },
  ];
  for (const settings of VALID)
    test(`settings schema: ${Object.keys(settings).join(", ") || "no setting"} is valid`, () =>
      assert.deepEqual(problemsOf(settings), []));

  const INVALID: readonly (readonly [object, string])[] = [
    [
      { mode: "upsrt" },
      `setting "mode" must be one of "append", "upsert", "replace"; did you mean "upsert"?`,
    ],
    [
      { region: "x" },
      `setting "region" must be one of ${Array.from({ length: 12 }, (_, at) => `"region-${at}"`).join(", ")} and 488 more`,
    ],
    [{ token: "secret-text" }, `setting "token" must match pattern "^tok_"`],
    [{ pages: 0 }, `setting "pages" must be >= 1`],
    [{ pages: 1.5 }, `setting "pages" must be integer`],
    [{ when: "x" }, `setting "when" must be integer, or must be array`],
    [{ streams: [{ path: "/a" }, {}] }, `setting "streams[1]" must have required property 'path'`],
    [{ streams: [{ path: 5 }] }, `setting "streams[0].path" must be string`],
    [{ node: { size: 1, sise: 2 } }, `setting "node" has the unknown field "sise"`],
  ];
  for (const [settings, text] of INVALID)
    test(`settings schema: ${text.slice(0, 70)}`, () =>
      assert.deepEqual(problemsOf(settings), [`tap ${text}`]));

  const SHIPPED: readonly (readonly [Target, string])[] = [
    [
      targetPostgres({ mode: "upsrt" as "upsert" }),
      `setting "mode" must be one of "append", "upsert", "scd2", "replace"; did you mean "upsert"?`,
    ],
    [targetFiles({ file_rows: 1.5 }), `setting "file_rows" must be integer`],
    [
      targetPostgresSdk({ ssh_tunnel: { port: "22" as never } }),
      `setting "ssh_tunnel.port" must be integer`,
    ],
  ];
  for (const [target, text] of SHIPPED)
    test(`settings schema: a connector of this package: ${text.slice(0, 40)}`, () => {
      const entry = { name: "own", schedule: "0 6 * * *", tap: tapOwn({}), target };
      const { problems } = validatePipelines([entry]);
      assert.deepEqual(
        problems.map((problem) => problem.text),
        [`target ${text}`],
      );
    });

  test("settings schema: each schema of this package can be used", () => {
    for (const connector of shippedConnectors())
      assert.equal(
        schemaDefect({ ...connector }, { ...connector.settings }),
        undefined,
        connector.name,
      );
  });

  test("settings schema: errors do not contain the value", () =>
    assert.doesNotMatch(problemsOf({ token: "hunter2" }).join(), /hunter2/));

  test("settings schema: a schema that cannot be used is only a note", () => {
    const broken = tap({
      ...{ name: "tap-own", package: "tap-own", version: "1" },
      settingsSchema: { properties: { a: { $ref: "https://example.com/none.json" } } },
    });
    const { problems, notes } = validate({ a: 1 }, broken);
    assert.deepEqual(problems, []);
    assert.match(
      notes.map(({ text }) => text).join(),
      /values of settings of tap-own are not checked, because its schema cannot be used: can't resolve reference/,
    );
  });
});
