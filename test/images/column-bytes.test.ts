/** Columns that are checked without parsing: never right where the parsed records are wrong. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { PYTHON, RUNNER } from "./support";

/** Prints how many of many small random extracts are right by their bytes, and those that are wrong all the same. */
const PROGRAM = String.raw`
import json, random, sys
sys.path.insert(0, sys.argv[1])
from runner.column_bytes import FlatRecords
from runner.column_checks import ColumnChecks

class Rules:
    def __init__(self, wanted):
        self.wanted = wanted
    def expectation(self, stream, what):
        return self.wanted

rnd = random.Random(19)
TEXTS = ["new", "paid", "né", "a,b", 'q"q', "b\\s", "}{", '"status":', "null", "", "status", "\U0001f600"]
def value(depth=0):
    kind = rnd.randrange(12)
    if kind < 5:
        return rnd.choice(TEXTS)
    if kind < 7:
        return None
    if kind < 9:
        return rnd.choice([0, 1, 1.5, True, False, -3])
    if kind == 9 and depth < 2:
        return {rnd.choice(["status", "id", "x"]): value(depth + 1)}
    if kind == 10 and depth < 2:
        return [value(depth + 1)]
    return rnd.choice(["new", "paid"])

def text(each, plain):
    if plain:
        return json.dumps(each, ensure_ascii=rnd.random() < 0.5)
    return json.dumps(each, separators=rnd.choice([(",", ":"), (", ", ": "), (", ", " : "), (",", ":  "), (",", ":\t")]))

def members(pairs, plain):
    gap = ", " if plain else rnd.choice([",", ", "])
    return "{" + gap.join(f"{name}:{rnd.choice([' ', '', '  ', chr(9)]) if not plain else ' '}{body}" for name, body in pairs) + "}"

def line(easy):
    plain = easy or rnd.random() < 0.5
    some = ["new", "paid"] if easy else None
    names = ["id", "status", "note"] if easy else rnd.sample(["id", "status", "note", "stream", "type"], rnd.randrange(1, 6))
    pairs = [(json.dumps(name), text(rnd.choice(some) if some else value(), plain)) for name in names]
    if not easy and rnd.random() < 0.1:
        pairs.append(('"status"', text(value(), plain)))
    if not easy and rnd.random() < 0.1:
        pairs.append(('"st\\u0061tus"', text(value(), plain)))
    outer = [('"type"', '"RECORD"'), ('"stream"', '"s"'), ('"record"', members(pairs, plain))]
    if not easy and rnd.random() < 0.2:
        outer.insert(rnd.randrange(4), ('"status"', '"new"'))
    return members(outer, plain).encode()

right, lies = 0, []
for number in range(20000):
    easy = rnd.random() < 0.6
    lines = [line(easy) for _ in range(rnd.randrange(1, 4))]
    if easy and rnd.random() < 0.3:
        lines[rnd.randrange(len(lines))] = line(False)
    wanted = rnd.choice([{"status": "not null"}, {"status": ["new", "paid"]}, {"status": ["né", None, 1]}, {"stream": "not null"}, {"id": ["new", "paid", 'q"q'], "status": "not null"}])
    records = FlatRecords(lines)
    if not all(records.have(column, each) for column, each in wanted.items()):
        continue
    right += 1
    checks = ColumnChecks(Rules(wanted))
    if any(checks.wrong("s", json.loads(each)["record"]) for each in lines):
        lies.append([wanted, [each.decode() for each in lines]])
print(json.dumps([right, lies[:3]]))
`;

test("columns: what is right by its bytes is right when parsed, for 20,000 random extracts", () => {
  const printed = execFileSync(PYTHON, ["-I", "-B", "-c", PROGRAM, join(RUNNER, "..")], {
    encoding: "utf8",
  });
  const [right, lies] = JSON.parse(printed) as readonly [number, readonly unknown[]];
  assert.deepEqual(lies, []);
  assert.ok(right > 3000, `only ${right} were right by their bytes`);
});
