/** Which saved bookmarks are kept, by stream. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inWorkspace, type Ended, type Step, type Workspace, type Fields } from "./support";

const IDENTITY = {
  pipeline: "p",
  run: "r2",
  tap: "tap-fake",
  target: "target-fake",
  destination: "d1",
};
const SAVED = { version: 1, ...IDENTITY, run: "r1", time: "2026-11-23T08:00:00.000Z" };

const envelopeOf = (state: string): string =>
  JSON.stringify({ ...SAVED, state: 0 }).replace('"state":0', `"state":${state}`);
const catalogOf = (selected: Readonly<Record<string, boolean>>): object => ({
  streams: Object.entries(selected).map(([name, chosen]) => ({
    tap_stream_id: name,
    stream: name,
    metadata: [{ breadcrumb: [], metadata: { selected: chosen } }],
  })),
});
const send = (...messages: readonly (readonly [string, string])[]): Step[] =>
  messages.flatMap(([stream, state]): Step[] => [
    ["schema", stream],
    ["record", stream, 1],
    ["raw", `{"type": "STATE", "value": ${state}}\n`],
  ]);

/** The state in the candidate, with its original bytes. */
const stateText = (space: Workspace): string | undefined =>
  space.exists("candidate.json")
    ? /"state": (.*)\}\n$/s.exec(space.text("candidate.json"))?.[1]
    : undefined;

const MODES = {
  artifact: async (
    space: Workspace,
    steps: readonly Step[],
    flags: readonly Fields[],
  ): Promise<Ended> => {
    await space.extract([["echo-state"], ...steps], ...flags);
    return space.load({}, ...flags);
  },
  stream: (space: Workspace, steps: readonly Step[], flags: readonly Fields[]): Promise<Ended> =>
    space.stream([["echo-state"], ...steps], {}, ...flags),
};

interface Case {
  readonly name: string;
  /** The saved state; undefined for none. */
  readonly saved?: string;
  readonly sent: readonly (readonly [string, string])[];
  readonly flags?: (space: Workspace) => readonly Fields[];
  readonly expected: string;
}

