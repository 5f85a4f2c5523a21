import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { targetCsv, targetCsvClassic, targetJsonl } from "../../connectors";
import { load, RATES, temporaryFolder, textsIn } from "./support";

const CSV = ["date,quote,rate", "2026-11-19,EUR,0.91", '2026-11-20,"Grüße, ""x""",'];

function lines(text: string | undefined): readonly string[] {
  return (text ?? "").split(/\r?\n/).filter((line) => line !== "");
}

test("target-csv: it writes the records", async (t) => {
  const folder = temporaryFolder(t);
  const result = await load(t, targetCsv({}), RATES, folder);
  assert.equal(result.code, 0, result.error ?? "");
  assert.match(readdirSync(folder)[0] ?? "", /^exchange_rate-\d{8}T\d{6}-\d{6}\.csv$/);
  assert.deepEqual(lines(textsIn(folder)[0]), CSV);
});

test("target-csv: a second load into the same folder keeps the earlier rows", async (t) => {
  const folder = temporaryFolder(t);
  const target = targetCsv({ file_naming_scheme: "{stream_name}-{timestamp}.csv" });
  for (const time of [1, 2])
    assert.equal((await load(t, target, RATES, folder)).code, 0, `load ${time}`);
  assert.deepEqual(
    textsIn(folder).map((text) => lines(text).length),
    [3, 3],
  );
});

test("target-csv: a changed schema keeps the rows before it", async (t) => {
  const folder = temporaryFolder(t);
  const [schema, first, second, state] = RATES;
  const wider = {
    ...schema,
    schema: {
      type: "object",
      properties: { ...schema.schema.properties, source: { type: "string" } },
    },
  };
  const result = await load(
    t,
    targetCsv({}),
    [schema, first, wider, { ...second, record: { ...second.record, source: "ecb" } }, state],
    folder,
  );
  assert.equal(result.code, 0, result.error ?? "");
  assert.deepEqual(textsIn(folder).map(lines), [
    ["date,quote,rate", "2026-11-19,EUR,0.91"],
    ["date,quote,rate,source", '2026-11-20,"Grüße, ""x""",,ecb'],
  ]);
});

test("target-csv 0.3.0: it writes the records on newer Pythons", async (t) => {
  const folder = temporaryFolder(t);
  const result = await load(t, targetCsvClassic({}), RATES, folder);
  assert.equal(result.code, 0, result.error ?? "");
  assert.deepEqual(lines(textsIn(folder)[0]), CSV);
});

test("target-jsonl: it writes the records", async (t) => {
  const folder = temporaryFolder(t);
  const result = await load(t, targetJsonl({}), RATES, folder);
  assert.equal(result.code, 0, result.error ?? "");
  assert.deepEqual(
    lines(textsIn(folder)[0]).map((line) => JSON.parse(line) as unknown),
    [RATES[1].record, RATES[2].record],
  );
});
