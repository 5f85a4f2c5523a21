/** Masked properties: what the extract and the target get, in both modes, and what fails instead of letting a value pass. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  inWorkspace,
  PYTHON,
  RUNNER,
  startFifoLoad,
  type Ended,
  type Fields,
  type Step,
  type Workspace,
} from "./support";

const SALT = "a-salt-of-the-tests";
const SECRET = "jane@example.com";
const hash = (text: string): string => createHmac("sha256", SALT).update(text).digest("hex");

const line = (message: object): Step => ["raw", `${JSON.stringify(message)}\n`];
const schema = (stream: string, properties: object, more: object = {}): Step =>
  line({ type: "SCHEMA", stream, schema: { properties }, key_properties: ["id"], ...more });
const record = (stream: string, values: object): Step =>
  line({ type: "RECORD", stream, record: values });

const TEXT = { type: ["null", "string"] };
const USERS = { id: { type: "integer" }, email: { ...TEXT, format: "email", maxLength: 80 } };

type Rules = readonly { readonly stream: string; readonly mask: object }[];

/** The fields of a request with masks. */
const masks = (space: Workspace, rules: Rules, salt: string | undefined = SALT): Fields => ({
  rules: space.write("rules.json", rules),
  ...(salt !== "" && { maskSalt: space.write("mask-salt", salt) }),
});

const KEEP = (space: Workspace): object => ({ keep: space.path("kept") });
type Mode = (space: Workspace, steps: readonly Step[], ...fields: Fields[]) => Promise<Ended>;
const MODES: { readonly [name: string]: Mode } = {
  artifact: async (space, steps, ...fields) => {
    const extracted = await space.extract(steps, ...fields);
    if (extracted.code !== 0) return extracted;
    const { rules } = Object.assign({}, ...fields) as Fields;
    return space.load(KEEP(space), { rules });
  },
  stream: (space, steps, ...fields) => space.stream(steps, KEEP(space), ...fields),
};

/** The messages that the target got. */
const kept = (space: Workspace): readonly { readonly [name: string]: unknown }[] =>
  space
    .text("kept")
    .split("\n")
    .filter(Boolean)
    .map((each) => JSON.parse(each) as { readonly [name: string]: unknown });
const records = (space: Workspace): readonly unknown[] =>
  kept(space).flatMap(({ type, record: values }) => (type === "RECORD" ? [values] : []));

/** Everything that a run left, its log included, except for the fake tap's own script. */
function everythingLeft(space: Workspace, ended: Ended): string {
  const names = readdirSync(space.dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "tap-config.json")
    .map((entry) => join(entry.parentPath, entry.name));
  return [ended.stdout, ended.stderr, ...names.map((name) => readFileSync(name, "utf8"))].join(
    "\n",
  );
}

