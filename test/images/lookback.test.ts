/** `lookback`: the tap starts before its bookmark, and the saved state does not go back. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  inWorkspace,
  PYTHON,
  RUNNER,
  type Ended,
  type Fields,
  type Step,
  type Workspace,
} from "./support";

type Mode = (space: Workspace, steps: readonly Step[], fields: Fields) => Promise<Ended>;
const MODES: { readonly [name: string]: Mode } = {
  artifact: async (space, steps, fields) => {
    const extracted = await space.extract(steps, fields);
    assert.equal(extracted.code, 0, extracted.stderr);
    const loaded = await space.load({}, fields);
    return { ...loaded, stderr: extracted.stderr + loaded.stderr };
  },
  stream: (space, steps, fields) => space.stream(steps, {}, fields),
};

const send = (state: string): readonly Step[] => [
  ["schema", "s"],
  ["raw", `{"type": "STATE", "value": ${state}}\n`],
];

interface Case {
  readonly name: string;
  readonly lookback: object;
  /** The saved state. */
  readonly saved: string;
  /** The state that the tap gets. */
  readonly given: string;
  /** The state that the tap sends. Default: the one it gets. */
  readonly sent?: string;
  /** The state that is saved after it. Default: the one before. */
  readonly after?: string;
  readonly warning?: RegExp;
}

const MINUTES = { seconds: 600 };
const CASES: readonly Case[] = [
  {
    name: "a tap that finds no rows leaves the saved state unchanged",
    lookback: MINUTES,
    saved:
      '{"bookmarks": {"s": {"replication_key_value": "2026-01-01T00:05:00.120+00:00", "n": 1.10}}}',
    given:
      '{"bookmarks": {"s": {"replication_key_value": "2025-12-31T23:55:00.120+00:00", "n": 1.10}}}',
  },
  {
    name: "a later bookmark is saved as the tap sends it",
    lookback: MINUTES,
    saved: '{"bookmarks": {"s": {"updated_at": "2026-01-01 00:05:00"}}}',
    given: '{"bookmarks": {"s": {"updated_at": "2025-12-31 23:55:00"}}}',
    sent: '{"bookmarks": {"s": {"updated_at":"2026-01-01 00:05:00.5"}}}',
    after: '{"bookmarks": {"s": {"updated_at":"2026-01-01 00:05:00.5"}}}',
  },
  {
    name: "each partition keeps its later bookmark",
    lookback: MINUTES,
    saved:
      '{"bookmarks": {"s": {"partitions": [{"context": {"id": 1}, "replication_key_value": "2026-01-02"}, {"context": {"id": 2}, "replication_key_value": "2026-01-02"}]}}}',
    given:
      '{"bookmarks": {"s": {"partitions": [{"context": {"id": 1}, "replication_key_value": "2026-01-01"}, {"context": {"id": 2}, "replication_key_value": "2026-01-01"}]}}}',
    sent: '{"bookmarks": {"s": {"partitions": [{"context": {"id": 2}, "replication_key_value": "2026-01-03"}, {"context": {"id": 1}, "replication_key_value": "2026-01-01"}]}}}',
    after:
      '{"bookmarks": {"s": {"partitions": [{"context": {"id": 2}, "replication_key_value": "2026-01-03"}, {"context": {"id": 1}, "replication_key_value": "2026-01-02"}]}}}',
  },
  {
    name: "an integer of any size keeps its digits",
    lookback: { number: 1000 },
    saved: '{"bookmarks": {"s": {"id": 123456789012345678901234567890}}}',
    given: '{"bookmarks": {"s": {"id": 123456789012345678901234566890}}}',
  },
  {
    name: "a decimal number keeps its digits",
    lookback: { number: 0.5 },
    saved: '{"bookmarks": {"s": {"amount": "9007199254740993.10"}}}',
    given: '{"bookmarks": {"s": {"amount": "9007199254740992.60"}}}',
  },
  {
    name: "the state of an old tap has its bookmarks at the top",
    lookback: { seconds: 86400 },
    saved: '{"start_date":"2026-03-01"}',
    given: '{"start_date":"2026-02-28"}',
  },
  {
    name: "a bookmark that is not a time is reported, and the run continues",
    lookback: MINUTES,
    saved: '{"bookmarks": {"s": {"replication_key_value": "zebra"}}}',
    given: '{"bookmarks": {"s": {"replication_key_value": "zebra"}}}',
    warning: /stream "s" was read without its lookback: its bookmark "zebra" is not a date/,
  },
  {
    name: "a duration does not move a number",
    lookback: MINUTES,
    saved: '{"bookmarks": {"s": {"id": 7}}}',
    given: '{"bookmarks": {"s": {"id": 7}}}',
    warning: /its bookmark 7 is a number; set lookback to a number/,
  },
  {
    name: "a number does not move a time",
    lookback: { number: 5 },
    saved: '{"bookmarks": {"s": {"at": "2026-01-01"}}}',
    given: '{"bookmarks": {"s": {"at": "2026-01-01"}}}',
    warning: /its bookmark "2026-01-01" is a time; set lookback to a duration/,
  },
  {
    name: "a position in a log is reported",
    lookback: MINUTES,
    saved: '{"bookmarks": {"s": {"lsn": 4711, "version": 1}}}',
    given: '{"bookmarks": {"s": {"lsn": 4711, "version": 1}}}',
    warning: /stream "s" was read without its lookback: its bookmark holds no value/,
  },
];

