/** Every row of the table of edge cases, in artifact mode (extract, then load) and in stream mode. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inWorkspace, lines, TEN, type Result, type Step } from "./support";

interface Expected {
  /** Exit code of the extract (artifact mode). */
  readonly extract: number;
  /** Exit code of the load; absent when the extract is not loaded. */
  readonly load?: number;
  /** Exit code of the stream. */
  readonly stream: number;
  /** The state to save; undefined if none must be written. */
  readonly state: unknown;
  /** Records in the target. */
  readonly loaded: readonly string[];
  /** No warning and no error. */
  readonly silent?: boolean;
  /** Text that a warning or the error must contain, in both modes. */
  readonly says?: string;
  /** Bad lines counted. */
  readonly bad?: number;
}

interface Case extends Expected {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly target?: object;
}

const RECORD = '{"type": "RECORD", "stream": "a", "record": {"id": 1}}';
const START: readonly Step[] = [["schema", "a"]];

/** Exit codes of a run in which both connectors succeed. */
const SUCCEEDS = { extract: 0, load: 0, stream: 0 };
/** Exit codes of a run whose tap fails and whose extract can be loaded. */
const TAP_FAILS = { extract: 10, load: 0, stream: 10 };

const CASES: readonly Case[] = [
  {
    name: "tap exits 3 after un-bookmarked records: progress is kept",
    steps: [...TEN, ["say", "ValueError: boom"], ["exit", 3]],
    ...TAP_FAILS,
    state: { at: 9 },
    loaded: lines("a", 1, 10),
  },
  {
    name: "tap exits 3 right after a STATE",
    steps: [...TEN, ["state", { at: 10 }], ["exit", 3]],
    ...TAP_FAILS,
    state: { at: 10 },
    loaded: lines("a", 1, 10),
  },
  {
    name: "tap is killed in the middle of a line",
    steps: [...TEN, ["raw", '{"type": "RECORD", "stream": "a", "rec'], ["signal", "SIGKILL"]],
    ...TAP_FAILS,
    state: { at: 9 },
    loaded: lines("a", 1, 10),
  },
  {
    name: "tap fails after a last line without newline: the line is left out, although it looks complete",
    steps: [...TEN, ["raw", '{"type": "STATE", "value": {"at": 1}}'], ["exit", 3]],
    ...TAP_FAILS,
    state: { at: 9 },
    loaded: lines("a", 1, 10),
  },
  {
    name: "the last message is a RECORD, the target prints no state: the STATE sent counts",
    steps: TEN,
    target: { print: "none" },
    ...SUCCEEDS,
    state: { at: 9 },
    loaded: lines("a", 1, 10),
  },
  {
    name: "no STATE at all: the old one stays",
    steps: [...START, ["record", "a", 1]],
    ...SUCCEEDS,
    state: undefined,
    loaded: ["a 1"],
    says: "the tap sent no STATE: the next run starts from the beginning",
  },
  {
    name: "several STATE lines: the last one is saved",
    steps: [...START, ["state", { at: 1 }], ["state", { at: 2 }], ["state", { at: 3 }]],
    ...SUCCEEDS,
    state: { at: 3 },
    loaded: [],
  },
  {
    name: "a STATE line in three writes",
    steps: [
      ...START,
      ["record", "a", 1],
      ["pieces", ['{"type": "STA', 'TE", "value": {"a', 't": 7}}\n']],
      ["record", "a", 2],
    ],
    ...SUCCEEDS,
    state: { at: 7 },
    loaded: ["a 1", "a 2"],
  },
  {
    name: "the target prints a state in two writes, log lines between, the last without newline",
    steps: TEN,
    target: { print: ['{"at"', ": 3}\n", "a log line\n", '{"at": 9}'] },
    ...SUCCEEDS,
    state: { at: 9 },
    loaded: lines("a", 1, 10),
  },
  {
    name: "STATE {} and null never replace a state",
    steps: [
      ["state", {}],
      ...START,
      ["record", "a", 1],
      ["state", { at: 1 }],
      ["state", {}],
      ["state", null],
    ],
    ...SUCCEEDS,
    state: { at: 1 },
    loaded: ["a 1"],
  },
  {
    name: "only STATE {}: the old one stays",
    steps: [...START, ["record", "a", 1], ["state", {}]],
    ...SUCCEEDS,
    state: undefined,
    loaded: ["a 1"],
    says: "only empty STATEs",
  },
  {
    name: "log lines on the tap's stdout are left out and counted",
    steps: [
      ["raw", "INFO starting\n"],
      ...START,
      ["record", "a", 1],
      ["raw", "done 50%\n"],
      ["record", "a", 2],
      ["state", { at: 2 }],
      ["raw", "bye\n"],
    ],
    ...SUCCEEDS,
    state: { at: 2 },
    loaded: ["a 1", "a 2"],
    bad: 3,
  },
  {
    name: "JSON without type is left out and counted, blank lines are not counted",
    steps: [
      ...START,
      ["raw", '{"level": "info"}\n\n\r\n   \n[1]\n'],
      ["record", "a", 1],
      ["state", { at: 1 }],
    ],
    ...SUCCEEDS,
    state: { at: 1 },
    loaded: ["a 1"],
    bad: 2,
  },
  {
    name: "CRLF at the end of messages",
    steps: [...START, ["raw", `${RECORD}\r\n{"type": "STATE", "value": {"at": 1}}\r\n`]],
    ...SUCCEEDS,
    state: { at: 1 },
    loaded: ["a 1"],
    bad: 0,
  },
  {
    name: "invalid UTF-8 is passed on: the target rejects it, and the line is named",
    steps: [
      ...START,
      ["record", "a", 1],
      ["state", { at: 1 }],
      ["raw", RECORD.slice(0, -4) + '2, "t": "'],
      ["hex", "ff"],
      ["raw", '"}}\n'],
      ["state", { at: 2 }],
    ],
    extract: 0,
    load: 11,
    stream: 11,
    state: undefined,
    loaded: ["a 1"],
    says: 'line 4 of stream "a" is not valid UTF-8',
  },
  {
    name: "unicode, U+2028, U+0085 and NUL in a line, no final newline",
    steps: [
      ...START,
      [
        "raw",
        `${RECORD.slice(0, -1)}, "t": "é😀\u2028\u0085\\u0000"}\n{"type": "STATE", "value": {"at": "é\u2028"}}`,
      ],
    ],
    ...SUCCEEDS,
    state: { at: "é\u2028" },
    loaded: ["a 1"],
    bad: 0,
  },
  {
    name: "a record of 12 MB",
    steps: [...START, ["big", "a", 12_000_000], ["state", { at: 1 }]],
    ...SUCCEEDS,
    state: { at: 1 },
    loaded: ["a 12000058"],
  },
  {
    name: "keys in any order",
    steps: [
      ...START,
      [
        "raw",
        '{"record": {"id": 5}, "stream": "a", "type": "RECORD"}\n{"stream": "a", "type": "RECORD", "record": {"id": 6}}\n{"value": {"at": 6}, "type": "STATE"}\n',
      ],
    ],
    ...SUCCEEDS,
    state: { at: 6 },
    loaded: ["a 5", "a 6"],
    bad: 0,
  },
  {
    name: "no output is an empty extract",
    steps: [],
    extract: 0,
    load: 15,
    stream: 15,
    state: undefined,
    loaded: [],
    says: "no SCHEMA and no STATE",
  },
  {
    name: "only lines that are not messages are an empty extract",
    steps: [["raw", "No properties were selected\n"]],
    extract: 0,
    load: 15,
    stream: 15,
    state: undefined,
    loaded: [],
    says: "no SCHEMA and no STATE",
    bad: 1,
  },
  {
    name: "STATE without SCHEMA is a success with a warning",
    steps: [["state", { at: 1 }]],
    ...SUCCEEDS,
    state: { at: 1 },
    loaded: [],
    says: "no SCHEMA",
  },
  {
    name: "the target exits 1",
    steps: TEN,
    target: { stopAfter: 3, how: 1 },
    extract: 0,
    load: 11,
    stream: 11,
    state: undefined,
    loaded: ["a 1", "a 2"],
    says: "target-fake exited with 1",
  },
  {
    name: "the target is killed",
    steps: TEN,
    target: { stopAfter: 3, how: "SIGKILL" },
    extract: 0,
    load: 11,
    stream: 11,
    state: undefined,
    loaded: ["a 1", "a 2"],
    says: "target-fake was killed by SIGKILL",
  },
  {
    name: "the target exits 3 at its end",
    steps: TEN,
    target: { how: 3 },
    extract: 0,
    load: 11,
    stream: 11,
    state: undefined,
    loaded: lines("a", 1, 10),
    says: "target-fake exited with 3",
  },
  {
    name: "a target that reports an earlier STATE: that one is saved",
    steps: TEN,
    target: { print: ['{"at": 3}\n{"at":\t6 }\n'] },
    ...SUCCEEDS,
    state: { at: 6 },
    loaded: lines("a", 1, 10),
    says: "target-fake reports an earlier STATE",
  },
  {
    name: "a target that reports a state that never passed: the last one is saved",
    steps: TEN,
    target: { print: ['{"at": 7}\n'] },
    ...SUCCEEDS,
    state: { at: 9 },
    loaded: lines("a", 1, 10),
    silent: true,
  },
  {
    name: "a target that formats the last STATE differently: it is saved as the tap wrote it",
    steps: [
      ["schema", "a"],
      ["record", "a", 1],
      ["raw", '{"type": "STATE", "value": {"at": 1.50, "\\u00fc": [2.0]}}\n'],
    ],
    target: { print: ['{"ü":[2],"at":1.5}\n'] },
    ...SUCCEEDS,
    state: { at: 1.5, ü: [2] },
    loaded: lines("a", 1, 1),
    silent: true,
  },
  {
    name: "a target that leaves a child behind with its pipes",
    steps: TEN,
    target: { child: true },
    ...SUCCEEDS,
    state: { at: 9 },
    loaded: lines("a", 1, 10),
  },
];