for (const [mode, run] of Object.entries(MODES))
  describe(`masks, ${mode} mode`, () => {
    test("masks: a property is hashed, nulled or dropped, and the SCHEMA matches", () =>
      inWorkspace(async (space) => {
        const properties = { ...USERS, card: { type: "string" }, name: { type: "string" } };
        const required = ["id", "card"];
        const ended = await run(
          space,
          [
            line({
              type: "SCHEMA",
              stream: "users",
              schema: { properties, required },
              key_properties: ["id"],
            }),
            record("users", { id: 1, email: SECRET, card: "4711", name: "Jane" }),
            record("users", { id: 2, email: null, card: "4712", name: "Joe" }),
            schema("orders", { id: { type: "integer" }, buyer: { type: "string" } }),
            record("orders", { id: 1, buyer: SECRET, name: "kept" }),
            ["state", { bookmarks: { users: { id: 2 } } }],
          ],
          masks(space, [
            { stream: "users", mask: { email: "hash", card: "drop", name: "null" } },
            { stream: "ord*", mask: { buyer: "hash" } },
          ]),
        );
        assert.equal(ended.code, 0, ended.stderr);
        const [first] = kept(space);
        assert.deepEqual(first?.["schema"], {
          properties: {
            id: { type: "integer" },
            email: { type: ["string", "null"] },
            name: { type: ["string", "null"] },
          },
          required: ["id"],
        });
        assert.deepEqual(records(space), [
          { id: 1, email: hash(SECRET), name: null },
          { id: 2, email: null, name: null },
          { id: 1, buyer: hash(SECRET), name: "kept" },
        ]);
        const left = everythingLeft(space, ended);
        for (const secret of [SECRET, "4711", "Jane"])
          assert.ok(!left.includes(secret), `${secret} was left`);
        assert.deepEqual(space.candidate(), { bookmarks: { users: { id: 2 } } });
      }));

    test("masks: numbers keep their digits, and are hashed as text", () =>
      inWorkspace(async (space) => {
        const ended = await run(
          space,
          [
            schema("users", { id: { type: "number" }, card: { type: "integer" } }),
            [
              "raw",
              '{"type": "RECORD", "stream": "users", "record": {"id": 1.10, "card": 12345678901234567890123, "far": 1e400}}\n',
            ],
          ],
          masks(space, [{ stream: "users", mask: { card: "hash" } }]),
        );
        assert.equal(ended.code, 0, ended.stderr);
        assert.ok(
          space
            .text("kept")
            .includes(
              `{"id": 1.10, "card": "${hash("12345678901234567890123")}", "far": 1e400}}\n`,
            ),
        );
      }));

    test("masks: the salt is read from a mounted Kubernetes Secret if the pipeline's Secret has none", () =>
      inWorkspace(async (space) => {
        mkdirSync(space.path("secrets"));
        space.write("secrets/MASK_SALT", SALT);
        const ended = await run(
          space,
          [schema("users", USERS), record("users", { id: 1, email: SECRET })],
          {
            ...masks(space, [{ stream: "users", mask: { email: "hash" } }], ""),
            maskSalt: space.path("config/mask-salt"),
          },
        );
        assert.equal(ended.code, 0, ended.stderr);
        assert.deepEqual(records(space), [{ id: 1, email: hash(SECRET) }]);
      }));

    test("masks: nested properties and patterns, also in lists and in properties without a schema", () =>
      inWorkspace(async (space) => {
        const city = { type: "object", properties: { city: { type: "string" }, zip: TEXT } };
        const ended = await run(
          space,
          [
            schema("users", { id: {}, address: city, homes: { type: "array", items: city } }),
            record("users", {
              id: 1,
              address: { city: SECRET, zip: "1" },
              homes: [{ city: SECRET }, { city: "x" }],
              api_secret: "s",
            }),
          ],
          masks(space, [
            {
              stream: "*",
              mask: { "address.city": "hash", "homes.city": "drop", "*_secret": "drop" },
            },
          ]),
        );
        assert.equal(ended.code, 0, ended.stderr);
        assert.deepEqual(records(space), [
          { id: 1, address: { city: hash(SECRET), zip: "1" }, homes: [{}, {}] },
        ]);
      }));

    const SENT: readonly Step[] = [
      schema("users", USERS),
      record("users", { id: 1, email: SECRET }),
    ];
    const MASK: Rules = [{ stream: "users", mask: { email: "hash" } }];
    const cases: readonly {
      readonly name: string;
      readonly rules?: Rules;
      readonly salt?: string;
      readonly steps?: readonly Step[];
      readonly code?: number;
      readonly error: RegExp;
      readonly atEnd?: true;
    }[] = [
      {
        name: "a name that the stream does not have",
        rules: [{ stream: "users", mask: { emial: "hash" } }],
        error: /mask: "emial" of stream "users" is not in its SCHEMA; .* the nearest is "email"/,
      },
      {
        name: "a stream that the tap does not send",
        rules: [{ stream: "user", mask: { email: "hash" } }],
        error: /mask: the tap did not send stream "user", but users/,
        atEnd: true,
      },
      {
        name: "a name that no stream of a pattern has",
        rules: [{ stream: "us*", mask: { emial: "hash" } }],
        error: /mask: no stream that matches "us\*" has "emial"/,
        atEnd: true,
      },
      { name: "a missing salt", salt: "", error: /mask: the salt is missing or empty/ },
      { name: "an empty salt", salt: "\n", error: /mask: the salt is missing or empty/ },
      {
        name: "a key that is dropped",
        rules: [{ stream: "users", mask: { id: "drop" } }],
        error: /mask: "id" of stream "users" is part of its key and cannot be "drop"/,
      },
      {
        name: "the replication key",
        steps: [schema("users", USERS, { bookmark_properties: ["email"] })],
        error: /mask: "email" of stream "users" is the replication key/,
      },
      {
        name: "a bookmark of a masked property",
        steps: [...SENT, ["state", { bookmarks: { users: { email: SECRET } } }]],
        error: /mask: "email" of stream "users" is the replication key/,
      },
      {
        name: "files",
        steps: [...SENT, line({ type: "BATCH", stream: "users", encoding: {}, manifest: [] })],
        error: /mask: the tap sends stream "users" in files \(BATCH\)/,
      },
      {
        name: "a record before its SCHEMA",
        steps: [record("users", { id: 1, email: SECRET })],
        code: 14,
        error: /bad stream: line 1: a RECORD of stream "users" came before its SCHEMA/,
      },
      {
        name: "a damaged record",
        steps: [
          ...SENT,
          [
            "raw",
            `{"type": "RECORD", "stream": "users", "record": {"id": 2, "email": "${SECRET}\n`,
          ],
        ],
        code: 14,
        error: /bad stream: line 3: it looks like a Singer message and is not valid JSON/,
      },
      {
        name: "a record that was cut off in its masked value",
        steps: [
          ...SENT,
          record("users", { id: 2, email: "joe@example.com" }),
          ["raw", `{"type":"RECORD","stream":"users","record":{"id":3,"email":"${SECRET}\n`],
        ],
        code: 14,
        error: /bad stream: line 4: it looks like a Singer message and is not valid JSON/,
      },
      {
        name: "a record that was cut off in one of another stream",
        steps: [
          ...SENT,
          schema("orders", { id: {} }),
          record("orders", { id: 1 }),
          record("orders", { id: 2 }),
          [
            "raw",
            `{"type":"RECORD","stream":"orders","record":{"id{"type":"RECORD","stream":"users","record":{"email":"${SECRET}"}}\n`,
          ],
        ],
        code: 14,
        error: /bad stream: line 6/,
      },
    ];
    for (const known of cases) {
      const { name, rules = MASK, salt = SALT, steps = SENT, code = 2, error } = known;
      test(`masks: ${name} fails the run, and no value is left`, () =>
        inWorkspace(async (space) => {
          const ended = await run(space, steps, masks(space, rules, salt));
          assert.equal(ended.code, code, ended.stderr);
          assert.match(ended.stderr, error);
          // Only the end of the tap's output shows what no stream has; in stream mode it is loaded then.
          if (mode === "artifact" || !known.atEnd)
            assert.ok(!everythingLeft(space, ended).includes(SECRET), ended.stderr);
          assert.equal(space.candidate(), undefined, "no state is saved");
        }));
    }

    test("masks: text that is not a message is neither stored nor logged", () =>
      inWorkspace(async (space) => {
        const ended = await run(
          space,
          [
            ...SENT,
            ["raw", `fetched ${SECRET}\n`],
            ["raw", `${SECRET}{"type": "RECORD", "stream": "users", "record": {"id": 2}}\n`],
          ],
          masks(space, MASK),
        );
        assert.equal(ended.code, 0, ended.stderr);
        assert.ok(!everythingLeft(space, ended).includes(SECRET), ended.stderr);
        assert.match(ended.stderr, /skipped: 1 line of the tap's output, not Singer messages/);
        assert.deepEqual(space.loaded(), ["users 1", "users 2"]);
      }));
  });

describe("masks, two containers with a FIFO", () => {
  const SENT: readonly Step[] = [
    schema("users", USERS),
    record("users", { id: 1, email: SECRET }),
    ["state", { bookmarks: { users: { id: 1 } } }],
  ];
  const both = async (space: Workspace, steps: readonly Step[], rules: Rules) => {
    const outcome = space.path("tap-outcome");
    const target = startFifoLoad(space, KEEP(space), {
      rules: space.write("rules.json", rules),
      tapOutcomeFile: outcome,
      candidate: space.path("candidate.json"),
    });
    const tap = await space.extract(steps, masks(space, rules), {
      output: space.path("fifo"),
      outcome,
      result: space.path("tap.json"),
    });
    return { tap, target: await target.ended };
  };

  test("masks: what passes through the FIFO is masked", () =>
    inWorkspace(async (space) => {
      const rules = [{ stream: "users", mask: { email: "hash" } }];
      const { tap, target } = await both(space, SENT, rules);
      assert.deepEqual([tap.code, target.code], [0, 0], tap.stderr + target.stderr);
      assert.deepEqual(records(space), [{ id: 1, email: hash(SECRET) }]);
      assert.deepEqual(space.candidate(), { bookmarks: { users: { id: 1 } } });
    }));

  test("masks: a name that the stream does not have fails the tap, and nothing arrives", () =>
    inWorkspace(async (space) => {
      const { tap } = await both(space, SENT, [{ stream: "users", mask: { emial: "hash" } }]);
      assert.equal(tap.code, 2);
      assert.match(tap.stderr, /"emial" of stream "users" is not in its SCHEMA/);
      assert.deepEqual(space.loaded(), []);
      assert.equal(space.candidate(), undefined);
    }));

  test("masks: a tap whose reader ends is stopped", () =>
    inWorkspace(async (space) => {
      const rules = [{ stream: "a", mask: { text: "hash" } }];
      const target = startFifoLoad(space, { stopAfter: 2, how: 4 }, { graceSeconds: 2 });
      const properties = { id: {}, text: {} };
      const tap = await space.extract(
        [
          line({ type: "SCHEMA", stream: "a", schema: { properties }, key_properties: [] }),
          ["fill"],
        ],
        masks(space, rules),
        { output: space.path("fifo"), graceSeconds: 2 },
      );
      assert.equal(tap.code, 10, tap.stderr);
      assert.equal((await target.ended).code, 11);
    }));

  test("masks: a stop ends a run whose reader is stuck", () =>
    inWorkspace(async (space) => {
      const rules = [{ stream: "a", mask: { text: "hash" } }];
      const held = space.path("never");
      const target = startFifoLoad(space, { hold: held }, { graceSeconds: 1 });
      const properties = { id: {}, text: {} };
      const tap = space.begin(
        "extract",
        ...space.tap([
          line({ type: "SCHEMA", stream: "a", schema: { properties }, key_properties: [] }),
          ["say", "started"],
          ["fill"],
        ]),
        masks(space, rules),
        { output: space.path("fifo"), graceSeconds: 1 },
      );
      await tap.says("started");
      tap.process.kill("SIGTERM");
      assert.equal((await tap.ended).code, 13);
      target.process.kill("SIGTERM");
      await target.ended;
    }));
});

test("masks: random records give the same result as a plain model", () => {
  const fixture = join(__dirname, "fixtures", "mask_property.py");
  const printed = execFileSync(PYTHON, ["-B", fixture, RUNNER, "1", "1500"], { encoding: "utf8" });
  assert.equal(printed, "1500 streams\n");
});

test("masks: lines of every spelling, also damaged ones, become the same bytes as one by one", () => {
  const fixture = join(__dirname, "fixtures", "mask_exact.py");
  const printed = execFileSync(PYTHON, ["-B", fixture, RUNNER, "1", "200"], { encoding: "utf8" });
  assert.match(printed, /^\d+ lines of 200 taps, \d+ masked without parsing\n$/);
});
