import assert from "node:assert/strict";
import { test } from "node:test";
import ts from "typescript";
import { array, FILE, programOf } from "./compile-support";

const FIVE_FIELDS = /a schedule has five fields: minute hour day-of-month month day-of-week/;

/** Entries that must not compile, all of them in one array, and what the compiler's error contains. */
const WRONG: readonly (readonly [title: string, entry: string, error: RegExp])[] = [
  ["a schedule of six fields", `{ name: "a", schedule: "0 0 6 * * *", tap, target }`, FIVE_FIELDS],
  [
    "a schedule of six fields with a range of days",
    `{ name: "a", schedule: "0 0 6 * * MON-FRI", tap, target }`,
    FIVE_FIELDS,
  ],
  [
    "a schedule of six fields whose fifth is a list",
    `{ name: "a", schedule: "0 0 6 ? 1,4,7,10 MON", tap, target }`,
    FIVE_FIELDS,
  ],
  [
    "a schedule of seven fields",
    `{ name: "a", schedule: "0 0 6 ? * MON,TUE 2026", tap, target }`,
    FIVE_FIELDS,
  ],
  [
    "a schedule of six fields in a list",
    `{ name: "a", schedule: ["0 6 * * *", "0 0 6 * * *"], tap, target }`,
    FIVE_FIELDS,
  ],
  [
    "a schedule that may be one of six fields",
    `{ name: "a", schedule: rush ? "0 6 * * *" : "0 0 6 * * *", tap, target }`,
    FIVE_FIELDS,
  ],
  ["a schedule of six fields in a job", `{ ...job, schedule: "0 0 6 * * *" }`, FIVE_FIELDS],
  ["a schedule of six fields in an entry that is spread", `{ ...six }`, FIVE_FIELDS],
  [
    "a schedule of four fields",
    `{ name: "a", schedule: "0 6 * *", tap, target }`,
    /"0 6 \* \*"' is not assignable to type 'Cron \| readonly Cron\[\]'/,
  ],
  [
    "a schedule on a day that Argo does not know",
    `{ name: "a", schedule: "0 6 * * 7", tap, target }`,
    /not assignable to type 'Cron \|/,
  ],
  [
    "a misspelled descriptor",
    `{ name: "a", schedule: "@dayly", tap, target }`,
    /Did you mean '"@daily"'/,
  ],
  [
    "a computed schedule that is not marked as one",
    `{ name: "a", schedule: text, tap, target }`,
    /'string' is not assignable to type 'Cron \|/,
  ],
  [
    "a computed schedule in a list",
    `{ name: "a", schedule: ["0 6 * * *", text], tap, target }`,
    /'string' is not assignable to type 'Cron'/,
  ],
  ["an entry without a schedule", `{ name: "a", tap, target }`, /Property 'schedule' is missing/],
  ["an entry without a name", `{ schedule: "@daily", tap, target }`, /Property 'name' is missing/],
  [
    "a field that does not exist",
    `{ name: "a", schedule: "@daily", tap, target, shedule: "@daily" }`,
    /'shedule' does not exist in type 'PipelineEntry'. Did you mean to write 'schedule'/,
  ],
  [
    "a field that does not exist in a stream rule",
    `{ name: "a", schedule: "@daily", tap, target, streams: [{ stream: "x", replicationMetod: "INCREMENTAL" }] }`,
    /Did you mean to write 'replicationMethod'/,
  ],
  [
    "a field that does not exist in the options of a stream",
    `{ name: "a", schedule: "@daily", tap, target, streams: { x: { replicaton: "incremental" } } }`,
    /Did you mean to write 'replication'/,
  ],
  [
    "a setting that does not exist",
    `{ name: "a", schedule: "@daily", tap: tapPostgres({ prt: 5432 }), target }`,
    /Did you mean to write 'port'/,
  ],
  [
    "a mode that does not exist",
    `{ name: "a", schedule: "@daily", tap, target, mode: "batch" }`,
    /'"batch"' is not assignable to type 'Mode/,
  ],
  [
    "a kind that does not exist",
    `{ name: "a", kind: "jobs", schedule: "@daily", tap, target }`,
    /Did you mean '"job"'/,
  ],
  ["a tap in a job", `{ ...job, schedule: "@daily", tap }`, /'tap' does not exist in type 'Job'/],
  [
    "a target in place of a tap",
    `{ name: "a", schedule: "@daily", tap: target, target }`,
    /'Target' is not assignable to type 'Tap'/,
  ],
  [
    "a duration without a unit",
    `{ name: "a", schedule: "@daily", tap, target, deadline: 90 }`,
    /'number' is not assignable/,
  ],
];

const arrayOfWrong = array(WRONG.map(([, entry]) => entry));
const errors = errorsOf(arrayOfWrong);

for (const [title, entry, error] of WRONG) {
  test(`definePipelines: ${title} does not compile`, () => {
    const line = arrayOfWrong.split("\n").indexOf(`${entry},`);
    assert.match(errors.find((one) => one.line === line)?.text ?? "compiles", error);
  });
}

test("definePipelines: only invalid entries are compile errors", () => {
  assert.equal(errors.length, WRONG.length);
});

test("definePipelines: a schedule of six fields in a spread list does not compile", () => {
  assert.match(
    errorsOf(array([`...["b", "c"].map((name) => ({ ...six, name }))`]))
      .map(({ text }) => text)
      .join(),
    FIVE_FIELDS,
  );
});

test("definePipelines: valid entries compile", () => {
  for (const entry of [
    `{ ...job, schedule: checked }`,
    `...["b", "c"].map((name) => ({ ...six, name, schedule: "@daily" as const }))`,
    `{ name: "a", schedule: rush ? "0 6 * * *" : "@daily", tap, target }`,
  ])
    assert.deepEqual(errorsOf(array([entry])), []);
  assert.deepEqual(
    errorsOf(
      `import { definePipelines } from "../../src/model/define";\nexport const none = definePipelines([]);`,
    ),
    [],
  );
});

function errorsOf(source: string): readonly { readonly line: number; readonly text: string }[] {
  const program = programOf(source);
  return program
    .getSemanticDiagnostics(program.getSourceFile(FILE))
    .map(({ file, start, messageText }) => ({
      line: file?.getLineAndCharacterOfPosition(start ?? 0).line ?? -1,
      text: ts.flattenDiagnosticMessageText(messageText, "\n"),
    }));
}
