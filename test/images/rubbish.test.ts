/** Lines that are not Singer messages: what fails a run, what is recovered, and what is left out. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";
import { inWorkspace, lines, PYTHON, RUNNER, type Step, type Workspace } from "./support";

const BOM = "\u{feff}";
const record = (id: number): string =>
  `{"type": "RECORD", "stream": "a", "record": {"id": ${id}}}\n`;
const otherOrder = (id: number): string =>
  `{"record": {"id": ${id}, "v": "abc"}, "stream": "a", "type": "RECORD"}\n`;

/** Two records, the line under test, and a third record with a state past all of them. */
const around = (text: string): readonly Step[] => [
  ["schema", "a"],
  ["raw", record(1) + record(2) + text],
  ["record", "a", 3],
  ["state", { at: 3 }],
];

const FATAL: readonly (readonly [name: string, text: string, line: number, reason: RegExp])[] = [
  [
    "a record that is cut",
    record(9).slice(0, 40) + "\n",
    4,
    /starts like a message|looks like a Singer message/,
  ],
  [
    "a record in another key order that is cut",
    otherOrder(9).slice(0, 25) + "\n",
    4,
    /looks like a Singer message/,
  ],
  ["the first character of a record", "{\n", 4, /starts like a message/],
  ["the end of a record", otherOrder(9).slice(20), 4, /looks like a Singer message/],
  ["the last character of a record", "}\n", 4, /ends like a message/],
  [
    "a log line in the middle of a record",
    `${otherOrder(9).slice(0, 20)}\nINFO hello\n${otherOrder(9).slice(20)}`,
    4,
    /looks like a Singer message/,
  ],
  [
    "a log line behind a record",
    record(9).slice(0, -1) + "INFO hello\n",
    4,
    /looks like a Singer message/,
  ],
  [
    "text with a quote in front of a record",
    `"half": ${record(9)}`,
    4,
    /text in front of a RECORD/,
  ],
  [
    "a log line that quotes a state",
    'INFO next state: {"type": "STATE", "value": {"at": 99}}\n',
    4,
    /text in front of a STATE/,
  ],
  [
    "text glued in front of a state",
    '50%...{"type": "STATE", "value": {"at": 99}}\n',
    4,
    /text in front of a STATE/,
  ],
  [
    "a record printed as a Python dictionary",
    "{'type': 'RECORD', 'stream': 'a', 'record': {'id': 9}}\n",
    4,
    /looks like a Singer message/,
  ],
  [
    "a record over several lines",
    '{\n "type": "RECORD",\n "stream": "a",\n "record": {"id": 9}\n}\n',
    4,
    /starts like a message/,
  ],
  [
    "a record without its type",
    '{"stream": "a", "record": {"id": 9}}\n',
    4,
    /"record" and "stream" and without "type"/,
  ],
  [
    "a record without its stream",
    '{"type": "RECORD", "record": {"id": 9}}\n',
    4,
    /RECORD without "stream"/,
  ],
  [
    "types in lower case",
    '{"type": "record", "stream": "a", "record": {"id": 9}}\n',
    4,
    /type "record" is not in upper case/,
  ],
  [
    "keys in upper case",
    '{"TYPE": "RECORD", "STREAM": "a", "RECORD": {"id": 9}}\n',
    4,
    /key "type" is not in lower case/,
  ],
  [
    "records in a list",
    `[${record(8).trim()},${record(9).trim()}]\n`,
    4,
    /looks like a Singer message/,
  ],
];

async function both(
  space: Workspace,
  steps: readonly Step[],
  check: (mode: "artifact" | "stream", code: number | null) => void,
  config: object = {},
): Promise<void> {
  assert.equal((await space.extract(steps)).code, 0);
  check("artifact", (await space.load(config)).code);
  space.forget();
  check("stream", (await space.stream(steps, config)).code);
}

describe("unreadable lines that may contain a message", { concurrency: 2 }, () => {
  for (const [name, text, line, reason] of FATAL) {
    test(`unreadable line: the run fails, and nothing after it is loaded: ${name}`, () =>
      inWorkspace((space) =>
        both(
          space,
          around(text),
          (mode, code) => {
            assert.equal(code, 14);
            assert.match(space.result().error ?? "", new RegExp(`^bad stream: line ${line}: `));
            assert.match(space.result().error ?? "", reason);
            assert.equal(space.candidate(), undefined);
            assert.deepEqual(space.loaded(), mode === "artifact" ? [] : lines("a", 1, 2));
          },
          { lenient: true },
        ),
      ));
  }

  test("truncated output: the run fails, although the tap exits with 0", () =>
    inWorkspace((space) =>
      both(space, [...around(""), ["raw", record(9).slice(0, 30)]], (_, code) => {
        assert.equal(code, 14);
        assert.match(
          space.result().error ?? "",
          /^bad stream: line 6: it looks like a Singer message/,
        );
        assert.equal(space.candidate(), undefined);
      }),
    ));

  test("UTF-16: the run fails, and the error names the encoding", () =>
    inWorkspace(async (space) => {
      for (const hex of [
        `fffe${Buffer.from(record(1), "utf16le").toString("hex")}`,
        Buffer.from(record(1), "utf16le").swap16().toString("hex"),
      ]) {
        await both(space, [["hex", hex]], (_, code) => {
          assert.equal(code, 14);
          assert.match(
            space.result().error ?? "",
            /^bad stream: line 1: the output is UTF-16 or UTF-32, and Singer messages are UTF-8/,
          );
        });
      }
    }));
});

