/** JSON that loses nothing, in both languages: any document survives reading, editing and writing byte for byte. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { JsonText, parseJson, parseRecord, stringifyJson, toJsonText } from "../../src/common/json";
import { randomJson } from "../support/random-json";

const RUNNER = join(__dirname, "..", "..", "images", "singer");
const ODD =
  '{"10":1,"2":1.10,"__proto__":{"b":-0},"big":12345678901234567890123,"far":1e400,"E":1E5,"half":"\\ud800","name":"é\\u00e9","same":1,"same":2}';

suite("lossless JSON text", () => {
  test("JsonText: a part of a document keeps its bytes", () => {
    const { members } = JsonText.parse(`\ufeff ${ODD}\n`);
    assert.deepEqual(
      [...members].map(([name, { text }]) => `${name}=${text}`),
      [
        "10=1",
        "2=1.10",
        '__proto__={"b":-0}',
        "big=12345678901234567890123",
        "far=1e400",
        "E=1E5",
        'half="\\ud800"',
        'name="é\\u00e9"',
        "same=2",
      ],
    );
    assert.deepEqual(
      JsonText.parse("[1.0, [], {}]").items.map(({ text, isEmpty }) => [text, isEmpty]),
      [
        ["1.0", false],
        ["[]", true],
        ["{}", true],
      ],
    );
    assert.deepEqual(
      ["{}", "[]", '"a"', "1", "true", "null"].map((text) => JsonText.parse(text).kind),
      ["object", "array", "string", "number", "boolean", "null"],
    );
  });

  test("JsonText: a change keeps all other bytes", () => {
    const text = JsonText.parse('{ "a" : 1.0,\n "b": [2e0], "a": 3}');
    assert.equal(text.with("b", JsonText.parse("1.50")).text, '{ "a" : 1.0,\n "b": 1.50, "a": 3}');
    assert.equal(
      text.with("c", JsonText.parse("1.50")).text,
      '{ "a" : 1.0,\n "b": [2e0], "a": 3, "c": 1.50}',
    );
    assert.equal(text.without("a").text, '{ "b": [2e0]}');
    assert.equal(text.without("b").text, '{ "a" : 1.0,\n "a": 3}');
    assert.equal(text.without("c").text, text.text);
    assert.equal(JsonText.parse("{ }").with("c", text).text, `{"c": ${text.text}}`);
    assert.equal(
      JsonText.parse('{"a": "x", "x": ["x", 1.0, "y"]}').replaceStrings((one) =>
        one === "x" ? "z" : undefined,
      ).text,
      '{"a": "z", "x": ["z", 1.0, "y"]}',
    );
  });

  test("JsonText: invalid JSON is rejected", () => {
    for (const text of [
      "",
      "{",
      "NaN",
      "[Infinity]",
      "{'a':1}",
      "[1,]",
      "1 // no",
      "01",
      "[".repeat(100_000) + "]".repeat(100_000),
    ])
      assert.throws(() => JsonText.parse(text), SyntaxError, text.slice(0, 20));
    assert.throws(
      () => JsonText.parse(Buffer.from([0x22, 0xff, 0x22])),
      /^SyntaxError: not UTF-8$/,
    );
  });

  test("JsonText: JSON.stringify rejects it", () => {
    assert.throws(() => JSON.stringify({ state: JsonText.parse("1.10") }), /stringifyJson/);
  });
});

suite("stringifyJson and parseJson", () => {
  test("stringifyJson: text and integers of any size stay unchanged, everything else is as in JSON.stringify", () => {
    const value = {
      a: [1, null, undefined, "é\ud800", {}, []],
      b: { c: true, d: undefined },
      e: -1.5e-7,
    };
    for (const indent of [0, 2])
      assert.equal(stringifyJson(value, indent), JSON.stringify(value, null, indent));
    assert.equal(
      stringifyJson({ n: 12345678901234567890n, text: JsonText.parse(ODD) }),
      `{"n":12345678901234567890,"text":${ODD}}`,
    );
    assert.equal(toJsonText(7n).text, "7");
  });

  test("parseJson: an integer beyond 2^53 becomes a bigint, and __proto__ an ordinary member", () => {
    assert.deepEqual(
      parseJson('{"a":[9007199254740991,9007199254740993,-12345678901234567890,1.5]}'),
      { a: [9007199254740991, 9007199254740993n, -12345678901234567890n, 1.5] },
    );
    const { ["__proto__"]: own } = parseJson('{"__proto__":{"a":1}}') as {
      readonly ["__proto__"]: unknown;
    };
    assert.deepEqual(own, { a: 1 });
    assert.throws(() => parseJson("[1e400]"), /^SyntaxError: 1e400 is too large for a number$/);
  });

  test("parseRecord: named members stay text", () => {
    assert.deepEqual(parseRecord(`{"version":1,"state":${ODD},"none":null}`, ["state", "none"]), {
      version: 1,
      state: JsonText.parse(ODD),
      none: null,
    });
    assert.equal(parseRecord("[]", []), undefined);
    assert.equal(parseRecord("{", []), undefined);
  });
});

test("lossless JSON: random documents survive TypeScript and Python byte for byte", () => {
  const documents = Array.from({ length: 300 }, (_, seed) => randomJson(seed));
  for (const text of documents) {
    const json = JsonText.parse(text);
    assert.equal(stringifyJson(json), text);
    const rebuilt = [...json.members].reduce(
      (built, [name, value]) => built.with(name, value),
      json,
    );
    assert.equal(rebuilt.text, text);
    assert.equal(json.with("added", json).without("added").text, text);
  }
  const script = [
    "import sys; sys.path.insert(0, sys.argv[1])",
    "from runner.lossless import encode, load_text, loads",
    "for line in sys.stdin.buffer:",
    "    text = load_text(line)",
    "    for name, value in text.members.items(): assert text.with_member(name, value) == text, text",
    "    assert text.with_member('added', text).without('added') == text, text",
    "    assert loads(encode(text.value)) == text.value, text",
    "    sys.stdout.buffer.write(encode(text) + b'\\n')",
  ].join("\n");
  const input = documents.map((text) => `${text}\n`).join("");
  assert.equal(
    execFileSync("python3", ["-B", "-c", script, RUNNER], { input, encoding: "utf8" }),
    input,
  );
});

test("lossless JSON: the runner parses JSON that it writes again only in lossless.py", () => {
  const folder = join(RUNNER, "runner");
  const others = readdirSync(folder).filter(
    (file) =>
      file.endsWith(".py") && /json\.loads?\(/.test(readFileSync(join(folder, file), "utf8")),
  );
  // These only read: lines of connectors, texts of bookmarks and of values to hash, types of settings, rows of a system view, their own notes.
  const looking = [
    "bookmark_values.py",
    "canonical.py",
    "column_checks.py",
    "describe.py",
    "inspect_run.py",
    "lossless.py",
    "mask_columns.py",
    "mask_runs.py",
    "messages.py",
    "notify.py",
    "scan.py",
    "slice_process.py",
    "slot_query.py",
    "states.py",
    "target.py",
  ];
  assert.deepEqual(
    others.filter((file) => !looking.includes(file)),
    [],
    "use loads of lossless.py",
  );
});