const CASES: readonly Case[] = [
  {
    name: "a bookmark that only occurs in an early STATE is kept",
    sent: [
      ["a", '{"bookmarks": {"a": {"id": 1}}}'],
      ["b", '{"bookmarks": {"b": {"id": 1}}}'],
    ],
    expected: '{"bookmarks": {"b": {"id": 1}, "a": {"id": 1}}}',
  },
  {
    name: "the last STATE of each stream counts",
    sent: [
      ["a", '{"bookmarks": {"a": 1, "b": 1}}'],
      ["b", '{"bookmarks": {"b": 2}}'],
      ["a", '{"bookmarks": {"a": 3}}'],
    ],
    expected: '{"bookmarks": {"a": 3, "b": 2}}',
  },
  {
    name: "a stream that the run does not replicate keeps its saved bookmark",
    saved: '{"bookmarks":{"a":{"id":1},"b":{"id":7}}}',
    sent: [["a", '{"bookmarks": {"a": {"id": 2}}}']],
    expected: '{"bookmarks": {"a": {"id": 2}, "b":{"id":7}}}',
  },
  {
    name: "a full refresh replaces the bookmarks of the streams that it sends",
    saved: '{"bookmarks":{"a":{"id":9},"b":{"id":7}}}',
    sent: [["a", '{"bookmarks": {"a": {"id": 2}}}']],
    flags: () => [{ onChange: "refresh" }],
    expected: '{"bookmarks": {"a": {"id": 2}, "b":{"id":7}}}',
  },
  {
    name: "a full refresh into another destination keeps nothing",
    saved: '{"bookmarks":{"a":{"id":9},"b":{"id":7}}}',
    sent: [["a", '{"bookmarks": {"a": {"id": 2}}}']],
    flags: (space) => [
      {
        onChange: "refresh",
        identity: space.write("identity.json", { ...IDENTITY, destination: "new" }),
      },
    ],
    expected: '{"bookmarks": {"a": {"id": 2}}}',
  },
  {
    name: 'with "keep", the bookmarks move to another destination',
    saved: '{"bookmarks":{"b":{"id":7}}}',
    sent: [["a", '{"bookmarks": {"a": {"id": 2}}}']],
    flags: (space) => [
      {
        onChange: "keep",
        identity: space.write("identity.json", { ...IDENTITY, destination: "new" }),
      },
    ],
    expected: '{"bookmarks": {"a": {"id": 2}, "b":{"id":7}}}',
  },
  {
    name: "a given state takes precedence over the saved one, stream by stream",
    saved: '{"bookmarks":{"a":{"id":9},"b":{"id":7},"c":{"id":8}}}',
    sent: [["a", '{"bookmarks": {"a": {"id": 5}}}']],
    flags: (space) => [
      { givenState: space.write("given.json", { bookmarks: { a: { id: 4 }, b: { id: 3 } } }) },
    ],
    expected: '{"bookmarks": {"a": {"id": 5}, "b":{"id":3}, "c":{"id":8}}}',
  },
  {
    name: "a state without bookmarks is replaced as a whole",
    saved: '{"start_date":"2026-11-01","page":3}',
    sent: [["a", '{"start_date": "2026-11-02"}']],
    expected: '{"start_date": "2026-11-02"}',
  },
  {
    name: "everything other than bookmarks comes from the last STATE",
    saved: '{"bookmarks":{"a":1},"currently_syncing":"a","old":true}',
    sent: [
      ["b", '{"currently_syncing": "b"}'],
      ["b", '{"bookmarks": {"b": 1}, "currently_syncing": null}'],
    ],
    expected: '{"bookmarks": {"b": 1, "a":1}, "currently_syncing": null}',
  },
  {
    name: "a STATE that has no bookmarks yet does not remove the saved ones",
    saved: '{"bookmarks":{"a":1}}',
    sent: [["a", '{"currently_syncing": "a"}']],
    expected: '{"currently_syncing": "a", "bookmarks": {"a":1}}',
  },
  {
    name: "partitions of a stream are replaced, not merged",
    saved:
      '{"bookmarks":{"a":{"partitions":[{"context":{"p":1},"id":1},{"context":{"p":2},"id":1}]}}}',
    sent: [["a", '{"bookmarks": {"a": {"partitions": [{"context": {"p": 2}, "id": 5}]}}}']],
    expected: '{"bookmarks": {"a": {"partitions": [{"context": {"p": 2}, "id": 5}]}}}',
  },
  {
    name: "a bookmark that the tap empties is empty",
    saved: '{"bookmarks":{"a":{"last_pk_fetched":5}}}',
    sent: [["a", '{"bookmarks": {"a": {}}}']],
    expected: '{"bookmarks": {"a": {}}}',
  },
  {
    name: "numbers, escapes and names keep their spelling",
    saved: '{"bookmarks":{"k\\u00fc\\"":{"id":1234567890123456789,"at":1.10,"big":1E+400}}}',
    sent: [
      ["a", '{"bookmarks": {"a": {"id": 98765432109876543210, "x": "\\u00e9/\\/", "y": -0.0}}}'],
    ],
    expected:
      '{"bookmarks": {"a": {"id": 98765432109876543210, "x": "\\u00e9/\\/", "y": -0.0}, "k\\u00fc\\"":{"id":1234567890123456789,"at":1.10,"big":1E+400}}}',
  },
];