function check(result: Result, expected: Expected): void {
  const said = [result.error ?? "", ...result.warnings].join("\n");
  if (expected.silent) assert.equal(said.trim(), "");
  if (expected.says !== undefined)
    assert.ok(said.includes(expected.says), `${expected.says} is not in: ${said}`);
  if (expected.bad !== undefined) assert.equal(result.badLines, expected.bad);
  assert.deepEqual(result.stateAfter ?? undefined, expected.state);
}

describe("edge cases, extract then load", { concurrency: 2 }, () => {
  for (const each of CASES) {
    test(`extract then load: ${each.name}`, () =>
      inWorkspace(async (space) => {
        const extracted = await space.extract(each.steps);
        assert.equal(extracted.code, each.extract, extracted.stderr);
        assert.equal(space.result().complete, each.extract === 0);
        const loaded = await space.load(
          each.target ?? {},
          ...(each.extract === 0 ? [] : [{ partial: true }]),
        );
        assert.equal(loaded.code, each.load, loaded.stderr);
        check(space.result(), each);
        assert.deepEqual(space.loaded(), each.loaded);
        assert.deepEqual(space.candidate(), each.state);
      }));
  }
});

describe("edge cases, stream", { concurrency: 2 }, () => {
  for (const each of CASES) {
    test(`stream: ${each.name}`, () =>
      inWorkspace(async (space) => {
        const ended = await space.stream(each.steps, each.target ?? {});
        assert.equal(ended.code, each.stream, ended.stderr);
        check(space.result(), each);
        assert.deepEqual(space.loaded(), each.loaded);
        assert.deepEqual(space.candidate(), each.state);
      }));
  }
});
