import assert from "node:assert/strict";
import { test } from "node:test";
import { changedVersions, lockReport } from "../../src/run/environments/lock-report";
import { certificationReport } from "../certification/report";

const lock = (...lines: readonly string[]) =>
  `# For: {}\n${lines.map((line) => `${line} \\\n    --hash=sha256:00`).join("\n")}\n`;

const CHANGE = {
  connector: "tap-x",
  before: lock("attrs==25.1.0", "gone==1", "six==1.16 ; python_full_version < '3.11'"),
  after: lock("attrs==26.1.0", "new[extra]==2", "six==1.16 ; python_full_version < '3.11'"),
};

test("lock report: it lists packages that changed, are new, or were removed", () => {
  assert.deepEqual(changedVersions(CHANGE), [
    { package: "attrs", from: "25.1.0", to: "26.1.0" },
    { package: "gone", from: "1" },
    { package: "new", to: "2" },
  ]);
  assert.equal(
    lockReport([CHANGE, { connector: "tap-y", before: "same", after: "same" }]),
    [
      "| Connector | Package | From | To |",
      "|---|---|---|---|",
      "| `tap-x` | `attrs` | 25.1.0 | 26.1.0 |",
      "|  | `gone` | 1 | removed |",
      "|  | `new` | new | 2 |",
      "",
    ].join("\n"),
  );
});

test("lock report: different versions for different Pythons are one change", () => {
  const before = lock("numpy==1.26 ; python_full_version < '3.12'", "numpy==2.0");
  const after = lock("numpy==1.26 ; python_full_version < '3.12'", "numpy==2.1");
  assert.deepEqual(changedVersions({ connector: "tap-x", before, after }), [
    { package: "numpy", from: "1.26, 2.0", to: "1.26, 2.1" },
  ]);
});

test("lock report: a change of hashes only is named, and no change is one line", () => {
  const after = lock("six==1.16").replace("00", "11");
  assert.match(
    lockReport([{ connector: "tap-x", before: lock("six==1.16"), after }]),
    /\| `tap-x` \| only hashes or conditions \|/,
  );
  assert.equal(lockReport([]), "No lock file changed.\n");
});

test("certification report: it lists what behaves differently than documented", () => {
  assert.equal(
    certificationReport([
      { connector: "tap-x", cases: 9, unexpected: [] },
      { connector: "tap-y", cases: 3, unexpected: ["tap-y, null: differs\n(`x`)"] },
    ]),
    [
      "| Connector | Cases | Result |",
      "|---|---|---|",
      "| `tap-x` | 9 | all as documented |",
      "| `tap-y` | 3 | **1 unexpected** |",
      "",
      "- tap-y, null: differs ('x')",
      "",
    ].join("\n"),
  );
});