for (const [mode, run] of Object.entries(MODES))
  describe(`lookback, ${mode} mode`, () => {
    for (const { name, lookback, saved, given, sent = given, after = saved, warning } of CASES)
      test(`lookback: ${name}`, () =>
        inWorkspace(async (space) => {
          const ended = await run(space, [["copy-state", space.path("given")], ...send(sent)], {
            rules: space.write("rules.json", [{ stream: "s", lookback }]),
            state: space.write("state.json", saved),
            result: space.path("result.json"),
          });
          assert.equal(ended.code, 0, ended.stderr);
          assert.equal(space.text("given"), given);
          assert.equal(space.text("candidate.json"), `${after}\n`);
          assert.deepEqual(space.result().stateBefore, JSON.parse(saved));
          if (warning) assert.match(ended.stderr, warning);
          else assert.doesNotMatch(ended.stderr, /without its lookback/);
        }));

    test("lookback: a full refresh may save an earlier bookmark", () =>
      inWorkspace(async (space) => {
        const ended = await run(space, send('{"bookmarks": {"s": {"at": "2025-01-01"}}}'), {
          rules: space.write("rules.json", [{ stream: "s", lookback: MINUTES }]),
          state: space.write("state.json", '{"bookmarks": {"s": {"at": "2026-01-01"}}}'),
          onChange: "refresh",
        });
        assert.equal(ended.code, 0, ended.stderr);
        assert.deepEqual(space.candidate(), { bookmarks: { s: { at: "2025-01-01" } } });
      }));
  });

test("lookback: a warning of the tap's step is in its result", () =>
  inWorkspace(async (space) => {
    await space.extract(send("{}"), {
      rules: space.write("rules.json", [{ stream: "*", lookback: MINUTES }]),
      state: space.write("state.json", '{"bookmarks": {"s": {"at": "x"}}}'),
    });
    assert.match(space.result().warnings.join(), /stream "s" was read without its lookback/);
  }));

test("lookback: random states of every shape move only where they should, and saved ones never move back", () => {
  const fixture = join(__dirname, "fixtures", "lookback_property.py");
  const printed = execFileSync(PYTHON, ["-B", fixture, RUNNER, "1", "3000"], { encoding: "utf8" });
  assert.equal(printed, "3000 states\n");
});