const LOADED: readonly (readonly [
  name: string,
  text: string,
  expected: { readonly bad?: number; readonly recovered?: number; readonly leftOut?: RegExp },
])[] = [
  ["a byte order mark in front of a record", BOM + record(9), {}],
  ["two byte order marks and a record in another key order", `${BOM}${BOM}${otherOrder(9)}`, {}],
  ["blank lines", `\n \t\n\r\n${BOM}\n${record(9)}\n\n`, {}],
  ["white space in front of and behind a record", `  ${record(9).trim()}  \n`, {}],
  [
    "a print without newline in front of a record",
    `progress 50%...${record(9)}`,
    {
      recovered: 1,
      leftOut:
        /^text in front of 1 message, which was loaded \(the first is line 4: text in front of a RECORD\)$/,
    },
  ],
  [
    "a progress bar and colors in front of a record",
    `\r 50%|###  | 1/2\u001b[0m${otherOrder(9)}`,
    { recovered: 1, leftOut: /line 4/ },
  ],
  [
    "log lines",
    `INFO page 2\nWARNING {'page': 2}\nMETRIC: {"type": "counter", "value": 3}\n${record(9)}`,
    {
      bad: 3,
      leftOut:
        /^3 lines of the tap's output, not Singer messages \(the first is line 4: not JSON\)$/,
    },
  ],
  [
    "a JSON log line with a stream",
    `{"level": "info", "stream": "a", "message": "page 2"}\n${record(9)}`,
    { bad: 1, leftOut: /^1 line of/ },
  ],
];

describe("lines that cannot contain a record", { concurrency: 2 }, () => {
  for (const [name, text, { bad = 0, recovered = 0, leftOut }] of LOADED) {
    test(`other lines: they are left out, and the target gets only complete messages: ${name}`, () =>
      inWorkspace((space) =>
        both(
          space,
          around(text),
          (_, code) => {
            assert.equal(code, 0, space.result().error ?? "");
            assert.deepEqual(space.loaded(), ["a 1", "a 2", "a 9", "a 3"]);
            assert.deepEqual(space.candidate(), { at: 3 });
            assert.deepEqual(
              [space.result().badLines, space.result().recoveredLines],
              [bad, recovered],
            );
            assert.equal(space.result().leftOut.length, leftOut === undefined ? 0 : 1);
            assert.match(space.result().leftOut.join("\n"), leftOut ?? /^$/);
            assert.equal(space.text("kept"), space.text("kept").replace(BOM, ""));
            assert.ok(
              space
                .text("kept")
                .split("\n")
                .slice(0, -1)
                .every((line) => line.trim().startsWith("{")),
            );
          },
          { keep: space.path("kept") },
        ),
      ));
  }

  test("byte order marks: those before the SCHEMA and the last STATE are dropped", () =>
    inWorkspace((space) =>
      both(
        space,
        [
          ["raw", BOM],
          ["schema", "a"],
          ["records", "a", 1, 3],
          ["state", { at: 2 }],
          ["raw", BOM],
          ["state", { at: 3 }],
        ],
        (_, code) => {
          assert.equal(code, 0);
          assert.deepEqual(space.loaded(), lines("a", 1, 3));
          assert.deepEqual(space.candidate(), { at: 3 });
        },
      ),
    ));

  test("blank lines: 2,000 of them do not count as bad", () =>
    inWorkspace((space) =>
      both(
        space,
        [
          ["schema", "a"],
          ["raw", Array.from({ length: 2000 }, (_, id) => `${record(id)}\n`).join("")],
          ["state", { at: 1 }],
        ],
        (_, code) => {
          assert.equal(code, 0);
          assert.deepEqual([space.loaded().length, space.result().badLines], [2000, 0]);
        },
      ),
    ));
});

test("damaged streams: either the run fails, or every record arrives and the state is not ahead", () => {
  const fixture = join(__dirname, "fixtures", "arrival_property.py");
  assert.equal(
    execFileSync(PYTHON, ["-B", fixture, resolve(RUNNER, ".."), "250"], { encoding: "utf8" }),
    "ok\n",
  );
});