for (const [mode, run] of Object.entries(MODES)) {
  describe(`bookmarks by stream, ${mode}`, () => {
    for (const { name, saved, sent, flags, expected } of CASES) {
      test(`bookmarks, ${mode}: ${name}`, () =>
        inWorkspace(async (space) => {
          const state =
            saved === undefined ? [] : [{ state: space.write("saved.json", envelopeOf(saved)) }];
          const ended = await run(space, send(...sent), [
            ...state,
            { identity: space.write("identity.json", IDENTITY) },
            ...(flags?.(space) ?? []),
          ]);
          assert.equal(ended.code, 0, ended.stderr);
          assert.equal(stateText(space), expected);
        }));
    }

    test(`bookmarks, ${mode}: the tap gets the saved state unchanged, byte for byte`, () =>
      inWorkspace(async (space) => {
        const saved = '{"bookmarks": {"a":{"id":1234567890123456789, "at": 1.10}} }';
        const { stderr } = await run(
          space,
          [],
          [
            {
              state: space.write("saved.json", envelopeOf(saved)),
              identity: space.write("identity.json", IDENTITY),
            },
          ],
        );
        if (mode === "stream") assert.ok(stderr.includes(`tap | state ${saved}`), stderr);
      }));

    test(`bookmarks, ${mode}: those of streams that are no longer selected are reported`, () =>
      inWorkspace(async (space) => {
        const saved = '{"bookmarks": {"a": 1, "b": 2, "gone": 3, "quiet": 4}}';
        const catalog = space.write("cat.json", catalogOf({ a: true, quiet: true, b: false }));
        const ended = await run(space, send(["a", saved.replace('"a": 1', '"a": 5')]), [
          { state: space.write("saved.json", envelopeOf(saved)), catalog },
        ]);
        assert.equal(ended.code, 0, ended.stderr);
        assert.deepEqual((space.result() as { unselected?: unknown }).unselected, ["b", "gone"]);
        assert.match(
          space.result().warnings.join(),
          /bookmarks kept of streams that this run did not replicate \(no longer selected\): b, gone/,
        );
      }));

    test(`bookmarks, ${mode}: if the target reports an earlier STATE, those up to it are saved`, () =>
      inWorkspace(async (space) => {
        const steps = send(
          ["a", '{"bookmarks": {"a": 1}}'],
          ["b", '{"bookmarks": {"b": 1.0}}'],
          ["b", '{"bookmarks": {"b": 2}}'],
        );
        const target = { print: ['{"bookmarks":{"b":1}}\n'] };
        const ended =
          mode === "stream"
            ? await space.stream(steps, target)
            : (await space.extract(steps), await space.load(target));
        assert.equal(ended.code, 0, ended.stderr);
        assert.equal(space.text("candidate.json"), '{"bookmarks": {"b": 1.0, "a": 1}}\n');
      }));
  });
}

test("full refresh: a retry resumes from the first attempt's progress, not from kept bookmarks", () =>
  inWorkspace(async (space) => {
    const flags = [
      {
        state: space.write("saved.json", envelopeOf('{"bookmarks": {"a": 9, "b": 9, "c": 9}}')),
        identity: space.write("identity.json", IDENTITY),
      },
      { onChange: "refresh", resume: space.path("resume.json") },
    ];
    const failed = await space.stream(
      [["echo-state"], ...send(["a", '{"bookmarks": {"a": 1}}']), ["exit", 3]],
      {},
      ...flags,
    );
    assert.equal(failed.code, 10, failed.stderr);
    assert.match(failed.stderr, /tap \| state none/);
    assert.equal(stateText(space), '{"bookmarks": {"a": 1, "b": 9, "c": 9}}');
    const second = await space.stream(
      [["echo-state"], ...send(["b", '{"bookmarks": {"b": 1}}'])],
      {},
      ...flags,
    );
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stderr, /tap \| state \{"bookmarks": \{"a": 1\}\}/);
    assert.equal(stateText(space), '{"bookmarks": {"b": 1, "a": 1, "c": 9}}');
  }));

test("full refresh: an unreadable saved state does not fail the run", () =>
  inWorkspace(async (space) => {
    const flags = [{ state: space.write("saved.json", "{"), onChange: "refresh" }];
    assert.equal((await MODES.stream(space, send(["a", '{"at": 1}']), flags)).code, 0);
    assert.deepEqual(space.candidate(), { at: 1 });
  }));
