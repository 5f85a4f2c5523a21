/**
 * ACTIVATE_VERSION: with hard_delete a target deletes records without a version (meltano/sdk#2103,
 * meltano/sdk#2117).
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";
import { inWorkspace, type Result, type Step, type Workspace, type Fields } from "./support";

const activate = (version: number, stream = "a"): Step => [
  "raw",
  `{"type": "ACTIVATE_VERSION", "stream": "${stream}", "version": ${version}}\n`,
];
const record = (id: number, version: string): Step => [
  "raw",
  `{"type": "RECORD", "stream": "a", "record": {"id": ${id}}${version}}\n`,
];
const versioned = (first: number, count: number, version: number): readonly Step[] =>
  Array.from({ length: count }, (_, n) =>
    record(first + n, `, "version": ${version}, "time_extracted": "2026-11-23T08:15:02Z"`),
  );
const SCHEMA: Step = ["schema", "a"];
const STATE: Step = ["state", { bookmarks: { a: { version: 7 } } }];

async function inBothModes(
  space: Workspace,
  steps: readonly Step[],
  config: object,
  check: (code: number | null, result: Result, mode: string) => void,
  ...more: readonly Fields[]
): Promise<void> {
  assert.equal((await space.extract(steps)).code, 0);
  check((await space.load(config, ...more)).code, space.result(), "artifact");
  space.forget();
  check((await space.stream(steps, config, ...more)).code, space.result(), "stream");
}

describe("records without a version and an ACTIVATE_VERSION", { concurrency: 2 }, () => {
  const after: readonly Step[] = [SCHEMA, ["records", "a", 1, 2500], activate(7), STATE];

  test("hard_delete, records without a version: an extract is not loaded, and a stream stops before the line", () =>
    inWorkspace((space) =>
      inBothModes(
        space,
        after,
        { hard_delete: true, keep: space.path("kept") },
        (code, result, mode) => {
          assert.equal(code, 14);
          assert.match(
            result.error ?? "",
            /^bad stream: line 2502: ACTIVATE_VERSION 7 of stream "a", whose records carry no version: with the setting "hard_delete" the target deletes them; turn hard_delete off/,
          );
          assert.equal(space.loaded().length, mode === "artifact" ? 0 : 2500);
          assert.equal(
            space.exists("kept") && space.text("kept").includes("ACTIVATE_VERSION"),
            false,
          );
          assert.equal(space.candidate(), undefined);
        },
      ),
    ));

  test("hard_delete, records without a version: rejected if the ACTIVATE_VERSION comes first, because the next run would delete them", () =>
    inWorkspace((space) =>
      inBothModes(
        space,
        [SCHEMA, activate(7), ["records", "a", 1, 30], STATE],
        { hard_delete: true },
        (code, result) => {
          assert.equal(code, 14);
          assert.match(result.error ?? "", /^bad stream: line 3: ACTIVATE_VERSION 7/);
          assert.deepEqual(space.loaded(), []);
        },
      ),
    ));

  test("hard_delete, records without a version: rejected if only later records have none", () =>
    inWorkspace((space) =>
      inBothModes(
        space,
        [SCHEMA, ...versioned(1, 5, 7), ["records", "a", 6, 40], activate(7), STATE],
        { hard_delete: true },
        (code, result) => {
          assert.equal(code, 14);
          assert.match(result.error ?? "", /whose records carry no version/);
        },
      ),
    ));

  for (const [why, config, settings] of [
    ["without hard_delete", {}, {}],
    ["with hard_delete off", { hard_delete: false }, {}],
    [
      "if the target is set to ignore ACTIVATE_VERSION",
      { hard_delete: true, activate_version: false },
      {},
    ],
    [
      "where the target ignores it, as PipelineWise's do",
      { hard_delete: true },
      { hard_delete: "boolean", add_metadata_columns: "boolean" },
    ],
  ] as const) {
    test(`records without a version: loaded with a warning ${why}`, () =>
      inWorkspace(async (space) => {
        assert.equal((await space.extract(after)).code, 0);
        assert.equal((await space.run("load", ...space.target(config, { settings }))).code, 0);
        assert.equal(space.loaded().length, 2500);
        assert.match(
          space.result().warnings.join(),
          /stream "a": its records carry no version, and ACTIVATE_VERSION 7 came/,
        );
      }));
  }
});

describe(
  "records of an older version than the one that is activated, with hard_delete",
  { concurrency: 2 },
  () => {
    const older: readonly Step[] = [SCHEMA, ...versioned(1, 30, 6), activate(7), STATE];

    test("hard_delete, older versions, artifact: rejected before the extract is loaded", () =>
      inWorkspace(async (space) => {
        await space.extract(older);
        assert.equal((await space.load({ hard_delete: true })).code, 14);
        assert.match(
          space.result().error ?? "",
          /^bad stream: ACTIVATE_VERSION 7 of stream "a", none of whose records carries that version/,
        );
        assert.deepEqual(space.loaded(), []);
      }));

    test("hard_delete, older versions, stream: rejected before the target reads the ACTIVATE_VERSION, and earlier rows are kept", () =>
      inWorkspace(async (space) => {
        assert.equal(
          (await space.stream(older, { hard_delete: true, keep: space.path("kept") })).code,
          14,
        );
        assert.match(
          space.result().error ?? "",
          /^bad stream: line 32: ACTIVATE_VERSION 7 of stream "a", whose records so far carry an older version that was never activated: with the setting "hard_delete" the target deletes them; turn hard_delete off, or use mode "artifact"/,
        );
        assert.equal(
          space.exists("kept") && space.text("kept").includes("ACTIVATE_VERSION"),
          false,
        );
        assert.equal(space.candidate(), undefined);
      }));

    test("older versions without hard_delete, stream: loaded with a warning", () =>
      inWorkspace(async (space) => {
        assert.equal((await space.stream(older, {})).code, 0);
        assert.match(
          space.result().warnings.join(),
          /stream "a": records carry version 6, and ACTIVATE_VERSION 7 came/,
        );
      }));

    test("hard_delete, older versions: loaded if records of the activated version follow", () =>
      inWorkspace((space) =>
        inBothModes(
          space,
          [
            SCHEMA,
            ...versioned(1, 3, 6),
            activate(6),
            activate(7),
            ...versioned(4, 3, 7),
            activate(7),
            STATE,
          ],
          { hard_delete: true },
          (code) => {
            assert.equal(code, 0);
            assert.equal(space.loaded().length, 6);
          },
        ),
      ));
  },
);

describe("healthy taps with hard_delete", { concurrency: 2 }, () => {
  for (const [name, steps] of [
    ["ACTIVATE_VERSION after the records", [SCHEMA, ...versioned(1, 30, 7), activate(7), STATE]],
    [
      "ACTIVATE_VERSION before and after the records",
      [SCHEMA, activate(7), ...versioned(1, 30, 7), activate(7), STATE],
    ],
    [
      "a full table that is resumed: the version of the saved state, activated at its end",
      [SCHEMA, ...versioned(11, 20, 7), STATE, ...versioned(31, 5, 7), activate(7), STATE],
    ],
    [
      "ACTIVATE_VERSION of a new table before its first record",
      [SCHEMA, activate(8), ["schema", "a"], ...versioned(1, 30, 8), STATE],
    ],
    ["no ACTIVATE_VERSION", [SCHEMA, ["records", "a", 1, 30], STATE]],
    [
      "ACTIVATE_VERSION of another stream",
      [
        SCHEMA,
        ["records", "a", 1, 30],
        ["schema", "b"],
        ["raw", '{"type": "RECORD", "stream": "b", "record": {"id": 1}, "version": 3}\n'],
        activate(3, "b"),
        STATE,
      ],
    ],
  ] as const) {
    test(`hard_delete: ${name}: loaded without a warning`, () =>
      inWorkspace((space) =>
        inBothModes(space, steps, { hard_delete: true }, (code, result) => {
          assert.equal(code, 0, result.error ?? "");
          assert.deepEqual(result.warnings, []);
        }),
      ));
  }

  test("hard_delete: an ACTIVATE_VERSION from the saved state without records causes no warning", () =>
    inWorkspace((space) =>
      inBothModes(
        space,
        [SCHEMA, activate(7), STATE],
        { hard_delete: true },
        (code, result) => {
          assert.equal(code, 0);
          assert.deepEqual(result.warnings, []);
        },
        { state: space.write("saved.json", { bookmarks: { a: { version: 7 } } }) },
      ),
    ));
});

describe("inconsistent versions cause a warning", { concurrency: 2 }, () => {
  for (const [name, steps, warning] of [
    [
      "an ACTIVATE_VERSION without any record",
      [SCHEMA, activate(8), STATE],
      /^stream "a": ACTIVATE_VERSION 8 came without any record; a target that follows it deletes all rows of the table or marks them as deleted$/,
    ],
    [
      "records of a newer version",
      [SCHEMA, ...versioned(1, 3, 9), activate(8), STATE],
      /^stream "a": records carry version 9, and ACTIVATE_VERSION 8 came; a target that follows it deletes rows of older versions or marks them as deleted$/,
    ],
  ] as const) {
    test(`inconsistent versions cause a warning: ${name}`, () =>
      inWorkspace((space) =>
        inBothModes(space, steps, { hard_delete: true }, (code, result) => {
          assert.equal(code, 0);
          assert.match(result.warnings.join("\n"), warning);
        }),
      ));
  }
});

test("random versions: only streams that would delete all records are rejected", () => {
  const said = execFileSync(
    "python3",
    ["-B", join(__dirname, "fixtures", "versions_property.py"), "500"],
    { encoding: "utf8" },
  );
  assert.match(said, /^\d+ of 500 refused\n$/);
});
